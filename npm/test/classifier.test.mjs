// The compiled package in Node, on the real core module.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Classifier, FeatureClassifier, HandfulError, HEAD_NAMES, inspect } from "../dist/node.js";
import { numbers } from "./numbers.mjs";

const STREAMS = [
  { name: "clip", dim: 3 },
  { name: "aux", dim: 2 },
];
const APPLE = Float32Array.of(1, 0.1, 0, 1, 0);
const PEAR = Float32Array.of(0, 0.2, 1, 0, 1);

const empty = () => FeatureClassifier.create({ streams: STREAMS });

async function taught() {
  const classifier = await empty();
  classifier.addFeatures(APPLE, "apple");
  classifier.addFeatures(PEAR, "pear");
  return classifier;
}

/** Everything that a caller can see of a set. */
const view = (classifier) => ({
  classes: classifier.classes,
  examples: classifier.examples,
  negatives: classifier.negatives,
  unlabelled: classifier.unlabelled,
  bytes: classifier.save(),
  canUndo: classifier.canUndo,
  canRedo: classifier.canRedo,
});

/** The call throws a HandfulError with this code, and the set is as it was. */
function refuses(classifier, code, act) {
  const before = view(classifier);
  assert.throws(act, (error) => error instanceof HandfulError && error.code === code && error.message !== "");
  assert.deepEqual(view(classifier), before);
}

test("an answer has a winner, a runner-up and probabilities that sum to 1", async () => {
  const classifier = await taught();
  classifier.addClass("plum");
  const answer = classifier.predictFeatures(Float32Array.of(0.9, 0, 0.2, 0.8, 0.1));
  assert.equal(answer.label, "apple");
  assert.equal(answer.runnerUp.label, "pear");
  assert.deepEqual(answer.unscored, ["plum"]);
  assert.deepEqual(answer.scores[0], { label: "apple", probability: answer.probability });
  const sum = answer.scores.reduce((total, { probability }) => total + probability, 0);
  assert.ok(Math.abs(sum - 1) < 1e-6, `sum ${sum}`);
  assert.equal(answer.head, "fused");
  assert.ok(answer.candidates.every((label) => ["apple", "pear"].includes(label)));
  assert.equal(answer.foreign, false);
  assert.ok(answer.pValue > 0 && answer.pValue <= 1, `pValue ${answer.pValue}`);
  assert.ok(answer.timings.classify >= 0);
  assert.deepEqual({ ...answer.timings, classify: 0 }, { decode: 0, preprocess: 0, encode: 0, classify: 0 });
});

test("classes and examples are plain lists that stay the same until the set changes", async () => {
  const classifier = await taught();
  assert.deepEqual(classifier.classes, [
    { label: "apple", count: 1, hasText: false, enabled: true },
    { label: "pear", count: 1, hasText: false, enabled: true },
  ]);
  const { classes, examples } = classifier;
  assert.equal(classifier.classes, classes);
  assert.equal(classifier.examples, examples);
  classifier.addClass("plum");
  assert.notEqual(classifier.classes, classes);
  assert.equal(classes.length, 2);
});

test("every change can be undone and done again", async () => {
  const classifier = await taught();
  classifier.setText("apple", Float32Array.of(1, 0, 0));
  const other = await empty();
  other.addFeatures(PEAR, "plum");
  const changes = {
    addClass: () => classifier.addClass("plum"),
    renameClass: () => classifier.renameClass("pear", "quince"),
    removeClass: () => classifier.removeClass("pear"),
    mergeClasses: () => classifier.mergeClasses("pear", "apple"),
    setEnabled: () => classifier.setEnabled("pear", false),
    merge: () => classifier.merge(other.save()),
    setText: () => classifier.setText("pear", Float32Array.of(0, 0, 2)),
    clearText: () => classifier.setText("apple", undefined),
    addFeatures: () => classifier.addFeatures(PEAR, "apple"),
    removeExample: () => classifier.removeExample(classifier.examples[0].id),
    moveExample: () => classifier.moveExample(classifier.examples[0].id, "pear"),
  };
  for (const [name, change] of Object.entries(changes)) {
    const { classes, examples } = classifier;
    change();
    const changed = { classes: classifier.classes, examples: classifier.examples };
    assert.equal(classifier.canUndo, true);
    assert.equal(classifier.undo(), true);
    assert.deepEqual(
      { classes: classifier.classes, examples: classifier.examples },
      { classes, examples },
      name,
    );
    assert.equal(classifier.canRedo, true);
    assert.equal(classifier.redo(), true);
    assert.deepEqual({ classes: classifier.classes, examples: classifier.examples }, changed, name);
    classifier.undo();
  }
});

