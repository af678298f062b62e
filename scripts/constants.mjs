// docs/constants.md: every number that is written into the core, with the comment that says where it comes from.
//   node scripts/constants.mjs [FILE.safetensors ...]
// With files of features it also tries others in the place of those that were measured. --check only says whether the list is true.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { marked, writeMarked } from "./marks.mjs";
import { capture, main, ROOT, Trouble } from "./shell.mjs";

const DOCUMENT = join(ROOT, "docs", "constants.md");
export const LIST = "npm run constants";
const TABLE = "npm run constants -- FILE.safetensors ...";
/** Small tasks that each number is tried on. */
const TASKS = 2000;

const NUMBER =
  /^\s*(?:pub(?:\([^)]*\))? )?(?:const|static) (?<name>[A-Z][A-Z0-9_]*): (?!bool\b)(?<type>[^=&]+?) =\s(?<value>.+);$/s;
/** The first line of one that may go on. */
const BEGINS = /^\s*(?:pub(?:\([^)]*\))? )?(?:const|static) [A-Z]/;

/** The numbers of a file in order, each with its comment; one without shares that of the number right above it. */
function numbersOf(path) {
  const [code] = readFileSync(join(ROOT, path), "utf8").split("#[cfg(test)]");
  const found = [];
  let comment = [];
  let above = null;
  const lines = code.split("\n");
  while (lines.length > 0) {
    let line = lines.shift();
    while (BEGINS.test(line) && !line.endsWith(";") && lines.length > 0) line += `\n${lines.shift()}`;
    const said = /^\s*\/\/\/? ?(.*)$/.exec(line);
    const number = NUMBER.exec(line)?.groups;
    if (said) {
      comment.push(said[1]);
      continue;
    }
    if (number) {
      const why = comment.length > 0 ? comment.join(" ") : above;
      if (!why) throw new Trouble(`${path}: ${number.name} does not say where it comes from.`);
      const value = number.value
        .replace(/\s+/g, " ")
        .replace(/([[(]) /g, "$1")
        .replace(/,? ([\])])/g, "$1");
      const measured = /^Measured::new\("[^"]*", (.*)\)$/.exec(value);
      found.push({ ...number, value: measured?.[1] ?? value, why });
      above = why;
    } else above = null;
    comment = [];
  }
  return found;
}

/** The list as tables in Markdown, one for each file that has numbers. */
export function list() {
  const files = readdirSync(join(ROOT, "src"), { recursive: true })
    .filter((name) => name.endsWith(".rs"))
    .map((name) => `src/${name}`)
    .sort();
  const parts = files.flatMap((path) => {
    const rows = numbersOf(path).map(({ name, value, why }) => {
      return `| \`${name}\` | \`${value.replaceAll("|", "\\|")}\` | ${why.replaceAll("|", "\\|")} |`;
    });
    return rows.length === 0
      ? []
      : [`### ${path}\n\n| number | value | why |\n| --- | --- | --- |\n${rows.join("\n")}`];
  });
  return parts.join("\n\n");
}

/** Refuses a document that another list stands in. */
export function checkList() {
  if (!marked(DOCUMENT, LIST).includes(list()))
    throw new Trouble(`docs/constants.md is not what the code says: run \`${LIST}\`.`);
}

if (process.argv[1] === import.meta.filename) {
  await main(async () => {
    const files = process.argv.slice(2);
    if (files[0] === "--check") return checkList();
    writeMarked(DOCUMENT, LIST, list());
    if (files.length === 0) return;
    const evaluate = ["cargo", "run", "--release", "--locked", "--bin", "evaluate", "--"];
    const options = ["--tasks", `${TASKS}`, "--ablate", "all", "--json", "/dev/null", "--features"];
    const table = capture([...evaluate, ...options, ...files], { stdio: ["ignore", "pipe", "inherit"] });
    if (table === null) throw new Trouble("evaluate could not measure; see above.");
    writeMarked(DOCUMENT, TABLE, table);
  });
}
