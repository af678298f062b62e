// `npm test`: every step but the slow ones, in two lanes side by side; or those that are named
// (`node scripts/test.mjs lint e2e`) and what they need, one after the other.
import { main, say, seconds, Trouble, unwatched } from "./shell.mjs";
import { nodeModules } from "./toolchain.mjs";

/** The named steps and the steps that they come after, in the order of the list; without names all but the slow ones. */
function select(steps, words) {
  if (words.length === 0) return steps.filter((step) => !step.slow);
  const wanted = new Set();
  for (const word of words) {
    const named = steps.filter((step) => step.name === word || step.group === word);
    if (named.length === 0)
      throw new Trouble(`There is no step ${word}. Steps: ${steps.map((step) => step.name).join(", ")}.`);
    for (const step of named) for (const name of [step.name, ...(step.after ?? [])]) wanted.add(name);
  }
  return steps.filter((step) => wanted.has(step.name));
}

/** Runs one step. A failure is told and kept, so that the steps after it still run. */
async function perform(step, broken, Skip) {
  const missing = (step.after ?? []).find((name) => broken.has(name));
  if (missing) return { passed: 0, failed: 0, skipped: [`${step.name}: ${missing} failed`] };
  try {
    const result = await step.run();
    if (!result) return { passed: 1, failed: 0, skipped: [] };
    if (result.passed + result.failed + result.skipped.length === 0)
      throw new Trouble(`${step.name} ran no test.`);
    return { ...result, skipped: result.skipped.map((name) => `${step.name}: ${name}`) };
  } catch (error) {
    if (error instanceof Skip) return { passed: 0, failed: 0, skipped: [`${step.name}: ${error.message}`] };
    console.error(error instanceof Trouble ? `\x1b[31m✗\x1b[0m ${error.message}` : error);
    return { passed: 0, failed: 1, skipped: [] };
  }
}

/** A promise that is kept from outside; `Promise.withResolvers` is too new. */
function resolvable() {
  let resolve;
  const promise = new Promise((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

/** What the steps have found so far. */
class Results {
  total = { passed: 0, failed: 0, skipped: [] };
  broken = new Set();
  #table = [];
  #names;

  constructor(names) {
    this.#names = names;
  }

  add(step, { passed, failed, skipped }, time) {
    if (failed > 0) this.broken.add(step);
    this.total.passed += passed;
    this.total.failed += failed;
    this.total.skipped.push(...skipped);
    const result = failed ? "FAILED" : passed ? "passed" : "skipped";
    this.#table.push({ step, result, passed, failed, skipped: skipped.length, time });
    return result;
  }

  print() {
    console.log("step          result   passed  failed skipped  time");
    for (const name of this.#names) {
      const row = this.#table.find(({ step }) => step === name);
      const counts = [row.passed, row.failed, row.skipped]
        .map((count) => String(count).padStart(7))
        .join(" ");
      console.log(`${name.padEnd(13)} ${row.result.padEnd(7)}${counts}  ${row.time}`);
    }
  }
}

/** Runs steps one after the other, each when those that it comes after are done, in whichever lane. */
async function runLane(steps, done, results, Skip) {
  for (const step of steps) {
    await Promise.all((step.after ?? []).map((name) => done.get(name)?.promise));
    console.log(`\n\x1b[1m── ${step.name} ──\x1b[0m`);
    const began = performance.now();
    const result = results.add(step.name, await perform(step, results.broken, Skip), seconds(began));
    say(`${step.name}: ${result} in ${seconds(began)}`);
    done.get(step.name).resolve();
  }
}

await main(async () => {
  await nodeModules();
  // Imported late: the steps use packages that `npm ci` has only now installed.
  const { STEPS, Skip } = await import("./steps.mjs");
  const since = performance.now();
  const words = process.argv.slice(2);
  const steps = select(STEPS, words);
  const done = new Map(steps.map(({ name }) => [name, resolvable()]));
  const results = new Results([...done.keys()]);
  // Steps that somebody names are watched, one after the other.
  let lanes = [steps];
  if (words.length === 0) {
    lanes = [steps.filter(({ lane }) => lane), steps.filter(({ lane }) => !lane)];
    unwatched();
  }
  await Promise.all(lanes.map((lane) => runLane(lane, done, results, Skip)));
  const { total, broken } = results;
  console.log(`\n\x1b[1m── summary ──\x1b[0m`);
  results.print();
  say(`${steps.length} steps in ${seconds(since)}`);
  for (const name of total.skipped) console.log(`skipped: ${name}`);
  for (const name of broken) console.log(`failed: ${name}`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
});