test("changes under one name are one step of undo, also of two calls and of one within another", async () => {
  const classifier = await taught();
  const { examples } = classifier;
  const add = (count) => {
    for (let i = 0; i < count; i += 1) classifier.addFeatures(Float32Array.of(1, i, 0, 1, 1), "plum");
  };
  classifier.named("plums", () => add(100));
  assert.equal(
    classifier.named("plums", () => {
      classifier.named("more", () => add(150));
      return "done";
    }),
    "done",
  );
  assert.throws(
    () =>
      classifier.named("plums", () => {
        add(50);
        classifier.removeClass("nothing");
      }),
    { code: "unknown-class" },
  );
  assert.equal(classifier.undoName, "plums");
  classifier.undo();
  assert.deepEqual(classifier.examples, examples);
  assert.deepEqual([classifier.undoName, classifier.redoName], [undefined, "plums"]);
  classifier.redo();
  assert.equal(classifier.examples.length, examples.length + 300);
  classifier.addClass("quince");
  assert.equal(classifier.undoName, undefined);
  classifier.named("plums", () => add(1));
  classifier.undo();
  assert.equal(classifier.examples.length, examples.length + 300);
});

test("a text names the class whose label looks the same", async () => {
  const classifier = await taught();
  classifier.addClass("\u00c4pfel");
  for (const text of ["\u00c4pfel", "A\u0308pfel", " \u00c4pfel\u200b"])
    assert.equal(classifier.labelOf(text), "\u00c4pfel");
  for (const text of ["\u00e4pfel", "Apfel", "", " "]) assert.equal(classifier.labelOf(text), undefined);
});

test("the same features again are found in their own class", async () => {
  const classifier = await taught();
  const [apple] = classifier.examples;
  assert.equal(classifier.duplicateOf(APPLE, "apple"), apple.id);
  assert.equal(classifier.duplicateOf(APPLE, "pear"), undefined);
  assert.equal(classifier.duplicateOf(PEAR, "apple"), undefined);
  assert.equal(classifier.duplicateOf(APPLE, "nothing"), undefined);
  assert.throws(() => classifier.duplicateOf(Float32Array.of(1), "apple"), { code: "shape" });
});

test("a class that rests takes no part in answers until it is enabled again", async () => {
  const classifier = await taught();
  classifier.addFeatures(Float32Array.of(0, 1, 0, 1, 1), "plum");
  classifier.setEnabled("apple", false);
  const answer = classifier.predictFeatures(APPLE);
  assert.deepEqual([...answer.scores.map(({ label }) => label)].sort(), ["pear", "plum"]);
  assert.deepEqual(answer.unscored, []);
  const states = classifier.classes.map(({ label, count, enabled }) => [label, count, enabled]);
  assert.deepEqual(states, [
    ["apple", 1, false],
    ["pear", 1, true],
    ["plum", 1, true],
  ]);
  refuses(classifier, "unknown-class", () => classifier.setEnabled("quince", true));
  classifier.setEnabled("apple", true);
  assert.equal(classifier.predictFeatures(APPLE).label, "apple");
});

test("somebody else's set is added once, as one step, and only if its features mean the same", async () => {
  const [ours, theirs] = [await taught(), await taught()];
  theirs.addFeatures(PEAR, "plum");
  const [there] = theirs.examples.filter(({ label }) => label === "plum");
  const added = ours.merge(theirs.save());
  assert.deepEqual([...added.keys()], [there.id]);
  assert.ok(ours.examples.some(({ id, label }) => id === added.get(there.id) && label === "plum"));
  assert.equal(ours.merge(theirs.save()).size, 0);
  assert.deepEqual(
    ours.classes.map(({ label, count }) => [label, count]),
    [
      ["apple", 1],
      ["pear", 1],
      ["plum", 1],
    ],
  );
  const narrow = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 2 }] });
  refuses(ours, "other-encoder", () => ours.merge(narrow.save()));
  refuses(ours, "format", () => ours.merge(Uint8Array.of(1, 2, 3)));
});

test("the nearest examples of an image, and those of a pile that would teach most", async () => {
  const classifier = await taught();
  const [apple, pear] = classifier.examples;
  const near = classifier.nearestFeatures(APPLE, 5);
  assert.deepEqual(
    near.map(({ id, label }) => [id, label]),
    [
      [apple.id, "apple"],
      [pear.id, "pear"],
    ],
  );
  assert.ok(Math.abs(near[0].similarity - 1) < 1e-5 && near[1].similarity < 0.5);
  assert.equal(classifier.nearestFeatures(APPLE, 1).length, 1);
  assert.deepEqual(classifier.nearestFeatures(APPLE, 0), []);
  assert.equal(classifier.nearestFeatures(APPLE, Number.POSITIVE_INFINITY).length, 2);
  // The second is like nothing that was taught, and the third is its double.
  const odd = Float32Array.of(0, 1, 0, 1, 1);
  assert.deepEqual(classifier.suggestFeatures([APPLE, odd, odd], 1), [1]);
  assert.equal(classifier.suggestFeatures([APPLE, odd, PEAR], 9).length, 3);
  assert.deepEqual(classifier.suggestFeatures([], 3), []);
  refuses(classifier, "shape", () => classifier.suggestFeatures([APPLE, APPLE.subarray(1)], 1));
  refuses(classifier, "shape", () => classifier.nearestFeatures(APPLE.subarray(1), 1));
});

