// `npm run docs`: the reference of the package by typedoc, with the guide, and that of the crates by rustdoc. Warnings fail.
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { lacking } from "../docs/reference/examples.mjs";
import { main, ROOT, run, say, Trouble } from "./shell.mjs";
import { nodeModules } from "./toolchain.mjs";

const FOLDER = join(ROOT, "docs/reference");

/**
 * The reference of the package, in which every name has an example. typedoc lives apart from the other tools: it needs an older
 * TypeScript than they.
 */
export async function packageReference() {
  await run("npm ci", { cwd: FOLDER });
  await run("node_modules/.bin/typedoc --json dist/reference.json", { cwd: FOLDER });
  const names = lacking(join(FOLDER, "dist/reference.json"));
  if (names.length > 0) throw new Trouble(names.join("\n"));
}

/** The reference of the crates, with broken links as errors. */
export const crateReference = () =>
  run("cargo doc --locked -p handful -p handful-research -p handful-encoder -p handful-tools --no-deps", {
    env: { RUSTDOCFLAGS: "-D warnings" },
  });

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    await nodeModules();
    await packageReference();
    await crateReference();
    say("The package: docs/reference/dist/index.html. The crates: target/doc/handful/index.html.");
  });
}
