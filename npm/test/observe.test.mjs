// Learning in order, from a stream whose rows are not kept: the head `uer` of `FeatureClassifier`.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { Classifier, FeatureClassifier, HandfulError, inspect } from "../dist/node.js";
import { FEATURES, pool } from "./features.mjs";
import { numbers } from "./numbers.mjs";

const WIDTH = 16;
const LABELS = ["ant", "bee", "cat"];
const ASKED = Float32Array.from({ length: WIDTH }, (_, d) => (d === 1 ? 1 : d === 2 ? 0.8 : 0));

async function empty(head = "uer") {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: WIDTH }] });
  classifier.head = head;
  return classifier;
}

/** Rows with their labels, class after class. */
function stream(seed, each = 10) {
  const next = numbers(seed);
  const rowOf = (axis) => Float32Array.from({ length: WIDTH }, (_, d) => (d === axis ? 1 : 0) + 0.2 * next());
  return LABELS.flatMap((label, axis) =>
    Array.from({ length: each }, () => ({ label, features: rowOf(axis) })),
  );
}

async function taught(head) {
  const classifier = await empty(head);
  for (const { features, label } of stream(1)) classifier.observeFeatures(features, label);
  return classifier;
}

const answer = (classifier) => classifier.predictFeatures(ASKED).scores;

/** The call throws a HandfulError with this code, and the set is as it was. */
function refuses(classifier, code, act) {
  const before = classifier.save();
  assert.throws(act, (error) => error instanceof HandfulError && error.code === code && error.message !== "");
  assert.deepEqual(classifier.save(), before);
}

test("what was observed is known, though no row is kept in the set", async () => {
  const classifier = await empty();
  let told = 0;
  classifier.subscribe(() => {
    told += 1;
  });
  assert.equal(classifier.observed, 0);
  for (const { features, label } of stream(1)) classifier.observeFeatures(features, label);
  assert.deepEqual([told, classifier.observed, classifier.examples.length], [30, 30, 0]);
  assert.deepEqual(
    classifier.classes.map(({ label, count }) => [label, count]),
    LABELS.map((label) => [label, 0]),
  );
  for (const { features, label } of stream(2))
    assert.equal(classifier.predictFeatures(features).label, label);
  const { head, foreign, pValue, unscored } = classifier.predictFeatures(ASKED);
  assert.deepEqual([head, foreign, pValue, unscored], ["uer", false, 1, []]);
  assert.equal(classifier.evaluate().accuracy, undefined);
  assert.deepEqual(classifier.explainFeatures(ASKED)[0].scores, answer(classifier));
  assert.ok(classifier.exportOnnx().length > 0);
});