test("rows that are asked about together answer in order, in slices, from the set as it was", async () => {
  const classifier = await taught();
  const rows = Array.from({ length: 40 }, (_, i) => (i % 2 ? PEAR : APPLE).map((v) => v + 0.01 * i));
  const asked = classifier.predictFeaturesTogether(rows);
  const answers = await asked;
  assert.deepEqual(
    answers.map(({ label }) => label),
    rows.map((_, i) => (i % 2 ? "pear" : "apple")),
  );
  for (const { scores, timings } of answers) {
    assert.ok(Math.abs(scores.reduce((sum, { probability }) => sum + probability, 0) - 1) < 1e-9);
    assert.ok(timings.classify > 0);
  }
  const [few] = await classifier.predictFeaturesTogether([APPLE]);
  assert.deepEqual(few.scores, classifier.predictFeatures(APPLE).scores);
  assert.deepEqual(await classifier.predictFeaturesTogether([]), []);
  const code = (code) => ({ name: "HandfulError", code });
  await assert.rejects(classifier.predictFeaturesTogether([APPLE, APPLE.subarray(1)]), code("shape"));
  const stop = new AbortController();
  const stopped = classifier.predictFeaturesTogether(rows, { signal: stop.signal });
  stop.abort();
  await assert.rejects(stopped, { name: "AbortError" });
  const ended = classifier.predictFeaturesTogether(rows);
  classifier.dispose();
  await assert.rejects(ended, code("disposed"));
});

test("a large set is readied in slices, and answers as one that is asked at once", async () => {
  const taught = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 128 }] });
  const photo = (i) =>
    Float32Array.from({ length: 128 }, (_, k) => ((i * 7919 + k * 104729) % 97) + 20 * ((i + k) % 4));
  for (let i = 0; i < 1200; i += 1) taught.addFeatures(photo(i), `class ${i % 4}`);
  const saved = taught.save();
  const [prepared, asked, stopped, ended] = await Promise.all(
    Array.from({ length: 4 }, () => FeatureClassifier.load(saved)),
  );
  let others = 0;
  const other = setInterval(() => (others += 1));
  await prepared.prepare();
  clearInterval(other);
  assert.ok(others > 1, "nothing else had its turn");
  const [a, b] = [prepared, asked].map((set) => set.predictFeatures(photo(2000)));
  assert.equal(a.label, b.label);
  assert.ok(Math.abs(a.probability - b.probability) < 1e-4);
  const reason = new Error("enough");
  const stop = new AbortController();
  const stopping = stopped.prepare({ signal: stop.signal });
  stop.abort(reason);
  await assert.rejects(stopping, reason);
  const ending = ended.prepare();
  ended.dispose();
  await assert.rejects(ending, { name: "HandfulError", code: "disposed" });
});

test("rows are shared out among classes that hold so many", async () => {
  const classifier = await taught();
  const labels = async (rows, options) => {
    const answers = await classifier.assignFeatures(rows, options);
    return answers.map(({ label }) => label);
  };
  const likeApple = APPLE.map((v, i) => v + 0.3 * PEAR[i]);
  assert.deepEqual(await labels([likeApple, APPLE]), ["pear", "apple"]);
  assert.deepEqual(await labels([likeApple]), ["apple"]);
  assert.deepEqual(await labels([likeApple, APPLE], { counts: { apple: 2 } }), ["apple", "apple"]);
  assert.deepEqual(await labels([]), []);
  const many = { apple: Number.POSITIVE_INFINITY, pear: 2 ** 40 };
  assert.deepEqual(await labels([likeApple, APPLE, PEAR], { counts: many }), ["apple", "apple", "pear"]);
  const [one, other] = await classifier.assignFeatures([APPLE, APPLE]);
  assert.notEqual(one.label, other.label);
  assert.ok(Math.abs(one.probability - 0.5) < 1e-6 && Math.abs(other.probability - 0.5) < 1e-6);
  const refused = (code, rows, options) =>
    assert.rejects(classifier.assignFeatures(rows, options), { name: "HandfulError", code });
  await refused("parameter", [APPLE, APPLE, APPLE]);
  await refused("parameter", [APPLE, APPLE], { counts: { apple: 1 } });
  await refused("parameter", [APPLE], { counts: { apple: 0.5 } });
  await refused("unknown-class", [APPLE], { counts: { plum: 1 } });
  await refused("duplicate-label", [APPLE], { counts: { apple: 1, " apple ": 2 } });
  await refused("shape", [APPLE, APPLE.subarray(1)]);
  classifier.addClass("plum");
  await refused("parameter", [APPLE], { counts: { plum: 1 } });
  const stopped = classifier.assignFeatures([APPLE], { signal: AbortSignal.abort() });
  await assert.rejects(stopped, { name: "AbortError" });
});

