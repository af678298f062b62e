// Each hyper-parameter of each head through the package: taken, answered with, saved, read again, or refused by name.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { test } from "node:test";
import { FeatureClassifier, HandfulError, HEAD_NAMES } from "../dist/node.js";

/** Of each field a value that is not its default. */
const OTHERS = {
  auto: {},
  zero_shot: { logitScale: 30, missingText: "exclude" },
  prototype: { logitScale: 30, center: "support_mean", textCount: 2 },
  knn: { k: 2, tau: 0.3, center: "support_mean" },
  tip_adapter: { alpha: 3, beta: 5.5, perClassMean: false },
  logistic: { scale: 5, c: 0.1 },
  naive_bayes: {
    nu: 3,
    eta: 0.5,
    floor: 0.01,
    dof: "classes",
    prior: "smoothed",
    centerCount: 0,
    minmax: true,
    textCount: 1.5,
  },
  naive_bayes_full: {
    ridge: { fixed: 0.05 },
    standardise: false,
    prior: "empirical",
    centerCount: 0,
    text: true,
    alpha: 0.1,
  },
  kernel_ridge: { beta: 2, lambda: 0.3, balance: 0, weight: 2, standardise: false },
  amu: {
    alpha: 2,
    lambda: 0.5,
    mu: 3,
    uncertainty: "margin",
    power: 0.5,
    classBalance: true,
    missingText: "prototype",
    aux: "clip",
  },
  amu_published: {
    alpha: 2,
    lambda: 0.5,
    uncertainty: "moment",
    power: 0.5,
    momentNorm: 100,
    init: "class_mean",
    zscore: false,
    train: false,
    lr: 0.01,
    weightDecay: 0,
    epochs: 5,
    batch: 2,
    seed: 7,
    missingText: "exclude",
    aux: "all",
  },
  uer: {
    featureScale: 10,
    learningRate: 0.1,
    iterations: 2,
    batch: 2,
    replay: 0,
    memory: 3,
    gamma: 5,
    current: "dot",
    replayed: "angle",
    inference: "angle",
    maskUnseen: false,
    imprint: false,
    policy: "class_balanced",
    seed: 7,
  },
  fused: {},
};

/** Three classes with three examples each, two of them with a text. */
async function taught() {
  const classifier = await FeatureClassifier.create({
    streams: [
      { name: "clip", dim: 3 },
      { name: "aux", dim: 2 },
    ],
  });
  for (const [place, label] of ["apple", "pear", "plum"].entries()) {
    for (const more of [0, 0.1, 0.3]) {
      const row = Float32Array.of(more, 0.2, more * more, 1 - more, 0.5 * place);
      row[place] += 1;
      classifier.addFeatures(row, label);
    }
  }
  classifier.setText("apple", Float32Array.of(1, 0.1, 0));
  classifier.setText("pear", Float32Array.of(0, 1, 0.2));
  return classifier;
}

const QUERY = Float32Array.of(0.9, 0.3, 0.2, 0.8, 0.1);

function scoresOf(classifier) {
  const { scores } = classifier.predictFeatures(QUERY);
  assert.ok(scores.every(({ probability }) => Number.isFinite(probability)));
  const sum = scores.reduce((total, { probability }) => total + probability, 0);
  assert.ok(Math.abs(sum - 1) < 1e-9, `sum ${sum}`);
  return scores;
}

test("each field of each head is taken and gives probabilities", async () => {
  assert.deepEqual(Object.keys(OTHERS), [...HEAD_NAMES]);
  const classifier = await taught();
  for (const [name, fields] of Object.entries(OTHERS)) {
    for (const field of [...Object.entries(fields).map((entry) => Object.fromEntries([entry])), fields]) {
      const head = { name, ...field };
      classifier.head = head;
      assert.deepEqual(classifier.head, Object.keys(field).length === 0 ? name : head);
      scoresOf(classifier);
      assert.equal(classifier.predictFeatures(QUERY).head, name === "auto" ? "fused" : name);
    }
  }
});

test("the types name the fields that the core knows", async () => {
  const types = await readFile(new URL("../dist/heads.d.ts", import.meta.url), "utf8");
  const classifier = await taught();
  const interfaces = new Map(
    [...types.matchAll(/^export interface (\w+) \{(.*?)^\}/gms)].map(([, name, body]) => [
      name,
      [...body.matchAll(/^ {4}readonly (\w+)(?:\?: .*|: (\w+);)$/gm)],
    ]),
  );
  for (const [, name, of] of interfaces.get("HeadFields")) {
    const typed = (interfaces.get(of) ?? []).map(([, field]) => field).sort();
    assert.deepEqual(Object.keys(OTHERS[name]).sort(), typed, name);
    assert.throws(
      () => {
        classifier.head = { name, surprise: 1 };
      },
      ({ code, message }) => {
        const [, said] = /\.surprise = 1: this head has (.*)$/.exec(message);
        const known = said === "no hyper-parameters" ? [] : said.split(", ");
        const camel = known.map((field) => field.replace(/_(\w)/g, (_, letter) => letter.toUpperCase()));
        assert.deepEqual(camel.sort(), typed, name);
        return code === "parameter";
      },
    );
  }
});

