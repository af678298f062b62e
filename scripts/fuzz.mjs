// `npm run fuzz -- MINUTES [TARGET...]`: runs fuzz targets, all of them or those that are named, so long each. Inputs that
// reach new code are kept in target/fuzz/corpus, so that the next run goes on from there; what fails is in fuzz/artifacts.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main, ROOT, run, say, status, Trouble } from "./shell.mjs";
import { cargoFuzz } from "./toolchain.mjs";

export const TARGETS = ["sets", "manifests", "words", "jpegs", "onnx", "calls"];

/** The compiler's flags that count coverage are unstable, and work in the stable one. No sanitizer: the code is safe Rust. */
const FUZZ = ["--sanitizer", "none", "--target-dir", "target/fuzz"];
const UNSTABLE = { RUSTC_BOOTSTRAP: "1" };

/** An input may take a second of the processor, see fuzz/src/bounds.rs; this ends what never would. */
const LIMITS = ["-timeout=20", "-rss_limit_mb=1024"];

/**
 * Builds the targets and runs each.
 * @param {number} time seconds for each
 * @param {string} grown folder for what is found, of each target in a folder of its own
 * @param {string[]} more options for libFuzzer
 * @param {string[]} names
 * @returns {Promise<string[]>} names of the targets that failed
 */
export async function fuzz(time, grown, more = [], names = TARGETS) {
  await cargoFuzz();
  await run("cargo fetch --locked --manifest-path fuzz/Cargo.toml");
  await run(["cargo", "fuzz", "build", ...FUZZ], { env: UNSTABLE });
  const failed = [];
  for (const name of names) {
    const folder = join(grown, name);
    mkdirSync(folder, { recursive: true });
    let output = "";
    const dictionary = `fuzz/dictionaries/${name}.dict`;
    const words = existsSync(join(ROOT, dictionary)) ? [`-dict=${dictionary}`] : [];
    const options = [...LIMITS, ...words, ...more, `-max_total_time=${time}`, "-print_final_stats=1"];
    const code = await status(
      ["cargo", "fuzz", "run", ...FUZZ, name, folder, `fuzz/corpus/${name}`, "--", ...options],
      { env: UNSTABLE, onText: (text) => (output += text) },
    );
    if (code !== 0) failed.push(name);
    const [, executions] = output.match(/number_of_executed_units: (\d+)/) ?? [];
    const [, coverage] = [...output.matchAll(/cov: (\d+)/g)].at(-1) ?? [];
    say(`${name}: ${executions} inputs, ${coverage} places reached, ${code === 0 ? "clean" : "FAILED"}`);
  }
  return failed;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  await main(async () => {
    const [minutes, ...names] = process.argv.slice(2);
    const stranger = names.find((name) => !TARGETS.includes(name));
    if (!(Number(minutes) > 0) || stranger)
      throw new Trouble(`npm run fuzz -- MINUTES [TARGET...], the targets are ${TARGETS.join(", ")}.`);
    const grown = join(ROOT, "target", "fuzz", "corpus");
    const failed = await fuzz(Number(minutes) * 60, grown, [], names.length > 0 ? names : TARGETS);
    if (failed.length > 0)
      throw new Trouble(`Failed: ${failed.join(", ")}. The inputs are in fuzz/artifacts.`);
  });
}
