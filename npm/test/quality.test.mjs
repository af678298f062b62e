// What a set says of itself: which images it takes for none of its classes, how sure it is, how well it works.
import assert from "node:assert/strict";
import { test } from "node:test";
import { FeatureClassifier } from "../dist/node.js";
import { numbers } from "./numbers.mjs";

const WIDTH = 16;
const LABELS = ["ant", "bee", "cat"];

/** A class is a direction of its own; `noise` scatters its examples. */
const next = numbers(7);
function row(axis, noise = 0.1) {
  return Float32Array.from({ length: WIDTH }, (_, d) => (d === axis ? 1 : 0) + noise * next());
}

async function taught(count, noise) {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: WIDTH }] });
  for (let i = 0; i < count; i++)
    for (const [axis, label] of LABELS.entries()) classifier.addFeatures(row(axis, noise), label);
  return classifier;
}

test("an image of none of the classes is foreign, one of a class is not", async () => {
  const classifier = await taught(5);
  let inSet = 0;
  for (let i = 0; i < 30; i++) {
    const label = LABELS[i % 3];
    const answer = classifier.predictFeatures(row(i % 3, 0.05));
    assert.deepEqual([answer.label, answer.foreign], [label, false]);
    // A set that is right nine times in ten is empty now and then.
    for (const member of answer.candidates) assert.equal(member, label);
    inSet += answer.candidates.length;
  }
  assert.ok(inSet >= 15, `${inSet} of 30`);
  for (const axis of [5, 9, 14]) {
    const answer = classifier.predictFeatures(row(axis));
    assert.equal(answer.foreign, true);
    assert.ok(answer.pValue > 0 && answer.pValue <= 0.05, `${answer.pValue}`);
    assert.equal(answer.scores.length, LABELS.length);
  }
});

test("one example of each class says how foreign an image is, to the default answer", async () => {
  const classifier = await taught(1);
  const refused = (axes) => axes.map((axis) => classifier.predictFeatures(row(axis)).foreign);
  for (const axis of [5, 9, 14]) {
    const { pValue } = classifier.predictFeatures(row(axis));
    assert.ok(pValue > 0 && pValue < 0.25, `${pValue}`);
    assert.ok(classifier.predictFeatures(row(axis % 3)).pValue > 0.5);
  }
  classifier.strictness = 0.25;
  assert.deepEqual(refused([0, 1, 2, 5, 9, 14]), [false, false, false, true, true, true]);
  classifier.strictness = 0;
  assert.deepEqual(refused([5, 9, 14]), [false, false, false]);
  classifier.strictness = 0.5;
  classifier.head = "prototype";
  const { foreign, pValue } = classifier.predictFeatures(row(9));
  assert.deepEqual([foreign, pValue], [false, 1]);
});

test("a question between two classes gets both as candidates", async () => {
  const classifier = await taught(6, 1);
  const between = Float32Array.from({ length: WIDTH }, (_, d) => (d < 2 ? 1 : 0));
  const { candidates, scores } = classifier.predictFeatures(between);
  assert.deepEqual([...candidates].sort(), ["ant", "bee"]);
  assert.deepEqual(
    candidates,
    scores.slice(0, 2).map(({ label }) => label),
  );
});

test("quality counts how often held-out examples are recognised", async () => {
  const classifier = await taught(8);
  const { accuracy, labels, confusion, recall, mistakes, suspects } = classifier.evaluate();
  assert.deepEqual(labels, LABELS);
  assert.deepEqual([accuracy.value, accuracy.n], [1, 24]);
  assert.ok(accuracy.low > 0.8 && accuracy.low < 1 && accuracy.high <= 1);
  assert.deepEqual(confusion, [
    [8, 0, 0],
    [0, 8, 0],
    [0, 0, 8],
  ]);
  assert.deepEqual(
    recall.map(({ value, n }) => [value, n]),
    [
      [1, 8],
      [1, 8],
      [1, 8],
    ],
  );
  assert.deepEqual([mistakes, suspects], [[], []]);
});

test("quality finds a wrong label, and moving the example puts it right", async () => {
  const classifier = await taught(8);
  const id = classifier.addFeatures(row(1), "ant");
  const { confusion, mistakes, suspects } = classifier.evaluate();
  const [suspect, ...others] = suspects;
  assert.deepEqual([suspect.id, suspect.label, suspect.looksLike], [id, "ant", "bee"]);
  assert.equal(classifier.examples.find((example) => example.id === suspect.nearest).label, "bee");
  assert.ok(suspect.margin >= -1 && suspect.margin < 0);
  assert.deepEqual(others, []);
  const [{ probability, ...mistake }] = mistakes;
  assert.deepEqual([mistake], [{ id, label: "ant", takenFor: "bee" }]);
  assert.ok(mistakes.length === 1 && confusion[0][1] === 1 && probability > 0.5 && probability <= 1);
  classifier.moveExample(suspect.id, suspect.looksLike);
  assert.deepEqual(classifier.evaluate().suspects, []);
  classifier.undo();
  assert.equal(classifier.evaluate().suspects.length, 1);
});

test("quality says what it cannot estimate", async () => {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: WIDTH }] });
  assert.deepEqual(classifier.evaluate(), {
    accuracy: undefined,
    labels: [],
    confusion: [],
    recall: [],
    mistakes: [],
    suspects: [],
    refused: [],
  });
  classifier.addFeatures(row(0), "ant");
  classifier.addFeatures(row(1), "bee");
  assert.equal(classifier.evaluate().accuracy, undefined);
  classifier.addFeatures(row(0), "ant");
  const { accuracy, recall } = classifier.evaluate();
  assert.equal(accuracy.n, 2);
  assert.equal(recall[1], undefined);
  classifier.dispose();
  assert.throws(() => classifier.evaluate(), { code: "disposed" });
});

test("single heads are asked beside the answer, with their shares of it", async () => {
  const classifier = await taught(4);
  const image = row(1);
  const opinions = classifier.explainFeatures(image);
  const sum = opinions.reduce((total, { weight }) => total + weight, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9, `${sum}`);
  for (const head of ["amu", "naive_bayes", "uer"]) {
    const opinion = opinions.find((opinion) => opinion.head === head);
    assert.equal(opinion.weight, 0);
    assert.ok(opinion.uncertainty >= 0 && opinion.uncertainty <= 1);
    classifier.head = head;
    const alone = classifier.predictFeatures(image);
    assert.equal(opinion.scores[0].label, alone.label);
    assert.ok(Math.abs(opinion.scores[0].probability - alone.probability) < 1e-6);
  }
});

test("the stricter, the more is foreign; a set remembers it", async () => {
  const classifier = await taught(10, 0.5);
  const asked = Array.from({ length: 60 }, (_, i) => row(i % 6, 0.5));
  const foreign = (set) => asked.filter((photo) => set.predictFeatures(photo).foreign).length;
  assert.equal(classifier.strictness, 0.05);
  let before = -1;
  for (const [share, refused] of [
    [0, 0],
    [0.1, 2],
    [0.5, 12],
  ]) {
    classifier.strictness = share;
    assert.equal(classifier.evaluate().refused.length, refused);
    assert.ok(foreign(classifier) > before, `${share}`);
    before = foreign(classifier);
  }
  const again = await FeatureClassifier.load(classifier.save());
  assert.deepEqual([again.strictness, foreign(again)], [0.5, before]);
  for (const wrong of [0.6, -1, Number.NaN])
    assert.throws(() => (classifier.strictness = wrong), { code: "parameter" });
  assert.equal(classifier.strictness, 0.5);
});
