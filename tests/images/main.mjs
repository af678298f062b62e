// Writes test photos into a folder, one folder a class: node tests/images/main.mjs OUT [COUNT]
import { mkdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { drawPhoto } from "./photo.mjs";
import { THINGS } from "./things.mjs";

const [out, count = "12"] = process.argv.slice(2);
if (!out) {
  console.error("usage: node tests/images/main.mjs OUT [COUNT]");
  process.exit(2);
}
for (const name of Object.keys(THINGS)) {
  const folder = join(out, name);
  mkdirSync(folder, { recursive: true });
  for (let seed = 0; seed < Number(count); seed += 1) {
    writeFileSync(join(folder, `${String(seed).padStart(3, "0")}.png`), drawPhoto(name, seed));
  }
}
