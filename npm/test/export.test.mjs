// What was taught here runs elsewhere: exported heads in onnxruntime against the answers of the package.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { before, test } from "node:test";
import * as ort from "onnxruntime-web";
import { FeatureClassifier, HEAD_NAMES, LINEAR_HEADS } from "../dist/node.js";
import { numbers } from "./numbers.mjs";

const STREAMS = [
  { name: "clip", dim: 24 },
  { name: "aux", dim: 40 },
];
const WIDTH = 64;
/** Classes with the number of their examples; the last has none, so that image heads cannot score it. */
const CLASSES = { ant: 4, bee: 2, "the „café“": 5, nothing: 0 };
const TOLERANCE = 1e-4;

const next = numbers(5);
const row = (centre, noise) => Float32Array.from(centre, (v) => 20 * (v + noise * next()));

let classifier;
const queries = [];
before(async () => {
  ort.env.wasm.numThreads = 1;
  classifier = await FeatureClassifier.create({ streams: STREAMS });
  for (const [label, count] of Object.entries(CLASSES)) {
    const centre = Float32Array.from({ length: WIDTH }, next);
    classifier.addClass(label);
    for (let i = 0; i < count; i++) classifier.addFeatures(row(centre, 1.2), label);
    queries.push(row(centre, 1.2), row(centre, 2));
  }
});

/** The columns of one stream of all queries. */
function input(from, dim) {
  const columns = queries.flatMap((query) => [...query.subarray(from, from + dim)]);
  return new ort.Tensor("float32", Float32Array.from(columns), [queries.length, dim]);
}

for (const head of ["auto", "prototype", "naive_bayes", "naive_bayes_full", "logistic"]) {
  test(`onnxruntime gives the answers of ${head}`, async () => {
    classifier.head = head;
    const session = await ort.InferenceSession.create(classifier.exportOnnx());
    assert.deepEqual(session.inputNames, ["clip", "aux"]);
    assert.deepEqual(session.outputNames, ["scores", "probabilities", "p_value", "foreign"]);
    const {
      scores,
      probabilities,
      p_value: pValue,
      foreign,
    } = await session.run({
      clip: input(0, 24),
      aux: input(24, 40),
    });
    const labels = Object.keys(CLASSES);
    assert.deepEqual(probabilities.dims, [queries.length, labels.length]);
    assert.ok(scores.data.every(Number.isFinite));
    for (const [i, query] of queries.entries()) {
      const answer = classifier.predictFeatures(query);
      const expected = new Map(answer.scores.map(({ label, probability }) => [label, probability]));
      for (const [c, label] of labels.entries()) {
        const found = probabilities.data[i * labels.length + c];
        const wanted = expected.get(label) ?? 0;
        assert.ok(Math.abs(found - wanted) < TOLERANCE, `${label}: ${found}, not ${wanted}`);
      }
      assert.ok(
        Math.abs(pValue.data[i] - answer.pValue) < TOLERANCE,
        `${pValue.data[i]}, not ${answer.pValue}`,
      );
      assert.equal(Boolean(foreign.data[i]), answer.foreign);
    }
  });
}

test("the exported weights give the probabilities too", () => {
  classifier.head = "naive_bayes";
  const file = classifier.exportWeights();
  const headerLength = Number(new DataView(file.buffer, file.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(file.subarray(8, 8 + headerLength)));
  const { labels, streams, temperature } = JSON.parse(header.__metadata__.handful);
  assert.deepEqual(labels, Object.keys(CLASSES));
  assert.deepEqual(streams, STREAMS);
  const tensor = (name) => {
    const [start, end] = header[name].data_offsets.map((at) => 8 + headerLength + at);
    return new Float32Array(file.slice(start, end).buffer);
  };
  const [weights, bias] = [tensor("weights"), tensor("bias")];
  assert.equal(bias[3], -Infinity);
  for (const query of queries) {
    const unit = [];
    for (const { dim } of streams) {
      const part = query.subarray(unit.length, unit.length + dim);
      const length = Math.hypot(...part);
      unit.push(...part.map((v) => v / length));
    }
    const powers = [...bias].map((b, c) =>
      Math.exp(unit.reduce((sum, v, d) => sum + weights[c * WIDTH + d] * v, b) / temperature),
    );
    const total = powers.reduce((sum, power) => sum + power, 0);
    const answer = classifier.predictFeatures(query);
    for (const { label, probability } of answer.scores) {
      const found = powers[labels.indexOf(label)] / total;
      assert.ok(Math.abs(found - probability) < TOLERANCE, `${label}: ${found}, not ${probability}`);
    }
  }
});

test("heads that cannot be exported say so: as weights all that are not weights times features", async () => {
  const types = await readFile(new URL("../src/types.ts", import.meta.url), "utf8");
  for (const head of HEAD_NAMES) {
    classifier.head = head;
    const [, said] = new RegExp(`^ \\* \\| \`${head}\` \\|.*\\| (.*) \\|$`, "m").exec(types) ?? [];
    assert.equal(LINEAR_HEADS.includes(head), said === "yes", head);
    // The set has no texts.
    const linear = said === "yes" || said === "without texts";
    const isFused = head === "auto" || head === "fused";
    const [weights, graph] = [() => classifier.exportWeights(), () => classifier.exportOnnx()];
    const refuses = (write, code) => assert.throws(write, { name: "HandfulError", code });
    if (linear) assert.ok(weights().length > 0);
    else refuses(weights, "not-linear");
    if (head === "zero_shot") refuses(graph, "not-enough-examples");
    else if (linear || isFused) assert.ok(graph().length > 0);
    else refuses(graph, "not-linear");
  }
});
