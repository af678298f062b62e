// Skips work whose inputs have not changed. A stamp is a hash of the contents of a step's inputs; it lies in
// .tools/stamps and is written after the step has succeeded, so an interrupted step runs again.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { ROOT, say, seconds, TOOLS } from "./shell.mjs";

const STAMPS = join(TOOLS, "stamps");

function* files(path) {
  if (!existsSync(path)) return;
  if (!statSync(path).isDirectory()) {
    yield path;
    return;
  }
  for (const name of readdirSync(path).sort()) {
    if (name !== "node_modules" && name !== "dist") yield* files(join(path, name));
  }
}

/** Hash of the names and contents of files and folders (relative to the project), and of any further words. */
export function fingerprint(inputs, words = []) {
  const hash = createHash("sha256");
  for (const word of words) hash.update(`${word}\0`);
  for (const input of inputs) {
    for (const file of files(join(ROOT, input))) {
      hash.update(`${relative(ROOT, file)}\0`);
      hash.update(createHash("sha256").update(readFileSync(file)).digest());
    }
  }
  return hash.digest("hex");
}

/**
 * Does `work` unless it was done before with the same inputs and its outputs are still there.
 * @param {{ name: string, title: string, usually: string, inputs: string[], words?: string[], outputs: string[], work: () => Promise<void> }} step
 */
export async function unlessFresh({ name, title, usually, inputs, words, outputs, work }) {
  const path = join(STAMPS, name);
  const now = fingerprint(inputs, words);
  const before = existsSync(path) ? readFileSync(path, "utf8") : "";
  if (now === before && outputs.every((output) => existsSync(join(ROOT, output)))) {
    say(`${title}: up to date`);
    return;
  }
  say(`${title} (usually ${usually}) ...`);
  const since = performance.now();
  rmSync(path, { force: true });
  await work();
  mkdirSync(STAMPS, { recursive: true });
  writeFileSync(path, now);
  say(`${title}: done in ${seconds(since)}`);
}
