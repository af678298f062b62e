// handful's core with features that something else computes: here onnxruntime-web, from a model on this page's server.
// Neither the encoder module of the package nor its worker is downloaded.
import { FeatureClassifier } from "handful/core";
import { embed, STREAMS } from "./embed.js";

const output = document.querySelector("output");
const taught = document.querySelector("#taught");
const classifier = await FeatureClassifier.create({ streams: STREAMS });

for (const input of document.querySelectorAll("input[data-label]")) {
  input.onchange = () =>
    answering(async () => {
      for (const file of input.files) classifier.addFeatures(await embed(file), input.dataset.label);
      taught.textContent = classifier.classes.map(({ label, count }) => `${count} × ${label}`).join(", ");
    });
}

document.querySelector("#question").onchange = ({ target }) =>
  answering(async () => {
    const answers = [];
    for (const file of target.files) answers.push(classifier.predictFeatures(await embed(file)).label);
    output.textContent = answers.join(", ");
  });

taught.textContent = "Show it a few photos of each.";
document.querySelector("fieldset").disabled = false;

async function answering(work) {
  try {
    await work();
  } catch (error) {
    output.textContent = error.message;
  }
}
