// `npm run fuzz:models [-- --seed SEED --count COUNT]`: hundreds of drawn image networks, in the engine that ships and in
// onnxruntime. Each must give the same numbers or be refused by the name of an operator; `docs/robustness.md` has the figure.
import { existsSync } from "node:fs";
import { delimiter, join } from "node:path";
import { main, ROOT, run, say, status, TOOLS, Trouble } from "./shell.mjs";
import { pip, rust } from "./toolchain.mjs";

/** Where onnxruntime and what it needs are kept. */
const PACKAGES = join(TOOLS, "onnxruntime");

/** Has pip fetch the packages that the program imports. */
async function fetchPackages() {
  if (existsSync(join(PACKAGES, "onnxruntime")) && existsSync(join(PACKAGES, "onnx"))) return;
  await pip();
  say("pip fetches onnx and onnxruntime (about 50 MB) ...");
  const code = await status([
    ..."python3 -m pip install --quiet --disable-pip-version-check --upgrade".split(" "),
    ...["--target", PACKAGES, "--requirement", join(ROOT, "models/scripts/requirements.txt")],
  ]);
  if (code !== 0) {
    throw new Trouble(
      "pip could not fetch onnx and onnxruntime. Run this again when the Python Package Index can be reached.",
    );
  }
}

await main(async () => {
  await rust();
  await fetchPackages();
  await run("cargo build --locked --release --bin outputs");
  const path = [PACKAGES, process.env.PYTHONPATH].filter(Boolean).join(delimiter);
  await run(["python3", "models/scripts/fuzz_models.py", ...process.argv.slice(2)], {
    env: { PYTHONPATH: path },
  });
});
