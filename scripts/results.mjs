// Measures small tasks and every head on every file of features in a folder, and writes docs/results.md with its plots.
//   node scripts/results.mjs [FOLDER] [--redraw] [--tasks] [--number N]
// FOLDER is ../shared/data where nothing else is said. --redraw takes the figures of the last run. --tasks writes only the tables of
// small tasks, which lead; --number draws so many of them.
import { closeSync, existsSync, openSync, readdirSync, readSync, writeFileSync } from "node:fs";
import { cpus } from "node:os";
import { basename, dirname, join, relative } from "node:path";
import { parseArgs } from "node:util";
import { foldersOf } from "./features.mjs";
import { evaluate, table } from "./figures.mjs";
import { marked, withMarks, writeMarked } from "./marks.mjs";
import { accuracyPlot, reliabilityPlot } from "./plots.mjs";
import { main, ROOT, say, Trouble } from "./shell.mjs";
import { smallTasks } from "./small-tasks.mjs";

const SMALL_TASKS = "npm run results -- --tasks";
const DOCS = join(ROOT, "docs");
const DOCUMENT = join(DOCS, "results.md");
/** Draws of the examples. */
const DRAWS = 3;
/** Examples of each class. */
const SHOTS = "1,4,16";
/** The number of shots that the reliability diagram shows. */
const TYPICAL = 4;
/** What an answer must survive: texts of every quality. */
const POOR_TEXT = { noise: "0.07", classes: [2, 3, 5, 10], shots: [1, 4], seeds: 12 };
/** Half of the classes have as many photos as the shots say, the others more. */
const UNEQUAL = { more: 8, shots: [1, 2] };

/** The header of a safetensors file. */
function header(path) {
  const file = openSync(path, "r");
  try {
    const length = Buffer.alloc(8);
    readSync(file, length, 0, 8, 0);
    const json = Buffer.alloc(Number(length.readBigUInt64LE()));
    readSync(file, json, 0, json.length, 8);
    return JSON.parse(json.toString());
  } finally {
    closeSync(file);
  }
}

/** Files of features with labels, anywhere under a folder but in `train`, which is for training and for nothing else. */
function datasets(folder) {
  return readdirSync(folder, { recursive: true })
    .filter((name) => name.endsWith(".safetensors") && !name.startsWith("train"))
    .sort()
    .map((name) => ({ path: join(folder, name), tensors: header(join(folder, name)) }))
    .filter(({ tensors }) => tensors.labels || tensors["test.labels"])
    .map(({ path, tensors }) => {
      const stem = basename(path, ".safetensors");
      return { name: stem === "features" ? basename(dirname(path)) : stem, path, tensors };
    });
}

const unique = (values) => [...new Set(values)];
const numbers = (rows, figure) => rows.map((row) => row[figure]).filter((value) => value !== null);
const mean = (values) => values.reduce((sum, value) => sum + value, 0) / values.length;
const deviation = (values) =>
  Math.sqrt(values.reduce((sum, v) => sum + (v - mean(values)) ** 2, 0) / Math.max(values.length - 1, 1));

/** Mean and standard deviation over the draws. */
function cell(rows, figure, factor = 1, digits = 1) {
  const values = numbers(rows, figure).map((value) => value * factor);
  if (values.length === 0) return "–";
  return `${mean(values).toFixed(digits)} ± ${deviation(values).toFixed(digits)}`;
}

const FIGURES = [
  ["accuracy %", "accuracy", 100, 1],
  ["macro recall %", "macro_recall", 100, 1],
  ["ECE %", "ece", 100, 1],
  ["NLL", "nll", 1, 3],
  ["coverage %", "coverage", 100, 1],
  ["set size", "set_size", 1, 2],
  ["refused %", "refused", 100, 1],
  ["unknown refused %", "refused_unknown", 100, 1],
  ["AUROC of unknown", "auroc_unknown", 1, 3],
  ["by 1 - p", "auroc_msp", 1, 3],
  ["fit ms", "fit_ms", 1, 1],
  ["predict µs", "predict_us", 1, 1],
];

