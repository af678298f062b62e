// The tables that docs/results.md leads with: small tasks, as visitors have them, asked of the default answer and of the best
// single heads.
import { basename, join, relative } from "node:path";
import { encoder, features } from "./features.mjs";
import { evaluate, KEPT, table } from "./figures.mjs";
import { ROOT } from "./shell.mjs";

/** One task in fifteen has one photo of each class: 400 and more of these. */
const TASKS = 6600;
const DEFAULT = "fused";
const HEADS = [DEFAULT, "naive_bayes_full", "prototype", "knn", "amu", "naive_bayes"];
const ENCODER = "lite0";

/** A mean over tasks with its standard error. */
const within = (value, factor, digits, sign = "") =>
  value
    ? `${value.mean > 0 ? sign : ""}${(factor * value.mean).toFixed(digits)} ± ${(factor * value.error).toFixed(digits)}`
    : "–";
const share = (figure) => (row) => within(row[figure], 100, 1);
const tasksWith = (figure) => (row) => row[figure]?.tasks ?? 0;

const ANSWERS = [
  ["tasks", (row) => row.tasks],
  ["accuracy %", share("accuracy")],
  ["worst class %", share("worst_class")],
  ["ECE %", (row) => (100 * row.ece).toFixed(1)],
  ["NLL", (row) => within(row.nll, 1, 3)],
  ["coverage %", share("coverage")],
  ["set size", (row) => within(row.set_size, 1, 2)],
];
const REFUSED = [
  ["known refused %", share("refused")],
  ["tasks with strangers", tasksWith("refused_unknown")],
  ["strangers refused %", share("refused_unknown")],
  ["AUROC", (row) => within(row.auroc_unknown, 1, 3)],
];
const EXPECTED = [
  ["tasks with an estimate", tasksWith("estimate_off")],
  ["estimate off by %", share("estimate_off")],
  ["accuracy in interval %", share("interval_holds")],
];

const tableOf = (key, name, columns, rows) =>
  table(
    [name, ...columns.map(([title]) => title)],
    rows.map((row) => [key(row), ...columns.map(([, cell]) => cell(row))]),
  );

/** All tables of one kind of features. */
async function tables(redraw, name, title, files, number) {
  const options = ["--tasks", number, "--heads", HEADS.join()];
  const { rows, against } = await evaluate(redraw, `tasks-${name}`, files, options);
  const ours = rows.filter((row) => row.head === DEFAULT);
  const all = HEADS.map((head) => rows.find((row) => row.group === "all tasks" && row.head === head));
  const photos = [...new Set(rows.map((row) => row.group).filter((group) => group.endsWith(" a class")))];
  const at = (group) => [
    group,
    ({ head }) => share("accuracy")(rows.find((row) => row.group === group && row.head === head) ?? {}),
  ];
  const group = (row) => row.group;
  return [
    `### ${title}\n`,
    `\`cargo run --release --bin evaluate -- ${options.join(" ")} --features ${files.map((file) => relative(ROOT, file)).join(" ")}\` prints these figures:\n`,
    tableOf(group, "default answer", ANSWERS, ours),
    tableOf(group, "default answer", [...REFUSED, ...EXPECTED], ours),
    "Beside single heads; accuracy in per cent by photos of each class, the rest of all tasks:\n",
    tableOf(
      ({ head }) => `\`${head}\``,
      "head",
      [...photos.map(at), ...ANSWERS.slice(1, -2), ...REFUSED.slice(2)],
      all,
    ),
    "How much more often the default answer is right than the single head that is best on the set:\n",
    tableOf(
      group,
      "set",
      [
        ["best single head", ({ head }) => (head ? `\`${head}\`` : "each set's own")],
        ["tasks", tasksWith("accuracy")],
        ["points", (row) => within(row.accuracy, 100, 2, "+")],
      ],
      against,
    ),
  ];
}

/**
 * The tables of both kinds of features, as Markdown.
 * @param {{ redraw: boolean, photos: string[], clip: string[], number?: number }} of folders of photos, and files with splits
 */
export async function smallTasks({ redraw, photos, clip, number = TASKS }) {
  const shipped = encoder(join(ROOT, "models", `handful-${ENCODER}.json`));
  const files = photos.map((folder) => join(KEPT, ENCODER, `${basename(folder)}.safetensors`));
  for (const [i, folder] of photos.entries()) await features(shipped, folder, files[i]);
  const text = [
    "## Small tasks, as visitors have them\n",
    `Of each kind of features, ${number} tasks of 2 to 10 classes and 1 to 10 photos of each, drawn from the sets by turns; in a third of`,
    "them every second class has another number of photos. Where a set has texts, the names of all classes, of half and of none are",
    "known by turns. Each figure is a mean over tasks with its standard error; up to 20 new photos of each class are asked about.\n",
    "- The rows by photos are of tasks with equal numbers. *Worst class* is the class of a task that is recognised least often.",
    "- *ECE* is of all answers of a row together, in 15 bins; *coverage* is how often a set of classes, which aims at 90 %, holds the",
    "  right one.",
    "- *Strangers* are photos of every third class, held out where a task has three or more.",
    "- The *estimate* is the accuracy that the examples let expect, with an interval that aims at 95 %. It is off by its distance from",
    "  the accuracy on the new photos, which is itself counted on few.",
    "- The best single head of a set is chosen by these very tasks, which favours it.\n",
  ];
  if (files.length > 0)
    text.push(...(await tables(redraw, ENCODER, "Features of the shipped encoder", files, number)));
  if (clip.length > 0) text.push(...(await tables(redraw, "clip", "True CLIP features", clip, number)));
  return text.join("\n").trimEnd();
}