test("what is like a negative is foreign, and a negative is listed, counted, undone, removed and saved", async () => {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 64 }] });
  let seed = 1;
  const noise = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const photo = (thing) =>
    Float32Array.from({ length: 64 }, (_, k) => (k % 4 === thing ? 0.5 : 0) + 2 * noise());
  for (let i = 0; i < 8; i += 1) {
    classifier.addFeatures(photo(0), "apple");
    classifier.addFeatures(photo(1), "pear");
  }
  const tables = Array.from({ length: 20 }, () => photo(2));
  const refused = () => tables.filter((row) => classifier.predictFeatures(row).foreign).length;
  const [before, scores] = [refused(), classifier.predictFeatures(tables[0]).scores];
  assert.deepEqual(classifier.negatives, []);
  let changes = 0;
  classifier.subscribe(() => {
    changes += 1;
  });
  const ids = [photo(2), photo(2), photo(2)].map((row) => classifier.addNegativeFeatures(row));
  assert.deepEqual(ids, [16, 17, 18]);
  assert.deepEqual(classifier.negatives, ids);
  assert.equal(classifier.negatives, classifier.negatives);
  assert.equal(changes, 3);
  assert.ok(refused() > before + 5, `${before} ${refused()}`);
  assert.deepEqual(classifier.predictFeatures(tables[0]).scores, scores);
  assert.equal(classifier.examples.length, 16);

  const saved = classifier.save();
  assert.equal(inspect(saved).negatives, 3);
  assert.deepEqual((await FeatureClassifier.load(saved)).negatives, ids);
  const other = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 64 }] });
  assert.deepEqual([...other.merge(saved)].slice(-3), [
    [16, 16],
    [17, 17],
    [18, 18],
  ]);
  classifier.removeNegative(17);
  assert.deepEqual(classifier.negatives, [16, 18]);
  classifier.undo();
  assert.deepEqual(classifier.negatives, ids);
  refuses(classifier, "unknown-example", () => classifier.removeNegative(3));
  refuses(classifier, "unknown-example", () => classifier.removeNegative(-1));
  refuses(classifier, "unknown-example", () => classifier.removeExample(16));
  refuses(classifier, "shape", () => classifier.addNegativeFeatures(APPLE));
});

test("gives the feature row of every kind of photo, at unit length and as a copy", async () => {
  const classifier = await FeatureClassifier.create({
    streams: [
      { name: "aux", dim: 2 },
      { name: "clip", dim: 3 },
    ],
  });
  const row = Float32Array.of(0, 3, 4, 0, -2);
  const unit = Float32Array.of(0, 0.6, 0.8, 0, -1);
  const ids = [
    classifier.addFeatures(row, "apple"),
    classifier.addNegativeFeatures(row),
    classifier.addUnlabelledFeatures(row),
  ];
  for (const id of ids) assert.deepEqual(classifier.featuresOf(id), unit);
  classifier.featuresOf(0).fill(5);
  assert.deepEqual(classifier.featuresOf(0), unit);
  classifier.removeExample(0);
  for (const id of [0, 3, -1, 1.5, undefined])
    refuses(classifier, "unknown-example", () => classifier.featuresOf(id));
});

test("answers learn from unlabelled photos between other tasks, and listeners are told", async () => {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 24 }] });
  let seed = 7;
  const noise = () => {
    seed = (seed * 48271) % 2147483647;
    return seed / 2147483647;
  };
  const photo = (thing) =>
    Float32Array.from({ length: 24 }, (_, k) => (k % 4 === thing ? 1 : 0) + 2 * (noise() - 0.5));
  classifier.addFeatures(photo(0), "apple");
  classifier.addFeatures(photo(1), "pear");
  assert.deepEqual(classifier.unlabelled, []);
  await classifier.learned;
  let told = 0;
  const asked = photo(0);
  const before = classifier.predictFeatures(asked);
  const ids = Array.from({ length: 40 }, (_, i) => classifier.addUnlabelledFeatures(photo(i % 2)));
  assert.deepEqual(classifier.unlabelled, ids);
  assert.equal(classifier.unlabelled, classifier.unlabelled);
  const end = classifier.subscribe(() => {
    told += 1;
  });
  assert.deepEqual(classifier.predictFeatures(asked).scores, before.scores);
  await classifier.learned;
  assert.equal(told, 1);
  end();
  const after = classifier.predictFeatures(asked);
  assert.notDeepEqual(after.scores, before.scores);
  assert.equal(after.pValue, before.pValue);

  const saved = classifier.save();
  assert.equal(inspect(saved).unlabelled, 40);
  const loaded = await FeatureClassifier.load(saved);
  assert.deepEqual(loaded.unlabelled, ids);
  await loaded.learned;
  assert.deepEqual(loaded.predictFeatures(asked).scores, after.scores);

  const [wanted, ...others] = classifier.suggestUnlabelled(3);
  assert.ok([wanted, ...others].every((id) => ids.includes(id)) && others.length === 2);
  classifier.labelUnlabelled(wanted, "apple");
  assert.ok(classifier.examples.some(({ id, label }) => id === wanted && label === "apple"));
  assert.ok(!classifier.unlabelled.includes(wanted));
  classifier.undo();
  classifier.removeUnlabelled(wanted);
  assert.equal(classifier.unlabelled.length, 39);
  classifier.undo();
  assert.deepEqual(classifier.unlabelled, ids);
  await classifier.learned;
  assert.deepEqual(classifier.predictFeatures(asked).scores, after.scores);

  refuses(classifier, "unknown-example", () => classifier.removeUnlabelled(0));
  refuses(classifier, "unknown-example", () => classifier.labelUnlabelled(-1, "apple"));
  refuses(classifier, "empty-label", () => classifier.labelUnlabelled(ids[0], " "));
  refuses(classifier, "shape", () => classifier.addUnlabelledFeatures(APPLE));
  for (let n = 40; n < 1000; n += 1) classifier.addUnlabelledFeatures(asked);
  refuses(classifier, "too-many-items", () => classifier.addUnlabelledFeatures(asked));
  // Whoever waits does not wait for ever.
  const { learned } = classifier;
  classifier.dispose();
  await learned;
  assert.throws(() => classifier.learned, { code: "disposed" });
});

