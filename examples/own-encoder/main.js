// handful's classifier with features that something else computes. The encoder of the package is not downloaded.
import { Classifier } from "handful";
import { encoder } from "./encoder.js";

const output = document.querySelector("output");
const taught = document.querySelector("#taught");
const classifier = await Classifier.create({ encoder });

for (const input of document.querySelectorAll("input[data-label]")) {
  input.onchange = async () => {
    const added = await classifier.addExamples(input.files, input.dataset.label);
    output.textContent = added.find(({ error }) => error)?.error.message ?? "";
    taught.textContent = classifier.classes.map(({ label, count }) => `${count} × ${label}`).join(", ");
  };
}

document.querySelector("#question").onchange = async ({ target }) => {
  const answers = [];
  for await (const { answer, error } of classifier.predictMany(target.files))
    answers.push(answer?.label ?? error.message);
  output.textContent = answers.join(", ");
};

taught.textContent = "Show it a few photos of each.";
document.querySelector("fieldset").disabled = false;