/** What a file holds, in a line. */
function description({ tensors }) {
  const classes = JSON.parse(tensors.__metadata__.classes).length;
  if (tensors.labels) {
    const streams = Object.keys(tensors).filter((name) => name === "clip" || name.startsWith("aux."));
    return `${classes} classes, ${tensors.labels.shape[0]} photos with \`${streams.join("`, `")}\`; queries are the photos that were not drawn.`;
  }
  const pool = tensors["shot16.labels"] ? "shot16" : "val";
  return `${classes} classes; examples from \`${pool}\`, queries are all ${tensors["test.labels"].shape[0]} rows of \`test\`.`;
}

function section(set, { rows, stream }) {
  const heads = unique(rows.map((row) => row.head));
  const shots = unique(rows.map((row) => row.shots));
  const of = (head, count) => rows.filter((row) => row.head === head && row.shots === count);
  const plot = `accuracy-${set.name}.svg`;
  const lines = heads.map((name) => ({
    name,
    accuracy: shots.map((count) =>
      of(name, count).length > 0 ? mean(numbers(of(name, count), "accuracy")) : null,
    ),
  }));
  writeFileSync(join(DOCS, plot), accuracyPlot(`${set.name}: accuracy`, shots, lines));
  const text = [`## ${set.name}\n`, description(set), `\n![Accuracy over shots on ${set.name}](${plot})\n`];
  text.push("Accuracy in per cent over examples of each class:\n");
  text.push(
    table(
      ["head", ...shots],
      heads.map((head) => [`\`${head}\``, ...shots.map((count) => cell(of(head, count), "accuracy", 100))]),
    ),
  );
  for (const count of shots) {
    const present = heads.filter((head) => of(head, count).length > 0);
    text.push(`<details><summary>Everything at ${count} of each class</summary>\n`);
    text.push(
      table(
        ["head", ...FIGURES.map(([name]) => name)],
        present.map((head) => [
          `\`${head}\``,
          ...FIGURES.map(([, figure, factor, digits]) => cell(of(head, count), figure, factor, digits)),
        ]),
      ),
    );
    text.push("</details>\n");
  }
  if (stream.length > 0) {
    text.push("Classes arriving in ten tasks, each photo seen once:\n");
    const learners = unique(stream.map((row) => row.head));
    const seen = (head) => stream.filter((row) => row.head === head);
    text.push(
      table(
        ["head", "final accuracy %", "forgetting %"],
        learners.map((head) => [
          `\`${head}\``,
          cell(seen(head), "accuracy", 100),
          cell(seen(head), "forgetting", 100),
        ]),
      ),
    );
  }
  return text.join("\n");
}

/** The answers of one head at the typical number of shots, all data sets side by side. */
function reliability(results) {
  const present = (name) =>
    results.every(([, { reliability }]) => reliability.some(({ head }) => head === name));
  const head = ["fused", "naive_bayes"].find(present);
  const sets = results.map(([set, { reliability, rows }]) => {
    const same = (row) => row.head === head && row.shots === TYPICAL;
    return {
      name: set.name,
      ece: mean(numbers(rows.filter(same), "ece")),
      bins: reliability.find(same).bins,
    };
  });
  const title = `Reliability of ${head} at ${TYPICAL} of each class`;
  writeFileSync(join(DOCS, "reliability.svg"), reliabilityPlot(title, sets));
  return [
    "## Reliability\n",
    `How often answers of \`${head}\` are right, by the probability that they give; all draws at ${TYPICAL} of each class together.`,
    "The ECE is the mean over the draws.\n",
    `![${title}](reliability.svg)\n`,
  ].join("\n");
}

/** Tasks of few classes with noise on the texts: the answer must stay near the better of text and images. */
async function poorText(redraw, sets) {
  const { noise, classes, shots, seeds } = POOR_TEXT;
  const named = ["zero_shot", "prototype", "naive_bayes_full", "kernel_ridge", "amu", "fused"];
  const lines = [];
  for (const set of sets.filter(({ tensors }) => tensors.text && tensors.clip && tensors.labels)) {
    for (const count of classes) {
      const options = [
        "--task-classes",
        count,
        "--text-noise",
        noise,
        "--shots",
        shots.join(),
        "--seeds",
        seeds,
      ];
      const { rows } = await evaluate(redraw, `${set.name}-poor-text-${count}`, [set.path], options);
      for (const shot of shots) lines.push([set.name, count, shot, ...accuracies(rows, shot, named)]);
    }
  }
  if (lines.length === 0) return "";
  return [
    "## Poor texts\n",
    `Noise of ${noise} a dimension on the texts, classes drawn at random, ${seeds} draws; accuracy in per cent. One photo of each class cannot tell how sure images may be beside a text that is wrong
half of the time: the default answer is up to 0.5 points behind images alone (\`naive_bayes_full\`). Twice the doubt about texts would gain
0.2 points there, and lose 0.1 with proper names and 0.3 of calibration (\`evaluate --tasks 400 --shots 1 --names known --ablate text.DOUBT=6\`,
true CLIP features of Caltech-101; with \`--text-noise 0.07 --pool shot16 --queries val\` the gain).\n`,
    table(["photos", "classes", "shots", ...named], lines),
  ].join("\n");
}

