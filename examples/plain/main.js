// A page of three files: no build, any server. The package is found by the import map of index.html.
import { Classifier } from "handful";

const output = document.querySelector("output");
const taught = document.querySelector("#taught");

try {
  const classifier = await Classifier.create();
  classifier.subscribe(() => {
    taught.textContent = classifier.classes.map(({ label, count }) => `${count} × ${label}`).join(", ");
  });
  for (const input of document.querySelectorAll("[data-label]"))
    input.onchange = async () => {
      // A file that is no picture stops nothing; its result says what was wrong.
      const results = await classifier.addExamples(input.files, input.dataset.label);
      output.textContent = results.map(({ error }) => error?.message ?? "").join(" ");
    };
  document.querySelector("#question").onchange = async ({ target }) => {
    output.textContent = await classifier.predict(target.files[0]).then(sentence, ({ message }) => message);
  };
  taught.textContent = "Show it a few photos of each.";
  document.querySelector("fieldset").disabled = false;
} catch ({ message }) {
  taught.textContent = message;
}

/** An answer in words. `set` holds every label that the photo may well have. */
function sentence({ label, probability, set, foreign }) {
  if (foreign) return `None of these; closest to ${label}.`;
  const others = set.filter((other) => other !== label);
  return `${label}, ${Math.round(100 * probability)} %${others.map((other) => `, or ${other}`).join("")}`;
}
