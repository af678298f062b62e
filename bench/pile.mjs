// `npm run bench:pile`: how long unlabelled photos are learned from, in Node, and how long that holds the thread at once. Builds nothing.
// Figures are for docs/speed.md; nothing is asserted.
import { FeatureClassifier } from "../npm/dist/node.js";
import { CoreClassifier } from "../npm/dist/wasm/core/core.js";
import { numbers } from "../npm/test/numbers.mjs";

const DIM = 512;
const [CLASSES, SHOTS, PHOTOS] = [46, 16, 500];

const next = numbers(1);
const centres = Array.from({ length: CLASSES }, () => Float32Array.from({ length: DIM }, next));
const rowOf = (thing) => centres[thing].map((value) => value + next());

/** Milliseconds of each slice: calls that follow one another without a pause. */
const slices = [];
let open = false;
const learn = CoreClassifier.prototype.learnUnlabelled;
CoreClassifier.prototype.learnUnlabelled = function () {
  if (!open) {
    open = true;
    slices.push(0);
    queueMicrotask(() => {
      open = false;
    });
  }
  const start = performance.now();
  const done = learn.call(this);
  slices[slices.length - 1] += performance.now() - start;
  return done;
};

const median = (list) => list.toSorted((a, b) => a - b)[list.length >> 1];
const rows = Array.from({ length: 201 }, (_, i) => rowOf(i % CLASSES));
const question = (classifier) =>
  median(
    rows.map((row) => {
      const start = performance.now();
      classifier.predictFeatures(row);
      return performance.now() - start;
    }),
  );

const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: DIM }] });
for (let i = 0; i < CLASSES * SHOTS; i += 1)
  classifier.addFeatures(rowOf(i % CLASSES), `class ${i % CLASSES}`);
const alone = question(classifier);
for (let i = 0; i < PHOTOS; i += 1) classifier.addUnlabelledFeatures(rowOf(i % CLASSES));
classifier.predictFeatures(rows[0]);
const start = performance.now();
await classifier.learned;
const all = performance.now() - start;
const busy = slices.reduce((sum, slice) => sum + slice, 0);
const longest = slices.toSorted((a, b) => b - a);
const ms = (value) => `${value.toFixed(1)} ms`;
console.log(`${CLASSES} classes of ${SHOTS} photos of ${DIM} numbers, a pile of ${PHOTOS}:`);
console.log(`learned after ${ms(all)}, in ${slices.length} slices of ${ms(busy)} in all`);
console.log(`longest slices ${longest.slice(0, 3).map(ms).join(", ")}, median ${ms(median(slices))}`);
console.log(`a question takes ${ms(alone)} without the pile, ${ms(question(classifier))} with it`);
classifier.dispose();
