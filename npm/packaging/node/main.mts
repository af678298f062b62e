// Core and encoder in Node, from the tarball: teach features and pixels, ask, save, load. Exits with an error when something is off.
import { Classifier, HandfulError, type Pixels, type Streams } from "handful";
import { FeatureClassifier } from "handful/core";
import { readSetFile, type SaveState, Store, writeSetFile } from "handful/store";

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

const plain = (...colour: number[]): Pixels => ({
  data: Uint8Array.from({ length: 4 * 64 }, (_, i) => colour[i % 4] ?? 255),
  width: 8,
  height: 8,
});
const taught = await Classifier.create();
await taught.addExample(plain(200, 20, 20), "A");
await taught.addExample(plain(20, 20, 200), "B");
expect((await taught.predict(plain(200, 20, 20))).label, "A");
const code = await taught.predict(new Blob(["no picture"])).then(
  () => "none",
  (error: unknown) => (error instanceof HandfulError ? error.code : "another"),
);
expect(code, "not-an-image");
taught.dispose();

const file = await readSetFile(
  writeSetFile({ bytes: classifier.save(), name: "Fruit", pictures: new Map() }),
);
expect(file.name, "Fruit");
const set = await new Store().openOrCreate("Fruit", FeatureClassifier, { streams });
const state: SaveState = set.state;
expect(state.kind === "failed" && state.reason, "blocked");
set.merge(file);
expect(set.classifier.examples.length, 2);
set.dispose();

classifier.dispose();
copy.dispose();

function expect<T>(got: T, wanted: T): void {
  if (got !== wanted) throw new Error(`expected ${String(wanted)}, got ${String(got)}`);
}
