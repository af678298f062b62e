// `npm run bench:memory`: what the core holds on to, in Node, and whether many examples make it slow. Builds nothing.
// Figures are for docs/speed.md; nothing is asserted.
import { FeatureClassifier } from "../npm/dist/node.js";
import loadModule from "../npm/dist/wasm/core/core.js";
import { numbers } from "../npm/test/numbers.mjs";

const DIM = 512;
const ROUNDS = 10_000;

const next = numbers(1);
const streams = [{ name: "aux", dim: DIM }];
const centres = Array.from({ length: 100 }, () => Float32Array.from({ length: DIM }, next));
const rowOf = (thing) => centres[thing].map((value) => value + next());

/** A set with so many examples, of each class as many. */
async function setOf(examples, classes, head) {
  const classifier = await FeatureClassifier.create({ streams });
  classifier.head = head;
  for (let i = 0; i < examples; i += 1) classifier.addFeatures(rowOf(i % classes), `class ${i % classes}`);
  return classifier;
}

const megabytes = (bytes) => `${(bytes / 1e6).toFixed(1)} MB`;

/** Memory of the module, which never shrinks, and of JavaScript, after all that is not used is thrown away. */
async function memory() {
  globalThis.gc();
  // The module is loaded already: this only gives its exports.
  const module = (await loadModule()).memory.buffer.byteLength;
  return { module, heap: process.memoryUsage().heapUsed };
}

const say = (what, { module, heap }) =>
  console.log(
    `${what.padEnd(44)} module ${megabytes(module).padStart(9)}, JavaScript ${megabytes(heap).padStart(8)}`,
  );

/** Least and median milliseconds of an answer of each set, asked by turns, so that other work disturbs all alike. */
function times(sets) {
  const lists = sets.map(() => []);
  for (let i = 0; i < 1000; i += 1) {
    const row = rowOf(i % 100);
    for (const [k, classifier] of sets.entries()) {
      const start = performance.now();
      classifier.predictFeatures(row);
      lists[k].push(performance.now() - start);
    }
  }
  return lists
    .map((list) => list.sort((a, b) => a - b))
    .map((list) => ({ least: list[0], median: list[500] }));
}

if (!globalThis.gc) throw new Error("Run it as `node --expose-gc bench/memory.mjs`.");

// The default answer of a visitor's set, asked once in a hundred changes.
const usual = await setOf(25, 5, "auto");
usual.predictFeatures(rowOf(0));
say("25 examples, default answer", await memory());
for (const rounds of [1, 2]) {
  for (let i = 0; i < ROUNDS; i += 1) {
    usual.removeExample(usual.addFeatures(rowOf(i % 5), `class ${i % 5}`));
    if (i % 100 === 0) usual.predictFeatures(rowOf(i % 5));
  }
  say(`${rounds} × 10,000 examples added and removed`, await memory());
}

const small = await setOf(1000, 100, "naive_bayes");
small.predictFeatures(rowOf(0));
say("1,000 examples, naive Bayes", await memory());
for (const rounds of [1, 2]) {
  for (let i = 0; i < ROUNDS; i += 1)
    small.removeExample(small.addFeatures(rowOf(i % 100), `class ${i % 100}`));
  say(`${rounds} × 10,000 examples added and removed`, await memory());
}
for (const rounds of [1, 2]) {
  for (let i = 0; i < ROUNDS; i += 1) small.predictFeatures(rowOf(i % 100));
  say(`${rounds} × 10,000 answers`, await memory());
}

const large = await setOf(100_000, 100, "auto");
small.head = "auto";
small.predictFeatures(rowOf(0));
say("100,000 examples more", await memory());
large.predictFeatures(rowOf(0));
say("the same, asked", await memory());
const [few, many] = times([small, large]);
for (const [name, { least, median }] of Object.entries({ "1,000": few, "100,000": many }))
  console.log(
    `an answer with ${name} examples: median ${median.toFixed(3)} ms, least ${least.toFixed(3)} ms`,
  );
console.log(
  `times as long: median ${(many.median / few.median).toFixed(2)}, least ${(many.least / few.least).toFixed(2)}`,
);