test("undo and redo say when there is nothing to do", async () => {
  const classifier = await empty();
  let changes = 0;
  classifier.subscribe(() => changes++);
  assert.deepEqual(
    [classifier.canUndo, classifier.undo(), classifier.canRedo, classifier.redo()],
    [false, false, false, false],
  );
  assert.equal(changes, 0);
});

test("ids are stable under moves, renames, undo and saving, and never given twice", async () => {
  const classifier = await taught();
  const first = classifier.addFeatures(APPLE, "apple");
  const second = classifier.addFeatures(APPLE, "apple");
  classifier.moveExample(second, "pear");
  classifier.renameClass("pear", "quince");
  classifier.removeExample(first);
  assert.ok(classifier.examples.some(({ id, label }) => id === second && label === "quince"));
  classifier.undo();
  assert.ok(classifier.examples.some(({ id }) => id === first));
  const copy = await FeatureClassifier.load(classifier.save());
  assert.deepEqual(copy.examples, classifier.examples);
  const next = copy.addFeatures(PEAR, "quince");
  assert.ok(!classifier.examples.some(({ id }) => id === next));
});

test("a saved set comes back with its classes, examples, texts, head and answers", async () => {
  const classifier = await taught();
  classifier.addClass("empty class");
  classifier.setText("pear", Float32Array.of(0, 0, 2));
  classifier.head = "prototype";
  const copy = await FeatureClassifier.load(classifier.save());
  assert.deepEqual(copy.streams, classifier.streams);
  assert.deepEqual(copy.classes, classifier.classes);
  assert.deepEqual(copy.examples, classifier.examples);
  assert.equal(copy.head, "prototype");
  assert.equal(copy.canUndo, false);
  const query = Float32Array.of(0.3, 0, 0.2, 0.8, 0.1);
  assert.deepEqual(copy.predictFeatures(query).scores, classifier.predictFeatures(query).scores);
  assert.deepEqual(copy.save(), classifier.save());
});

test("each head answers under its own name", async () => {
  const classifier = await taught();
  assert.equal(classifier.head, "auto");
  classifier.setText("apple", Float32Array.of(1, 0, 0));
  classifier.setText("pear", Float32Array.of(0, 0, 1));
  for (const head of HEAD_NAMES.filter((name) => name !== "auto")) {
    classifier.head = head;
    assert.equal(classifier.head, head);
    assert.equal(classifier.predictFeatures(APPLE).head, head);
    assert.equal(classifier.predictFeatures(APPLE).label, "apple");
  }
  classifier.head = "auto";
  assert.equal(classifier.head, "auto");
  assert.equal(classifier.predictFeatures(APPLE).head, "fused");
  refuses(classifier, "parameter", () => {
    classifier.head = "crystal-ball";
  });
});

test("labels with markup are text, letter for letter", async () => {
  const classifier = await taught();
  const label = `<img src=x onerror="alert(1)">&amp; "'\``;
  classifier.addFeatures(APPLE, label);
  assert.ok(classifier.classes.some((one) => one.label === label));
  const copy = await FeatureClassifier.load(classifier.save());
  assert.deepEqual(copy.classes, classifier.classes);
});

test("labels are trimmed and counted in characters, not in bytes", async () => {
  const classifier = await empty();
  classifier.addClass("  Äpfel \n");
  classifier.addClass("🍐".repeat(200));
  assert.equal(classifier.classes[0].label, "Äpfel");
  assert.equal(classifier.classes[1].label, "🍐".repeat(200));
});

test("labels that can be none are refused", async () => {
  const classifier = await taught();
  for (const [label, code] of [
    ["", "empty-label"],
    [" \t\n", "empty-label"],
    ["x".repeat(201), "label-too-long"],
  ]) {
    refuses(classifier, code, () => classifier.addClass(label));
    refuses(classifier, code, () => classifier.renameClass("apple", label));
    refuses(classifier, code, () => classifier.addFeatures(APPLE, label));
  }
  refuses(classifier, "duplicate-label", () => classifier.addClass(" apple "));
  refuses(classifier, "duplicate-label", () => classifier.renameClass("apple", "pear"));
  refuses(classifier, "duplicate-label", () => classifier.mergeClasses("apple", "apple"));
});

test("unknown classes and examples are refused", async () => {
  const classifier = await taught();
  refuses(classifier, "unknown-class", () => classifier.renameClass("plum", "x"));
  refuses(classifier, "unknown-class", () => classifier.removeClass("plum"));
  refuses(classifier, "unknown-class", () => classifier.mergeClasses("plum", "apple"));
  refuses(classifier, "unknown-class", () => classifier.mergeClasses("apple", "plum"));
  refuses(classifier, "unknown-class", () => classifier.setText("plum", undefined));
  refuses(classifier, "unknown-class", () => classifier.moveExample(0, "plum"));
  for (const id of [99, -1, 0.5, 2 ** 32, Number.NaN, undefined]) {
    refuses(classifier, "unknown-example", () => classifier.removeExample(id));
    refuses(classifier, "unknown-example", () => classifier.moveExample(id, "pear"));
  }
});

