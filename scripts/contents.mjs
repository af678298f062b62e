// What is shipped that others made: the crates that the two modules are compiled from, and what stands beside them.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { capture, ROOT, Trouble } from "./shell.mjs";
import { WASM } from "./toolchain.mjs";

const read = (file) => readFileSync(join(ROOT, file), "utf8");

/** The crates of ours that are published, in the order in which they need each other. */
export const PUBLISHED = ["handful-numerics", "handful", "handful-encoder"];

/** The SHA-256 of each package that Cargo.lock has from a registry, under its name and version. */
function checksums() {
  const entries = read("Cargo.lock").matchAll(
    /^name = "(.+)"\nversion = "(.+)"\nsource = .+\nchecksum = "(.+)"/gm,
  );
  return new Map([...entries].map(([, name, version, sha256]) => [`${name} ${version}`, sha256]));
}

/**
 * All crates of both modules: that of the encoder needs all that the other does. Macros are among them, since what they write
 * is compiled in; what only builds or tests is not.
 * @returns {{ name: string, version: string, licence: string, sha256?: string, needs: string[] }[]} in the order of their names;
 *   `needs` are names with versions; without a hash: one of ours
 */
export function crates() {
  const tree = "cargo tree --locked -p handful-encoder -e normal --prefix depth --charset ascii";
  const output = capture([...tree.split(" "), "--target", WASM, "--format", " {p} |{l}|"]);
  if (output === null) throw new Trouble("`cargo tree` does not say what the modules are made of.");
  const hashes = checksums();
  const found = new Map();
  const above = [];
  for (const line of output.split("\n")) {
    const [, depth, name, version, licence] = line.match(/^(\d+) (\S+) v(\S+) .*\|(.+)\|/);
    const key = `${name} ${version}`;
    // Of old, a slash stood for OR.
    const crate = {
      name,
      version,
      licence: licence.replaceAll("/", " OR "),
      sha256: hashes.get(key),
      needs: [],
    };
    if (!found.has(key)) found.set(key, crate);
    above.length = Number(depth);
    const parent = above.at(-1);
    if (parent && !parent.needs.includes(key)) parent.needs.push(key);
    above.push(found.get(key));
  }
  return [...found.values()].sort((a, b) => (`${a.name} ${a.version}` < `${b.name} ${b.version}` ? -1 : 1));
}

/** A package of npm as it is installed. */
function installed(name) {
  const { version, license, integrity } = JSON.parse(read("package-lock.json")).packages[
    `node_modules/${name}`
  ];
  return { name, version, licence: license, integrity };
}

/** The package of npm that lies in ours as a file of its own. */
export const tokenizer = () => installed("@huggingface/tokenizers");

/** What is bundled into the page. */
export function bundled() {
  const { dependencies } = JSON.parse(read("www/package.json"));
  return Object.keys(dependencies)
    .filter((name) => name !== "handful")
    .map(installed);
}

/** The published network in the encoder that ships. */
export const network = () => JSON.parse(read("models/handful-lite0.json")).network;
