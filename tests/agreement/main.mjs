// Asks every head the same questions natively and in Chromium, and compares the probabilities.
// Files of features can be named; else it takes one that we make, and real ones where ../shared is there.
// Closes with `N passed, N failed, N skipped`.
import { cpSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { launch, serve } from "../../npm/packaging/browser.mjs";
import { CORE } from "../../scripts/build.mjs";
import { main, ROOT, run } from "../../scripts/shell.mjs";
import { syntheticFeatures } from "./synthetic.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const MODULE = join(ROOT, "npm/dist/wasm/core");
const EVALUATE = join(process.env.CARGO_TARGET_DIR ?? join(ROOT, "target"), "debug", "evaluate");
const REAL = ["caltech", "grocery"];
const QUERIES = 50;
/** How far two probabilities may lie apart. */
const NEAR = 1e-4;

const folder = mkdtempSync(join(tmpdir(), "handful-agreement-"));
const total = { passed: 0, failed: 0, skipped: 0 };

function report(ok, name) {
  total[ok ? "passed" : "failed"] += 1;
  console.log(`${ok ? "✔" : "✖"} ${name}`);
}

/** The examples, the queries, and what each head makes of them natively. */
async function native(features) {
  const out = join(folder, "dump.json");
  const options = ["--shots", 3, "--dump", out, "--dump-queries", QUERIES].map(String);
  await run([EVALUATE, "--features", features, ...options]);
  return JSON.parse(readFileSync(out, "utf8"));
}

/** What the same heads make of them in the browser. */
async function inBrowser(browser, address) {
  const page = await browser.newPage();
  await page.goto(address);
  const answers = await page.evaluate(() => window.answers);
  await page.close();
  if (answers.error) throw new Error(answers.error);
  return answers;
}

/** The largest distance of two numbers in the same place; infinite where one is missing. */
function distance(a, b) {
  if (!Array.isArray(a)) return Number.isFinite(a) && Number.isFinite(b) ? Math.abs(a - b) : Infinity;
  if (a.length !== b?.length) return Infinity;
  return a.reduce((most, value, i) => Math.max(most, distance(value, b[i])), 0);
}

async function compare(browser, address, name, features) {
  const { heads } = await native(features);
  const answers = await inBrowser(browser, address);
  for (const [i, { head, probabilities }] of heads.entries()) {
    const apart = distance(probabilities, answers[i]);
    const count = `${probabilities.length} × ${probabilities[0].length} probabilities`;
    report(apart <= NEAR, `${name}, ${head}: ${count} differ by ${apart.toExponential(1)} at most`);
  }
}

function files() {
  const named = process.argv.slice(2).map((path) => ({ name: path, path }));
  if (named.length > 0) return named;
  const path = join(folder, "synthetic.safetensors");
  writeFileSync(path, syntheticFeatures());
  const real = REAL.map((name) => ({
    name,
    path: join(ROOT, `../shared/data/photos/${name}/features.safetensors`),
  }));
  return [{ name: "synthetic", path }, ...real];
}

await main(async () => {
  // As the core's tests build it.
  await run(`cargo test --locked --quiet --no-run ${CORE}`);
  cpSync(join(HERE, "page"), folder, { recursive: true });
  for (const file of ["core.js", "core_bg.wasm"]) cpSync(join(MODULE, file), join(folder, file));
  const server = await serve(folder);
  const browser = await launch();
  try {
    for (const { name, path } of files()) {
      if (existsSync(path)) {
        await compare(browser, server.address, name, path);
      } else {
        total.skipped += 1;
        console.log(`skipped: ${name}: ${path} is not there`);
      }
    }
  } finally {
    await browser.close();
    server.close();
    rmSync(folder, { recursive: true });
  }
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped} skipped`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
});
