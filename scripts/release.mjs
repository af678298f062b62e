// `npm run release -- 0.2.0`: all of a release up to the publishing itself. It sets the version, builds, and leaves in
// target/publish what is to be published, with its bill of materials and SHA-256 sums. It commits, tags and publishes nothing.
// `npm run release -- --tag v0.2.0` does the same with the version as it is: what .github/workflows/release.yml publishes.
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { billOf } from "./bill.mjs";
import { build } from "./build.mjs";
import { PUBLISHED } from "./contents.mjs";
import { NOTICES, writeNotices } from "./notices.mjs";
import { capture, main, print, ROOT, run, say, Trouble } from "./shell.mjs";
import { nodeModules } from "./toolchain.mjs";
import { notesOf, presentVersion, withVersion } from "./versions.mjs";

const USAGE = "npm run release -- VERSION, or -- --tag vVERSION where that version has been set";

/** What is published is what has been committed. */
function requireClean() {
  const changed = capture("git status --porcelain");
  if (changed !== "") throw new Trouble(`The tree is not clean; commit or stash first:\n${changed}`);
}

const sha256 = (path) => createHash("sha256").update(readFileSync(path)).digest("hex");

/** Builds all that is shipped and packs it. */
async function pack(version) {
  const folder = join(ROOT, "target/publish");
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  await nodeModules();
  await writeNotices();
  await build();
  await run(["npm", "pack", "--workspace", "npm", "--pack-destination", folder]);
  // A crate is built from what was packed of it, with the packed ones that it needs.
  const crates = PUBLISHED.flatMap((crate) => ["-p", crate]);
  await run(["cargo", "package", "--locked", "--allow-dirty", ...crates]);
  for (const crate of PUBLISHED) {
    const file = `${crate}-${version}.crate`;
    copyFileSync(join(ROOT, "target/package", file), join(folder, file));
  }
  writeFileSync(join(folder, `handful-${version}.cdx.json`), `${JSON.stringify(billOf(version), null, 2)}\n`);
  writeFileSync(join(folder, "notes.md"), `${notesOf(version)}\n`);
  const sums = readdirSync(folder)
    .sort()
    .map((file) => `${sha256(join(folder, file))}  ${file}`)
    .join("\n");
  writeFileSync(join(folder, "SHA256SUMS"), `${sums}\n`);
  say(`target/publish:\n\n${sums}\n`);
}

/** Sets the version and packs. Where that fails, the version is again what it was. */
async function prepare(version) {
  requireClean();
  const date = new Date().toISOString().slice(0, 10);
  const texts = withVersion(version, date);
  const before = new Map([...texts.keys(), NOTICES].map((file) => [file, readFileSync(join(ROOT, file))]));
  const write = (files) => files.forEach((text, file) => void writeFileSync(join(ROOT, file), text));
  // However it ends: by an error or by Ctrl+C.
  process.once("exit", (code) => code !== 0 && write(before));
  write(texts);
  await pack(version);
  print(`Nothing was committed or published. To do so, read \`git diff\`, then

  git commit --all --message "Release ${version}"
  git tag v${version}
  git push origin HEAD v${version}

and the workflow release.yml publishes the same from the tag:

  npm publish ./handful-${version}.tgz --provenance --access public
  cargo publish ${PUBLISHED.map((crate) => `-p ${crate}`).join(" ")}
  gh release create v${version} --notes-file notes.md …`);
}

/** Packs what a tag names. */
async function packTagged(tag) {
  requireClean();
  const version = presentVersion();
  if (tag !== `v${version}`)
    throw new Trouble(`The tag ${tag} is not that of ${version}, the present version.`);
  notesOf(version);
  if (!JSON.parse(readFileSync(join(ROOT, "npm/package.json"), "utf8")).repository)
    throw new Trouble(
      "npm/package.json names no `repository`: npm compares it with where the package was built.",
    );
  await pack(version);
  // The notices have been written anew.
  requireClean();
}

await main(async () => {
  const [first, second, ...more] = process.argv.slice(2);
  if (first === "--tag" && second && more.length === 0) return packTagged(second);
  if (!first || first.startsWith("-") || second) throw new Trouble(USAGE);
  await prepare(first);
});
