// A page of two files: no build, any server. The package is found by the import map of index.html.
import { Classifier } from "handful";
import "handful/camera";

const hint = document.querySelector("p");

try {
  const classifier = await Classifier.create();
  for (const label of ["tomato", "leaf"]) classifier.addClass(label);
  document.querySelector("handful-camera").classifier = classifier;
  hint.textContent = "Show it each thing, and press.";
} catch ({ message }) {
  hint.textContent = message;
}
