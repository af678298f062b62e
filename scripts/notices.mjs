// `npm run notices`: whose work the package contains and under which licences, with their texts, as npm/THIRD-PARTY-NOTICES.
// cargo-about, which finds the texts, takes minutes to be built, so the file is committed; `npm test` holds it to the lock files.
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { crates, tokenizer } from "./contents.mjs";
import { capture, main, ROOT, run, say, Trouble } from "./shell.mjs";
import { cargoAbout } from "./toolchain.mjs";

export const NOTICES = "npm/THIRD-PARTY-NOTICES";

const HEAD = `Third-party notices of handful

The WebAssembly modules in dist/wasm are compiled from the crates below, and from Rust's standard library: copyright The
Rust Project contributors, MIT OR Apache-2.0, with the licences of its parts at
https://github.com/rust-lang/rust/blob/master/COPYRIGHT. dist/tokenizer holds @huggingface/tokenizers, a package of npm.
What the encoder in dist/models contains is told by the NOTICE there.

The texts of the licences follow the list. Where a choice is offered, the text of the licence that is taken stands here.
`;

const line = ({ name, version, licence }) => `  ${name} ${version} (${licence})`;

/** What the package contains of others. */
const others = () => [...crates().filter(({ sha256 }) => sha256), tokenizer()];

/** The beginning of the file: all that it has to name. */
const lists = () => `${HEAD}\n${others().map(line).join("\n")}\n`;

/** A licence of several crates; where their packages hold no text of it, their authors stand in place of its blank. */
function section({ name, text, source_path, used_by }) {
  const users = used_by.map(({ crate }) => crate).filter(({ source }) => source);
  if (users.length === 0) return [];
  const of = users
    .map((crate) => `${crate.name} ${crate.version}`)
    .sort()
    .join(", ");
  const authors = users.map(
    (crate) => `Copyright (c) the authors of ${crate.name}: ${crate.authors.join(", ")}`,
  );
  const blank = /^Copyright \(c\) <year>.*$/m;
  if (!source_path && !blank.test(text)) throw new Trouble(`${of}: no text of ${name} in their packages.`);
  const filled = source_path ? text : text.replace(blank, authors.join("\n"));
  return [`${"=".repeat(80)}\n${name}: ${of}\n\n${filled.trim()}\n`];
}

/** Collects the texts and writes the file. */
export async function writeNotices() {
  await cargoAbout();
  await run("cargo fetch --locked");
  // Offline: where a package has no text it would look for one in the place that the package came from.
  const command = "cargo about generate --locked --offline -m encoder/Cargo.toml -c about.toml --format json";
  const output = capture(command, { maxBuffer: 2 ** 28 });
  if (output === null) throw new Trouble(`\`${command}\` failed: a licence that about.toml does not accept?`);
  const licence = readFileSync(join(ROOT, "node_modules", tokenizer().name, "LICENSE"), "utf8");
  const last = { ...tokenizer(), source: "npm", authors: [] };
  const sections = [
    ...JSON.parse(output).licenses.flatMap(section),
    ...section({
      name: "Apache License 2.0",
      text: licence,
      source_path: "LICENSE",
      used_by: [{ crate: last }],
    }),
  ].sort();
  writeFileSync(join(ROOT, NOTICES), [lists(), ...sections].join("\n").replaceAll(/[\t ]+$/gm, ""));
  say(`${NOTICES}: ${sections.length} texts`);
}

/** The licences that a file of ours accepts. */
export const accepted = (file) =>
  readFileSync(join(ROOT, file), "utf8").match(/^(?:allow|accepted) = \[(.+)\]$/m)[1];

/** The file names what is shipped now, and every licence in it is one that deny.toml allows. */
export function checkNotices() {
  if (accepted("about.toml") !== accepted("deny.toml"))
    throw new Trouble("about.toml and deny.toml accept different licences.");
  const text = readFileSync(join(ROOT, NOTICES), "utf8");
  if (!text.startsWith(lists()))
    throw new Trouble(`${NOTICES} names other packages than ship: \`npm run notices\`.`);
  const covered = new Set(
    [...text.matchAll(/^={80}\n.+?: (.+)$/gm)].flatMap(([, users]) => users.split(", ")),
  );
  for (const { name, version } of others()) {
    if (!covered.has(`${name} ${version}`))
      throw new Trouble(`${NOTICES} has no licence of ${name} ${version}: \`npm run notices\`.`);
  }
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(writeNotices);
