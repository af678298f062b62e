// What works in every runtime: the core learns rows of numbers, and is saved and loaded.
import { FeatureClassifier } from "handful/core";

export async function tryFeatures() {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 3 }] });
  classifier.addFeatures(Float32Array.of(1, 0.1, 0), "apple");
  classifier.addFeatures(Float32Array.of(0, 0.1, 1), "pear");
  const copy = await FeatureClassifier.load(classifier.save());
  const { label } = copy.predictFeatures(Float32Array.of(0.9, 0, 0.2));
  for (const set of [classifier, copy]) set.dispose();
  if (label !== "apple") throw new Error(`an apple is taken for a ${label}`);
}