/** Some classes with more photos than others: they must not swallow the rest. */
async function unequal(redraw, sets) {
  const { more, shots } = UNEQUAL;
  const named = ["prototype", "knn", "logistic", "naive_bayes", "naive_bayes_full", "kernel_ridge", "fused"];
  const asked = ["--text", "off", "--heads", named, "--every-second", more, "--shots", shots.join()];
  const lines = [];
  for (const set of sets) {
    const { rows } = await evaluate(redraw, `${set.name}-unequal`, [set.path], [...asked, "--seeds", DRAWS]);
    for (const shot of shots) lines.push([set.name, `${shot} and ${more}`, ...accuracies(rows, shot, named)]);
  }
  return [
    "## Unequal numbers of photos\n",
    `Every second class has ${more} examples, the others fewer; without texts, accuracy in per cent`,
    `(\`evaluate ${asked.join(" ")} --seeds ${DRAWS}\`):\n`,
    table(["photos", "examples", ...named], lines),
  ].join("\n");
}

const accuracies = (rows, shots, heads) =>
  heads.map((head) =>
    cell(
      rows.filter((row) => row.head === head && row.shots === shots),
      "accuracy",
      100,
    ),
  );

await main(async () => {
  const { values, positionals } = parseArgs({
    options: {
      redraw: { type: "boolean", default: false },
      tasks: { type: "boolean", default: false },
      number: { type: "string" },
    },
    allowPositionals: true,
  });
  const { redraw } = values;
  const folder = positionals[0] ?? join(ROOT, "..", "shared", "data");
  if (!existsSync(folder)) throw new Trouble(`There is no folder ${folder}.`);
  const sets = datasets(folder);
  if (sets.length === 0) throw new Trouble(`No file of features with labels lies in ${folder}.`);
  const clip = sets.filter(({ tensors }) => tensors["test.labels"]).map(({ path }) => path);
  const photos = join(folder, "photos");
  const lead = await smallTasks({
    redraw,
    photos: existsSync(photos) ? foldersOf(photos) : [],
    clip,
    number: values.number,
  });
  if (values.tasks) {
    writeMarked(DOCUMENT, SMALL_TASKS, lead);
    return;
  }
  const results = [];
  for (const set of sets) {
    say(`${set.name} ...`);
    results.push([
      set,
      await evaluate(redraw, set.name, [set.path], ["--shots", SHOTS, "--seeds", DRAWS, "--stream", 10]),
    ]);
  }
  const text = [
    "# Results\n",
    `\`npm run results\` writes this page, \`${SMALL_TASKS}\` only what comes first.\n`,
    withMarks(SMALL_TASKS, lead),
    "\n## Every head on every file\n",
    `Each figure is the mean and the standard deviation over ${DRAWS} draws of the examples;`,
    `one file's figures are printed by \`cargo run --release --bin evaluate -- --features FILE.safetensors --shots ${SHOTS} --seeds ${DRAWS} --stream 10\`.`,
    "ECE has 15 bins; conformal sets aim at a coverage of 90 %; for the AUROC every third class is held out.",
    `Times are those of one core of ${cpus().length} (${cpus()[0].model}), which may have been doing other work too.`,
    "That a browser gives the same answers is a test: `node scripts/test.mjs agreement`.\n",
    ...results.map(([set, report]) => section(set, report)),
    reliability(results),
    await unequal(redraw, sets),
    await poorText(redraw, sets),
    // Another command's part stays what it is.
    marked(DOCUMENT, "npm run peer -- --write"),
  ];
  writeFileSync(DOCUMENT, `${text.join("\n").trimEnd()}\n`);
  say(`${relative(ROOT, DOCS)}/results.md is written.`);
});