test("features that are no direction are refused, in examples, texts and questions", async () => {
  const classifier = await taught();
  const withNumber = (value) => Float32Array.of(1, value, 0, 1, 0);
  for (const [features, code] of [
    [Float32Array.of(1, 2, 3), "shape"],
    [new Float32Array(10).fill(1), "shape"],
    [new Float32Array(0), "shape"],
    [withNumber(Number.NaN), "not-finite"],
    [withNumber(Number.POSITIVE_INFINITY), "not-finite"],
    [withNumber(Number.NEGATIVE_INFINITY), "not-finite"],
    [new Float32Array(5), "zero-feature"],
    [Float32Array.of(1, 1, 1, 0, 0), "zero-feature"],
  ]) {
    refuses(classifier, code, () => classifier.addFeatures(features, "apple"));
    refuses(classifier, code, () => classifier.addFeatures(features, "new class"));
    refuses(classifier, code, () => classifier.predictFeatures(features));
  }
  refuses(classifier, "shape", () => classifier.setText("apple", Float32Array.of(1, 2)));
  refuses(classifier, "not-finite", () => classifier.setText("apple", Float32Array.of(1, Number.NaN, 1)));
  refuses(classifier, "zero-feature", () => classifier.setText("apple", new Float32Array(3)));
});

test("texts need a stream named clip", async () => {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 2 }] });
  classifier.addClass("apple");
  refuses(classifier, "shape", () => classifier.setText("apple", Float32Array.of(1, 0)));
});

test("a saved set remembers what identifies its encoder", async () => {
  const streams = [{ name: "aux", dim: 2 }];
  const named = await FeatureClassifier.create({ streams, encoderId: "mine@1" });
  assert.equal((await FeatureClassifier.load(named.save())).encoderId, "mine@1");
  const unnamed = await FeatureClassifier.create({ streams });
  assert.equal((await FeatureClassifier.load(unnamed.save())).encoderId, undefined);
});

test("no answer with fewer than two classes to choose from", async () => {
  const classifier = await empty();
  const ask = () => classifier.predictFeatures(APPLE);
  refuses(classifier, "not-enough-examples", ask);
  classifier.addFeatures(APPLE, "apple");
  refuses(classifier, "not-enough-examples", ask);
  classifier.addClass("pear");
  refuses(classifier, "not-enough-examples", ask);
  classifier.addFeatures(PEAR, "pear");
  assert.equal(ask().label, "apple");
});

test("streams that cannot be are refused", async () => {
  for (const streams of [
    [],
    [{ name: "aux", dim: 0 }],
    [{ name: "aux", dim: 1e9 }],
    [{ name: "", dim: 2 }],
    [
      { name: "aux", dim: 2 },
      { name: "aux", dim: 3 },
    ],
    "aux",
  ]) {
    await assert.rejects(FeatureClassifier.create({ streams }), { name: "HandfulError", code: "parameter" });
  }
});

test("streams come in the order of the rows, clip first", async () => {
  const classifier = await FeatureClassifier.create({ streams: [...STREAMS].reverse() });
  assert.deepEqual(classifier.streams, STREAMS);
});

test("damaged files are refused", async () => {
  const classifier = await taught();
  const bytes = classifier.save();
  const flipped = bytes.slice();
  flipped[3] ^= 0xff;
  for (const damaged of [
    new Uint8Array(0),
    bytes.subarray(0, bytes.length - 1),
    flipped,
    Uint8Array.of(...bytes, 0),
    new TextEncoder().encode("<!doctype html>"),
  ]) {
    await assert.rejects(FeatureClassifier.load(damaged), { name: "HandfulError", code: "format" });
  }
});

test("a name and pictures beside the set are passed over", async () => {
  const classifier = await taught();
  const bytes = Buffer.from(classifier.save());
  const end = 8 + Number(bytes.readBigUInt64LE());
  const header = JSON.parse(bytes.toString("utf8", 8, end));
  const size = bytes.length - end;
  header.__metadata__.name = "Garden";
  header["picture.0"] = { dtype: "U8", shape: [3], data_offsets: [size, size + 3] };
  const words = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(words.length));
  const file = Buffer.concat([length, words, bytes.subarray(end), Buffer.of(0xff, 0xd8, 0xff)]);
  const loaded = await FeatureClassifier.load(file);
  assert.deepEqual(view(loaded), { ...view(classifier), canUndo: false });
});

test("listeners hear of every change, once, until they leave", async () => {
  const classifier = await taught();
  const heard = [];
  const leave = classifier.subscribe(() => heard.push(classifier.classes.length));
  classifier.addClass("plum");
  classifier.undo();
  classifier.redo();
  classifier.head = "prototype";
  assert.throws(() => classifier.addClass("plum"));
  assert.deepEqual(heard, [3, 2, 3, 3]);
  leave();
  classifier.addClass("fig");
  assert.equal(heard.length, 4);
});

