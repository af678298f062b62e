// The core in Node, from the tarball: teach features, ask, save, load. Exits with an error when something is off.
import { Classifier, HandfulError, type Streams } from "handful";
import { FeatureClassifier } from "handful/core";

const streams: Streams = [{ name: "aux", dim: 3 }];
const classifier = await FeatureClassifier.create({ streams });
const id: number = classifier.addFeatures(Float32Array.of(1, 0.1, 0), "apple");
classifier.addFeatures(Float32Array.of(0, 0.1, 1), "pear");

const question = Float32Array.of(0.9, 0, 0.2);
const answer = classifier.predictFeatures(question);
expect(answer.label, "apple");
expect(answer.runnerUp.label, "pear");

const copy = await FeatureClassifier.load(classifier.save());
expect(copy.predictFeatures(question).probability, answer.probability);
expect(copy.examples[0]?.id, id);

const code = await Classifier.create().then(
  () => "none",
  (error: unknown) => (error instanceof HandfulError ? error.code : "another"),
);
expect(code, "no-encoder");

classifier.dispose();
copy.dispose();

function expect<T>(got: T, wanted: T): void {
  if (got !== wanted) throw new Error(`expected ${String(wanted)}, got ${String(got)}`);
}