test("a set that was saved goes on bit for bit", async () => {
  const never = await empty();
  assert.ok(!/observed|"uer":\{"dtype/.test(Buffer.from(never.save()).toString("latin1")));
  const running = await empty({ name: "uer", memory: 7, learningRate: 0.1 / 3 });
  let restarted = await FeatureClassifier.load(running.save());
  for (const { features, label } of stream(3)) {
    for (const set of [running, restarted]) set.observeFeatures(features, label);
    const saved = restarted.save();
    assert.equal(inspect(saved).observed, running.observed);
    restarted.dispose();
    restarted = await FeatureClassifier.load(saved);
    // Told the same once more, as a page does that sets its head at each start.
    restarted.head = { name: "uer", memory: 7, learningRate: 0.1 / 3 };
  }
  assert.deepEqual(restarted.save(), running.save());
  assert.deepEqual(answer(restarted), answer(running));
});

test("the file is no longer than its memory, however long the stream", async () => {
  const classifier = await empty({ name: "uer", memory: 20 });
  const lengths = [];
  for (let seed = 0; seed < 4; seed += 1) {
    for (const { features, label } of stream(seed, 50)) classifier.observeFeatures(features, label);
    lengths.push(classifier.save().length);
  }
  assert.equal(classifier.observed, 600);
  // Numbers of examples in it have a digit more or less.
  assert.ok(Math.max(...lengths) - Math.min(...lengths) < 200, `${lengths}`);
});

test("it begins with the examples of the set; those that come later are for other heads", async () => {
  const classifier = await empty();
  const [first, ...rest] = stream(4);
  for (const { features, label } of rest) classifier.addFeatures(features, label);
  const fitted = classifier.predictFeatures(ASKED).label;
  classifier.observeFeatures(first.features, first.label);
  assert.deepEqual([classifier.observed, classifier.predictFeatures(ASKED).label], [30, fitted]);
  const before = answer(classifier);
  classifier.addFeatures(ASKED, "ant");
  assert.deepEqual(answer(classifier), before);
  classifier.head = "auto";
  assert.equal(classifier.predictFeatures(ASKED).head, "fused");
  classifier.head = "uer";
  assert.deepEqual(answer(classifier), before);
});

test("undo, renaming, disabling, merging and removing mean what they say", async () => {
  const classifier = await taught();
  const all = answer(classifier);
  const labels = () => answer(classifier).map(({ label }) => label);
  classifier.renameClass("bee", "wasp");
  assert.deepEqual(
    answer(classifier).map(({ probability }) => probability),
    all.map(({ probability }) => probability),
  );
  classifier.undo();
  classifier.setEnabled("bee", false);
  assert.ok(!labels().includes("bee") && labels().length === 2);
  classifier.undo();
  for (const change of [() => classifier.removeClass("bee"), () => classifier.mergeClasses("bee", "cat")]) {
    change();
    assert.deepEqual(labels().sort(), ["ant", "cat"]);
    classifier.undo();
    for (const [at, { label, probability }] of answer(classifier).entries()) {
      assert.equal(label, all[at].label);
      assert.ok(Math.abs(probability - all[at].probability) < 1e-6);
    }
  }
  // A transaction that fails takes its classes back, not what was observed of others.
  const error = new Error("no");
  const { observed } = classifier;
  const failing = () =>
    classifier.transaction("import", () => {
      classifier.observeFeatures(ASKED, "bee");
      classifier.observeFeatures(ASKED, "dog");
      throw error;
    });
  assert.throws(failing, error);
  assert.deepEqual([classifier.classes.length, classifier.observed], [3, observed + 2]);
  const other = await FeatureClassifier.create({ streams: classifier.streams });
  other.addFeatures(ASKED, "ant");
  other.merge(classifier.save());
  assert.deepEqual([other.classes.length, other.observed], [3, 0]);
});

test("a class that is forgotten is learned afresh", async () => {
  const classifier = await taught();
  let told = 0;
  classifier.subscribe(() => {
    told += 1;
  });
  assert.deepEqual([classifier.forget("bee"), classifier.forget("bee"), told], [true, false, 1]);
  assert.deepEqual(classifier.predictFeatures(ASKED).unscored, ["bee"]);
  const loaded = await FeatureClassifier.load(classifier.save());
  assert.deepEqual(loaded.predictFeatures(ASKED).unscored, ["bee"]);
  loaded.observeFeatures(ASKED, "bee");
  assert.equal(loaded.predictFeatures(ASKED).label, "bee");
  refuses(classifier, "unknown-class", () => classifier.forget("dog"));
  for (const label of ["ant", "cat"]) classifier.forget(label);
  assert.equal(classifier.observed, 0);
  refuses(classifier, "not-enough-examples", () => classifier.predictFeatures(ASKED));
});

test("what cannot be observed is refused by a code, and changes nothing", async () => {
  const classifier = await taught();
  refuses(classifier, "shape", () => classifier.observeFeatures(ASKED.subarray(1), "bee"));
  refuses(classifier, "zero-feature", () => classifier.observeFeatures(new Float32Array(WIDTH), "dog"));
  refuses(classifier, "not-finite", () =>
    classifier.observeFeatures(
      ASKED.map(() => Number.NaN),
      "dog",
    ),
  );
  refuses(classifier, "empty-label", () => classifier.observeFeatures(ASKED, " "));
  refuses(classifier, "parameter", () => {
    classifier.head = { name: "uer", memory: 9 };
  });
  classifier.head = "knn";
  refuses(classifier, "parameter", () => classifier.observeFeatures(ASKED, "bee"));
  classifier.dispose();
  assert.throws(() => classifier.observed, { code: "disposed" });
  assert.throws(() => classifier.forget("bee"), { code: "disposed" });
});

test("images are observed once they are encoded, by a class that is still there", async () => {
  let hold = Promise.resolve();
  const encoder = {
    id: "mine",
    streams: [{ name: "aux", dim: WIDTH }],
    encode: async ({ data }) => {
      await hold;
      return { features: Float32Array.from({ length: WIDTH }, (_, d) => (d === data[0] ? 1 : 0.1)) };
    },
  };
  const image = (axis) => ({ data: new Uint8ClampedArray(4).fill(axis), width: 1, height: 1 });
  const classifier = await Classifier.create({ encoder });
  await assert.rejects(classifier.observe(image(0), "ant"), { name: "HandfulError", code: "parameter" });
  classifier.head = "uer";
  for (const [axis, label] of LABELS.entries()) await classifier.observe(image(axis), label);
  assert.deepEqual([classifier.observed, (await classifier.predict(image(1))).label], [3, "bee"]);
  let release;
  hold = new Promise((resolve) => {
    release = resolve;
  });
  const late = classifier.observe(image(1), "bee");
  await new Promise((resolve) => setTimeout(resolve));
  classifier.removeClass("bee");
  release();
  await assert.rejects(late, { name: "HandfulError", code: "unknown-class" });
  assert.deepEqual([classifier.observed, classifier.classes.length], [3, 2]);
  await assert.rejects(classifier.observe(image(1), " "), { name: "HandfulError", code: "empty-label" });
});

const SETS = { dtd: "val", caltech101: "shot16", ucf101: "shot16" };
const ORDERS = 3;

function shuffled(items, next) {
  const all = [...items];
  for (let i = all.length - 1; i > 0; i -= 1) {
    const other = Math.floor(((next() + 1) / 2) * (i + 1));
    [all[i], all[other]] = [all[other], all[i]];
  }
  return all;
}

/** Per cent of test rows that are recognised, and how sure it is of them, after one pass over classes that come in ten groups. */
async function accuracy(fields, taught, asked, order) {
  const next = numbers(order);
  const classes = shuffled(new Set(taught.map(({ label }) => label)), next);
  const classifier = await FeatureClassifier.create({ streams: [{ name: "clip", dim: 512 }] });
  classifier.head = { name: "uer", ...fields };
  for (let group = 0; group < 10; group += 1) {
    const own = classes.filter((_, i) => Math.floor((i * 10) / classes.length) === group);
    const rows = taught.filter(({ label }) => own.includes(label));
    for (const { features, label } of shuffled(rows, next)) classifier.observeFeatures(features, label);
  }
  const sum = { right: 0, sure: 0 };
  for (const { features, label } of asked) {
    const answer = classifier.predictFeatures(features);
    sum.right += (answer.label === label ? 100 : 0) / asked.length;
    sum.sure += (100 * answer.probability) / asked.length;
  }
  classifier.dispose();
  return sum;
}

test("on real features whose classes come one after the other it beats plain replay", async () => {
  if (!existsSync(FEATURES)) {
    console.log(
      "skipped: on real features whose classes come one after the other it beats plain replay: no ../shared/data/features",
    );
    return;
  }
  const gains = [];
  for (const [set, name] of Object.entries(SETS)) {
    const file = readFileSync(new URL(`${set}.safetensors`, FEATURES));
    const [taught, asked] = [pool(file, name), pool(file, "test")];
    for (let order = 1; order <= ORDERS; order += 1) {
      const uer = await accuracy({}, taught, asked, order);
      const plain = await accuracy({ current: "dot", replayed: "dot" }, taught, asked, order);
      const say = ({ right, sure }) => `${right.toFixed(1)} % right, ${sure.toFixed(1)} % sure`;
      console.log(`${set}, order ${order}: uer ${say(uer)}; plain replay ${say(plain)}`);
      gains.push(uer.right - plain.right);
    }
  }
  const mean = gains.reduce((sum, gain) => sum + gain, 0) / gains.length;
  console.log(`uer - plain replay: ${mean.toFixed(1)} points`);
  assert.ok(mean > 5, `${mean} points`);
});