test("a listener that throws harms neither the change nor the other listeners", async () => {
  const classifier = await taught();
  let heard = 0;
  classifier.subscribe(() => {
    throw new Error("listener");
  });
  classifier.subscribe(() => heard++);
  // The failure surfaces as an uncaught exception, which the test runner would take for its own.
  const runner = process.rawListeners("uncaughtException");
  process.removeAllListeners("uncaughtException");
  const reported = new Promise((resolve) => process.once("uncaughtException", resolve));
  classifier.addClass("plum");
  assert.equal(heard, 1);
  assert.equal(classifier.classes.length, 3);
  assert.equal((await reported).message, "listener");
  for (const listener of runner) process.on("uncaughtException", listener);
});

test("after dispose everything says so, and disposing twice is fine", async () => {
  const classifier = await taught();
  classifier.dispose();
  classifier[Symbol.dispose]();
  for (const act of [
    () => classifier.classes,
    () => classifier.examples,
    () => classifier.head,
    () => classifier.canUndo,
    () => classifier.undo(),
    () => classifier.addClass("x"),
    () => classifier.addFeatures(APPLE, "apple"),
    () => classifier.predictFeatures(APPLE),
    () => classifier.save(),
  ]) {
    assert.throws(act, { name: "HandfulError", code: "disposed" });
  }
});

test("without an encoder images are refused, features are welcome", async () => {
  const classifier = await Classifier.create({ encoder: null, streams: STREAMS });
  assert.equal(classifier.encoder, null);
  classifier.addFeatures(APPLE, "apple");
  const blob = new Blob(["no matter"]);
  await assert.rejects(classifier.addExample(blob, "apple"), { code: "no-encoder" });
  await assert.rejects(classifier.addExamples([blob], "apple"), { code: "no-encoder" });
  await assert.rejects(classifier.addExample(blob, " "), { code: "empty-label" });
  await assert.rejects(classifier.predict(blob), { code: "no-encoder" });
  const copy = await Classifier.load(classifier.save(), { encoder: null });
  assert.ok(copy instanceof Classifier && copy instanceof FeatureClassifier);
  assert.deepEqual(copy.classes, classifier.classes);
  classifier.dispose();
  await assert.rejects(classifier.predict(blob), { code: "disposed" });
  await assert.rejects(classifier.addExample(blob, "apple"), { code: "disposed" });
});

test("without an encoder the streams have to be named", async () => {
  await assert.rejects(Classifier.create({ encoder: null }), { name: "HandfulError", code: "parameter" });
});

test("an aborted creation rejects with the reason", async () => {
  const signal = AbortSignal.abort("enough");
  await assert.rejects(
    FeatureClassifier.create({ streams: STREAMS, signal }),
    (reason) => reason === "enough",
  );
});

test("labels are read, follow every change, and are no step of undo", async () => {
  const known = { apple: [1, 0, 0], pear: [0, 0, 1] };
  const asked = [];
  const encodeText = async (label) => {
    asked.push(label);
    if (label === "crash" && asked.filter((other) => other === label).length === 1)
      throw new Error("no worker");
    return { features: Float32Array.from(known[label] ?? [1, 1, 1]), confidence: known[label] ? 0.9 : 0.49 };
  };
  const understood = () => classifier.classes.filter(({ hasText }) => hasText).map(({ label }) => label);
  const settled = () => new Promise((resolve) => setTimeout(resolve));

  const classifier = await empty();
  classifier.addClass("apple");
  let told = 0;
  classifier.readLabels(encodeText);
  classifier.subscribe(() => (told += 1));
  assert.deepEqual(understood(), []);
  await settled();
  assert.deepEqual([understood(), told], [["apple"], 1]);
  classifier.addClass("xyzzy");
  classifier.addClass("thing");
  classifier.renameClass("thing", "pear");
  await settled();
  assert.deepEqual(understood(), ["apple", "pear"]);
  assert.equal(classifier.predictFeatures(APPLE).label, "apple");

  // One step back is one of the caller's steps.
  classifier.undo();
  assert.deepEqual(understood(), ["apple"]);
  classifier.redo();
  assert.deepEqual(understood(), ["apple", "pear"]);
  const copy = await FeatureClassifier.load(classifier.save());
  assert.deepEqual(copy.classes, classifier.classes);
  classifier.setText("apple", undefined);
  await settled();
  assert.deepEqual(understood(), ["pear"]);
  assert.deepEqual(asked, ["apple", "xyzzy", "thing", "pear"]);

  // A label whose reading failed is looked at again after a change.
  classifier.addClass("crash");
  await settled();
  classifier.addClass("pitcher");
  await settled();
  assert.deepEqual(asked.slice(4), ["crash", "crash", "pitcher"]);
  // Forgotten, nothing is looked at any more, nor is what was asked before; reading begins anew.
  classifier.addClass("lemon");
  classifier.forgetLabels();
  classifier.addClass("orange");
  await settled();
  assert.deepEqual([understood(), asked.slice(7)], [[], ["lemon"]]);
  classifier.readLabels(encodeText);
  await settled();
  assert.deepEqual(understood(), ["pear"]);
  classifier.addClass("late");
  classifier.dispose();
  await settled();
});

