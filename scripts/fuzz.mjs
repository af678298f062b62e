// `npm run fuzz -- MINUTES [TARGET...]`: runs fuzz targets, all of them or those that are named, so long each. Inputs that
// reach new code are kept in target/fuzz/corpus, so that the next run goes on from there; what fails is in fuzz/artifacts.
import { existsSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { main, ROOT, run, say, status, Trouble } from "./shell.mjs";

export const TARGETS = ["sets", "manifests", "words", "jpegs", "onnx", "calls"];

/** How libFuzzer comes to know which code an input reaches: flags of cargo-fuzz. */
const COVERAGE = [
  "--cfg=fuzzing",
  "-Cpasses=sancov-module",
  "-Cllvm-args=-sanitizer-coverage-level=4",
  "-Cllvm-args=-sanitizer-coverage-inline-8bit-counters",
  "-Cllvm-args=-sanitizer-coverage-pc-table",
  "-Cllvm-args=-sanitizer-coverage-trace-compares",
  "-Cllvm-args=-simplifycfg-branch-fold-threshold=0",
  // In several units, nothing small would be inlined.
  "-Ccodegen-units=1",
].join(" ");

/** Code of ours alone counts, and only that is optimised: a build of a few minutes. */
export const OURS = {
  options: [],
  env: { RUSTC_WORKSPACE_WRAPPER: join(ROOT, "fuzz/rustc.sh"), HANDFUL_COVERAGE: COVERAGE },
};

/** Code of the inference engine counts too, and is optimised. With a target named, build scripts are left as they are. */
const ENGINE_TOO = {
  options: ["--target", "host-tuple"],
  env: { RUSTFLAGS: COVERAGE, CARGO_PROFILE_DEV_OPT_LEVEL: "1" },
};

/** An input may take a second of the processor, see fuzz/src/bounds.rs; this ends what never would. */
const LIMITS = ["-timeout=20", "-rss_limit_mb=1024"];

/**
 * Builds the targets and runs each.
 * @param {{ options: string[], env: Record<string, string> }} counted which code
 * @param {number} time seconds for each
 * @param {string} grown folder for what is found, of each target in a folder of its own
 * @param {string[]} more options for libFuzzer
 * @param {string[]} names
 * @returns {Promise<string[]>} names of the targets that failed
 */
export async function fuzz({ options, env }, time, grown, more = [], names = TARGETS) {
  // Cargo gives a library that is a cdylib too the same file name with and without the flags: so a folder of their own.
  const cargo = (command) => [
    ...`cargo ${command} --locked -p handful-fuzz --target-dir target/fuzz`.split(" "),
    ...options,
  ];
  await run([...cargo("build"), ...names.flatMap((name) => ["--bin", name])], { env });
  const failed = [];
  for (const name of names) {
    const folder = join(grown, name);
    const artifacts = join(ROOT, "fuzz/artifacts", name);
    for (const made of [folder, artifacts]) mkdirSync(made, { recursive: true });
    let output = "";
    const dictionary = join(ROOT, `fuzz/dictionaries/${name}.dict`);
    const words = existsSync(dictionary) ? [`-dict=${dictionary}`] : [];
    const told = [...LIMITS, ...words, ...more, `-max_total_time=${time}`, "-print_final_stats=1"];
    const code = await status(
      [
        ...[...cargo("run"), "--bin", name, "--", folder, join(ROOT, `fuzz/corpus/${name}`)],
        ...[`-artifact_prefix=${artifacts}/`, ...told],
      ],
      { env, onText: (text) => (output += text) },
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
    const failed = await fuzz(
      ENGINE_TOO,
      Number(minutes) * 60,
      grown,
      [],
      names.length > 0 ? names : TARGETS,
    );
    if (failed.length > 0)
      throw new Trouble(`Failed: ${failed.join(", ")}. The inputs are in fuzz/artifacts.`);
  });
}
