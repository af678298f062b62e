// `npm run bench:observe`: how long the head `uer` takes for a row of a stream, in Node, and how long its file is. Builds nothing.
// Figures are for docs/speed.md; nothing is asserted.
import { FeatureClassifier } from "../npm/dist/node.js";
import { numbers } from "../npm/test/numbers.mjs";

const DIM = 512;
const [CLASSES, ROWS, ASKED] = [100, 2000, 200];

const next = numbers(1);
const centres = Array.from({ length: CLASSES }, () => Float32Array.from({ length: DIM }, next));
const rowOf = (thing) => centres[thing].map((value) => value + next());
const ms = (value) => `${value.toFixed(2)} ms`;

function timed(act) {
  const start = performance.now();
  const result = act();
  return { result, took: performance.now() - start };
}

const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: DIM }] });
classifier.head = "uer";
const steps = [];
const answers = [];
for (let i = 0; i < ROWS; i += 1) {
  const thing = Math.floor((i * CLASSES) / ROWS);
  const row = rowOf(thing);
  steps.push(timed(() => classifier.observeFeatures(row, `class ${thing}`)).took);
  if (i >= ROWS - ASKED) answers.push(timed(() => classifier.predictFeatures(row)).took);
}
const { result: file, took: saved } = timed(() => classifier.save());
const start = performance.now();
(await FeatureClassifier.load(file)).dispose();
const read = performance.now() - start;
const last = steps.slice(-ASKED).sort((a, b) => a - b);
answers.sort((a, b) => a - b);
console.log(`${CLASSES} classes, ${ROWS} rows of ${DIM} numbers, 1,000 of them in memory:`);
console.log(`a row takes ${ms(last[ASKED >> 1])} at the end, at most ${ms(last[ASKED - 1])} of ${ASKED}`);
console.log(`a question after a row takes ${ms(answers[ASKED >> 1])}`);
console.log(
  `the file has ${(file.length / 1e6).toFixed(1)} MB, written in ${ms(saved)}, read in ${ms(read)}`,
);
classifier.dispose();