test("the scale of `clip` says how sure text is", async () => {
  const sure = async (scale) => {
    const classifier = await FeatureClassifier.create({ streams: [{ name: "clip", dim: 2, scale }] });
    for (const [label, text] of Object.entries({ apple: [1, 0], pear: [0, 1] })) {
      classifier.addClass(label);
      classifier.setText(label, Float32Array.from(text));
    }
    return classifier.predictFeatures(Float32Array.of(0.8, 0.6)).probability;
  };
  for (const scale of [5, 20, undefined]) {
    const expected = 1 / (1 + Math.exp(-0.2 * (scale ?? 100)));
    assert.ok(Math.abs((await sure(scale)) - expected) < 1e-5, `scale ${scale}`);
  }
  for (const scale of [0, -1, Number.NaN]) await assert.rejects(sure(scale), { code: "parameter" });
});

test("labels that look the same are one class, whichever is typed first", async () => {
  const spellings = ["\u00c4pfel", "A\u0308pfel"];
  for (const [first, second] of [spellings, [...spellings].reverse()]) {
    const classifier = await empty();
    classifier.addFeatures(APPLE, first);
    classifier.addFeatures(APPLE, ` ${second}\u200b`);
    classifier.addFeatures(PEAR, "pear");
    assert.deepEqual(
      classifier.classes.map(({ label, count }) => [label, count]),
      [
        [first, 2],
        ["pear", 1],
      ],
    );
    refuses(classifier, "duplicate-label", () => classifier.addClass(second));
    refuses(classifier, "duplicate-label", () => classifier.renameClass("pear", second));
    classifier.renameClass(second, second);
    assert.equal(classifier.classes[0].label, second);
    const copy = await FeatureClassifier.load(classifier.save());
    copy.removeClass(first);
    assert.deepEqual(
      copy.classes.map(({ label }) => label),
      ["pear"],
    );
  }
  const classifier = await empty();
  // A family is more than its members, one after another.
  classifier.addClass("\u{1f468}\u200d\u{1f467}");
  classifier.addClass("\u{1f468}\u{1f467}");
  refuses(classifier, "empty-label", () => classifier.addClass("\u200b\u2060"));
});

/** The bytes of a set, with something changed in what its header says of it. */
function edited(bytes, change) {
  const length = Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, 8 + length)));
  const meta = JSON.parse(header.__metadata__.handful);
  change(meta);
  header.__metadata__.handful = JSON.stringify(meta);
  let text = new TextEncoder().encode(JSON.stringify(header));
  text = Uint8Array.of(...text, ...new Array((8 - (text.length % 8)) % 8).fill(0x20));
  const size = new Uint8Array(8);
  new DataView(size.buffer).setBigUint64(0, BigInt(text.length), true);
  return Uint8Array.of(...size, ...text, ...bytes.subarray(8 + length));
}

test("a set whose ids are used up takes no more, and repeats none", async () => {
  const LAST = 2 ** 32 - 2;
  const bytes = edited((await taught()).save(), (meta) => {
    meta.next_class = LAST;
    meta.next_example = LAST;
  });
  const classifier = await FeatureClassifier.load(bytes);
  assert.equal(classifier.addFeatures(PEAR, "plum"), LAST);
  refuses(classifier, "too-many-items", () => classifier.addFeatures(APPLE, "plum"));
  refuses(classifier, "too-many-items", () => classifier.addClass("quince"));
  const other = await empty();
  other.addFeatures(Float32Array.of(1, 1, 1, 1, 1), "plum");
  refuses(classifier, "too-many-items", () => classifier.merge(other.save()));
  assert.equal(other.merge(classifier.save()).size, 3);
});

test("a label that cannot be read is told, and looked at again", async () => {
  const classifier = await taught();
  const told = [];
  const onError = (error, label) => told.push([error.code ?? error.message, label]);
  const wrong = { apple: 5, pear: Float32Array.of(1, 2) };
  classifier.readLabels(async (label) => ({ features: wrong[label], confidence: 1 }), onError);
  await new Promise((resolve) => setTimeout(resolve));
  assert.deepEqual(told, [
    ["parameter", "apple"],
    ["shape", "pear"],
  ]);
  assert.ok(!classifier.classes.some(({ hasText }) => hasText));
  classifier.forgetLabels();
});

test("a thousand classes are told apart, in less than 300 MB", async () => {
  const next = numbers(1);
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 512 }] });
  const middles = Array.from({ length: 1000 }, () => Float32Array.from({ length: 512 }, next));
  const near = (number) => middles[number].map((value) => value + 0.5 * next());
  const before = process.memoryUsage().external;
  for (const number of middles.keys())
    for (let photo = 0; photo < 2; photo += 1) classifier.addFeatures(near(number), `class ${number}`);
  for (const number of [0, 499, 999])
    assert.equal(classifier.predictFeatures(near(number)).label, `class ${number}`);
  assert.ok(process.memoryUsage().external - before < 300e6);
  classifier.dispose();
});
