// The tables of `npm run peer`, in Markdown.
//
// A set has `title`, `photos`, `rows` (for each way its share of right answers in per cent at each number of photos, or
// null), `taught` (examples of the last draw) and `times` on it.
import { show } from "../../scripts/sizes.mjs";

const WAYS = {
  theirs: "Teachable Machine's recipe, all photos taught",
  theirLibrary: "its library as it is",
  withNames: "handful, names and photos",
  withoutNames: "handful, photos alone",
  nearestMean: "nearest class mean of handful's network",
};
const OURS = ["withNames", "withoutNames", "nearestMean"];
/** Stands where we are behind: less often right, slower, larger. */
const LOST = "▼";

/** A table whose first columns, `words` of them, are text. */
function table(heading, lines, words = 1) {
  const row = (cells) => `| ${cells.join(" | ")} |`;
  return [row(heading), row(heading.map((_, i) => (i < words ? "---" : "---:"))), ...lines.map(row)].join(
    "\n",
  );
}

const heading = (shots) => shots.map((count, i) => (i === 0 ? `${count} a class` : count));

/** The shares of one way; ours are marked where theirs, on all photos, is right more often. */
function cells({ rows }, way) {
  return rows[way].map((share, i) => {
    if (share === null) return "–";
    return `${share.toFixed(1)}${OURS.includes(way) && share < rows.theirs[i] ? ` ${LOST}` : ""}`;
  });
}

/** How much more often one way is right than theirs, over all sets and numbers of photos. */
function difference(sets, way) {
  const gaps = sets.flatMap(({ rows }) =>
    rows[way].flatMap((share, i) => (share === null ? [] : [share - rows.theirs[i]])),
  );
  const mean = gaps.reduce((sum, gap) => sum + gap, 0) / gaps.length;
  const lost = gaps.filter((gap) => gap < 0).length;
  return `${mean < 0 ? "−" : "+"}${Math.abs(mean).toFixed(1)} points in the mean, behind in ${lost} of ${gaps.length}`;
}

const verdict = (sets) =>
  `Our default answer with names against their recipe: ${difference(sets, "withNames")}; with photos alone: ${difference(sets, "withoutNames")}. ${LOST} marks where we are behind.`;

const milliseconds = (ms) => (ms < 10 ? ms.toFixed(2) : ms.toFixed(0));

/** Our cost and theirs; ours is marked where it is the greater. */
const pair = (ours, theirs, written) => [
  `${written(ours)}${ours > theirs ? ` ${LOST}` : ""}`,
  written(theirs),
];

/** Everything, for docs/results.md. */
export function report(sets, { shots, draws, ours, theirs, exported, chromium, sizes }) {
  const times = ([mine, other]) => pair(mine.least, other.least, milliseconds);
  const costs = ({ title, taught, times: { taught: teaching, asked: asking } }) => [
    title,
    taught,
    ...times(teaching),
    ...times(asking),
  ];
  const together = (parts) => [...parts, parts.reduce((sum, part) => sum + part, 0)];
  const shrunk = exported ? "the browser for theirs and by our program for ours" : "our program for both";
  const [mine, other] = [together(sizes.ours), together(sizes.theirs)];
  const bytes = mine.map((size, i) => pair(size, other[i], show));
  return [
    "## Beside Teachable Machine",
    [
      `Photos in a hundred that are recognised, mean over ${draws} draws; both sides are taught and asked the same photos. Theirs are`,
      `the features of \`${theirs}\` and the layers, initial weights, optimizer, epochs and batches of its library, in TensorFlow.js;`,
      `ours those of \`${ours}\` and the default answer. Their library puts 15 % of each class aside, rounded up, and learns`,
      `nothing from it: of one photo a class nothing is left. Photos are cut and shrunk by ${shrunk}.`,
      verdict(sets),
    ].join("\n"),
    ...sets.flatMap((set) => [
      `### ${set.title}, ${set.photos} photos`,
      table(
        ["right, %", ...heading(shots)],
        Object.entries(WAYS).map(([way, name]) => [name, ...cells(set, way)]),
      ),
    ]),
    "### What it costs",
    [
      `Least milliseconds in Chromium ${chromium}, by turns, on features that are there already and without a graphics card:`,
      "from so many photos to the first answer, and for one more answer.",
    ].join("\n"),
    table(["", "photos", "teach: handful", "theirs", "ask: handful", "theirs"], sets.map(costs)),
    [
      "What a page loads before it can be taught, after brotli. Theirs: the base, and of TensorFlow.js 4.22 core, layers and the",
      "WebAssembly back end; the library of Teachable Machine itself is not counted. Ours: the network with its words, both",
      "modules and the package's JavaScript.",
    ].join("\n"),
    table(
      ["", "network", "library", "together"],
      [
        ["Teachable Machine", ...bytes.map(([, size]) => size)],
        ["handful", ...bytes.map(([size]) => size)],
      ],
    ),
  ].join("\n\n");
}

/** The accuracies alone, for the README. */
export function summary(sets, shots) {
  const some = ["theirs", "withNames", "withoutNames"];
  const rows = (set) => some.map((way, i) => [i === 0 ? set.title : "", WAYS[way], ...cells(set, way)]);
  return [table(["photos", "right, %", ...heading(shots)], sets.flatMap(rows), 2), verdict(sets)].join(
    "\n\n",
  );
}