test("the types state the ranges of the core", async () => {
  const types = await readFile(new URL("../src/heads.ts", import.meta.url), "utf8");
  const classifier = await taught();
  /** The range that the core refuses a value with. */
  const refusedWith = (name, field, value) => {
    try {
      classifier.head = { name, [field]: value };
    } catch ({ message }) {
      return / is outside (\S+) to (\S*\d)/.exec(message);
    }
    return null;
  };
  let compared = 0;
  for (const [, name, of] of types.matchAll(/^ {2}readonly (\w+): (\w+Fields);$/gm)) {
    const [, body] = new RegExp(`^export (?:interface|type) ${of} (.*?)^\\}`, "ms").exec(types) ?? [null, ""];
    for (const [, comment, field] of body.matchAll(/\/\*\*(.*?)\*\/\s*readonly (\w+)\?/gs)) {
      const number = "([\\d.]*\\d(?:e-?\\d+)?)";
      const stated = new RegExp(`${number} to ${number}`).exec(comment.replace(/\s+\*?\s*/g, " "));
      const other = OTHERS[name][field];
      const tried = field === "ridge" ? [{ fixed: -1 }] : typeof other === "number" ? [-1, 2e9] : [];
      const range = tried.map((value) => refusedWith(name, field, value)).find(Boolean);
      const numbers = (found) => found?.slice(1, 3).map(Number);
      assert.deepEqual(numbers(stated), numbers(range), `${name}.${field}`);
      compared += range ? 1 : 0;
    }
  }
  assert.ok(compared > 30, `${compared}`);
});

test("a head with fields is saved with the set", async () => {
  const classifier = await taught();
  for (const [name, fields] of Object.entries(OTHERS)) {
    classifier.head = { name, ...fields };
    const scores = scoresOf(classifier);
    const copy = await FeatureClassifier.load(classifier.save());
    assert.deepEqual(copy.head, classifier.head);
    assert.deepEqual(scoresOf(copy), scores);
    copy.dispose();
  }
});

test("a field counts, and what is left out or undefined is as by default", async () => {
  const classifier = await taught();
  classifier.head = "knn";
  const usual = scoresOf(classifier);
  classifier.head = { name: "knn", tau: 2 };
  assert.notDeepEqual(scoresOf(classifier), usual);
  classifier.head = { name: "knn", k: 5, tau: undefined };
  assert.equal(classifier.head, "knn");
  assert.deepEqual(scoresOf(classifier), usual);
});

test("what is no value of a field is refused by name, and the set stays as it was", async () => {
  const classifier = await taught();
  classifier.head = { name: "knn", tau: 0.2 };
  const before = classifier.save();
  let heard = 0;
  classifier.subscribe(() => {
    heard += 1;
  });
  // The core names fields in snake case.
  const squeezed = (text) => text.replaceAll("_", "").toLowerCase();
  const refused = (head, ...said) => {
    assert.throws(
      () => {
        classifier.head = head;
      },
      (error) => {
        assert.ok(error instanceof HandfulError && error.code === "parameter", error.stack);
        for (const part of said) assert.ok(squeezed(error.message).includes(squeezed(part)), error.message);
        return true;
      },
    );
    assert.deepEqual(classifier.save(), before);
    assert.deepEqual(classifier.head, { name: "knn", tau: 0.2 });
  };
  const wrong = [
    null,
    Number.NaN,
    Infinity,
    -Infinity,
    [],
    {},
    5n,
    Symbol("x"),
    () => 1,
    new Date(0),
    "nonsense",
  ];
  for (const [name, fields] of Object.entries(OTHERS)) {
    refused({ name, surprise: 1 }, "surprise", "1");
    for (const [field, value] of Object.entries(fields)) {
      for (const value of wrong) refused({ name, [field]: value }, field);
      if (typeof value === "boolean") refused({ name, [field]: 1 }, `${field} = 1`, "boolean");
      else refused({ name, [field]: true }, `${field} = true`);
      if (typeof value === "number") refused({ name, [field]: -1 }, field, "-1");
    }
  }
  refused({ name: "knn", k: 0 }, "knn.k = 0", "1 to 1000");
  refused({ name: "knn", k: 1.5 }, "knn.k = 1.5");
  refused({ name: "knn", k: 1e99 }, "knn.k");
  refused({ name: "amu_published", batch: 2 ** 32 }, "amu_published.batch = 4294967296");
  refused({ name: "amu", uncertainty: "kurtosis" }, "amu.uncertainty", "kurtosis", "moment_rel");
  refused(
    { name: "naive_bayes_full", ridge: { fixed: 0 } },
    "naive_bayes_full.ridge = 0",
    "0.000001 to 1000",
  );
  refused({ name: "naive_bayes_full", ridge: { fixed: Number.NaN } }, "ridge");
  refused({ name: "naive_bayes", prior: { given: 1 } }, "naive_bayes.prior");
  refused({ name: "oracle" }, "head.name", "oracle");
  refused({ k: 3 }, "head.name");
  refused("oracle", "head", "oracle");
  assert.equal(heard, 0);
});
