// Where the version stands, and how all these places get a new one at once.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { ROOT, Trouble } from "./shell.mjs";

const EXAMPLES = readdirSync(join(ROOT, "examples"))
  .map((name) => `examples/${name}/package.json`)
  .filter((file) => existsSync(join(ROOT, file)));

/** Files and what of them is the version. The crates of the workspace are all that are called handful. */
const PLACES = [
  ["Cargo.toml", /(?<=^\[workspace\.package\]\nversion = ")[^"]+/gm],
  ["Cargo.toml", /(?<=^handful\S* = \{ path = "\S+", version = "=?)[^"=]+/gm],
  ["Cargo.lock", /(?<=^name = "handful\S*"\nversion = ")[^"]+/gm],
  ["npm/package.json", /(?<=^ {2}"version": ")[^"]+/gm],
  ["package-lock.json", /(?<=^ {6}"name": "handful",\n {6}"version": ")[^"]+/gm],
  ...EXAMPLES.map((file) => [file, /(?<=^ {4}"handful": "\^)[^"]+/gm]),
];

const CHANGELOG = "CHANGELOG.md";

const read = (file) => readFileSync(join(ROOT, file), "utf8");

/** The version of the project; a place that says another one is an error. */
export function presentVersion() {
  const { version } = JSON.parse(read("npm/package.json"));
  for (const [file, place] of PLACES) {
    const found = read(file).match(place);
    if (!found)
      throw new Trouble(`${file} does not state the version where scripts/versions.mjs looks for it.`);
    const other = found.find((text) => text !== version);
    if (other) throw new Trouble(`${file} says ${other}, npm/package.json ${version}.`);
  }
  return version;
}

/** The numbers of a version, or null. What comes before a release has no version: npm would offer it to everybody. */
const numbers = (version) =>
  version
    .match(/^(0|[1-9]\d*)\.(0|[1-9]\d*)\.(0|[1-9]\d*)$/)
    ?.slice(1)
    .map(Number);

function isNewer(version, than) {
  const [a, b] = [numbers(version), numbers(than)];
  const first = a.findIndex((number, i) => number !== b[i]);
  return first >= 0 && a[first] > b[first];
}

/** What a section of the changelog says, or null where there is none of this heading. */
function section(heading) {
  const [, ...sections] = read(CHANGELOG).split(/^## /m);
  return (
    sections
      .find((text) => text.startsWith(heading))
      ?.replace(/^.*\n/, "")
      .trim() ?? null
  );
}

/** What the changelog says of a version that has been set. */
export function notesOf(version) {
  const notes = section(`${version}, `);
  if (!notes) throw new Trouble(`${CHANGELOG} has no section “## ${version}, DATE”.`);
  return notes;
}

/**
 * The files as they are with a new version; none is written.
 * @param {string} date of the release, as 2026-01-31
 * @returns {Map<string, string>} file → its text
 */
export function withVersion(version, date) {
  if (!numbers(version)) throw new Trouble(`${version} is no version: three numbers are, such as 0.2.0.`);
  const present = presentVersion();
  if (!isNewer(version, present))
    throw new Trouble(`${version} is not newer than ${present}, the present version.`);
  if (!section("Unreleased\n"))
    throw new Trouble(`${CHANGELOG} says nothing under “## Unreleased”: write there what is new for a user.`);
  const texts = new Map([
    [CHANGELOG, read(CHANGELOG).replace("## Unreleased\n", `## ${version}, ${date}\n`)],
  ]);
  for (const [file, place] of PLACES)
    texts.set(file, (texts.get(file) ?? read(file)).replace(place, version));
  return texts;
}
