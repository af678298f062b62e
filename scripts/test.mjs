// `npm test`: every step but the slow ones, or those that are named (`node scripts/test.mjs lint e2e`) and what they need.
import { availableParallelism } from "node:os";
import { setTimeout as pause } from "node:timers/promises";
import { inspect } from "node:util";
import { endAll, main, print, say, seconds, Trouble, together } from "./shell.mjs";
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

/** Minutes after which a step hangs: the longest took nine of them, beside others (`npm test`). */
const HANGS = 40;

/** Fails when a step hangs, so that the others are told of nevertheless. */
async function hangs({ name }) {
  await pause(HANGS * 60_000, null, { ref: false });
  throw new Trouble(`${name} has not ended after ${HANGS} minutes.`);
}

/** Runs one step. A failure is told and kept, so that the steps after it still run. */
async function perform(step, broken, Skip) {
  const missing = (step.after ?? []).find((name) => broken.has(name));
  if (missing) return { passed: 0, failed: 0, skipped: [`${step.name}: ${missing} failed`] };
  try {
    const result = await Promise.race([step.run(), hangs(step)]);
    if (!result) return { passed: 1, failed: 0, skipped: [] };
    if (result.passed + result.failed + result.skipped.length === 0)
      throw new Trouble(`${step.name} ran no test.`);
    return { ...result, skipped: result.skipped.map((name) => `${step.name}: ${name}`) };
  } catch (error) {
    if (error instanceof Skip) return { passed: 0, failed: 0, skipped: [`${step.name}: ${error.message}`] };
    print(error instanceof Trouble ? `\x1b[31m✗\x1b[0m ${error.message}` : inspect(error));
    return { passed: 0, failed: 1, skipped: [] };
  }
}

/** Lines of a failed step that are said once more: those of one failure of the longest kind, a browser's test. */
const LAST_LINES = 60;

/** Steps that run at a time: most keep one core busy, and no more than two were tried. */
const LANES = Math.min(2, availableParallelism());

/**
 * Does something with every step: in their order, each when those of its `after` have ended, in so many lanes. Of those with `cargo`
 * one runs at a time: they build in one folder, where a library of ours has one file name whatever was asked of it.
 */
async function inLanes(steps, perform) {
  const waiting = [...steps];
  const running = new Set();
  const ended = new Set();
  const free = (step) =>
    (step.after ?? []).every((name) => ended.has(name)) &&
    !(step.cargo && [...running].some(({ cargo }) => cargo));
  const start = async (step) => {
    running.add(step);
    waiting.splice(waiting.indexOf(step), 1);
    await perform(step);
    running.delete(step);
    ended.add(step.name);
    await next();
  };
  const next = () => {
    const begun = [];
    while (running.size < LANES && waiting.some(free)) begun.push(start(waiting.find(free)));
    return Promise.all(begun);
  };
  await next();
}

await main(async () => {
  await nodeModules();
  // Imported late: the steps use packages that `npm ci` has only now installed.
  const { STEPS, Skip } = await import("./steps.mjs");
  const since = performance.now();
  const total = { passed: 0, failed: 0, skipped: [] };
  const broken = new Set();
  const table = [];
  /** How the output of failed steps ended, for the end of ours. */
  const ends = [];
  const steps = select(STEPS, process.argv.slice(2));
  const several = LANES > 1 && steps.length > 1;
  await inLanes(steps, async (step) => {
    if (several) say(`${step.name} ...`);
    const began = performance.now();
    const told = async () => {
      print(`\n\x1b[1m── ${step.name} ──\x1b[0m`);
      return perform(step, broken, Skip);
    };
    // One step alone is watched as it runs, and its end is the end.
    const { result, text } = several ? await together(told) : { result: await told(), text: "" };
    const { passed, failed, skipped } = result;
    if (failed > 0) {
      broken.add(step.name);
      ends.push(text.split("\n").slice(-LAST_LINES).join("\n"));
    }
    total.passed += passed;
    total.failed += failed;
    total.skipped.push(...skipped);
    table.push({
      step: step.name,
      result: failed ? "FAILED" : passed ? "passed" : "skipped",
      passed,
      failed,
      skipped: skipped.length,
      time: seconds(began),
    });
  });
  for (const end of ends) console.log(`\n\x1b[1m── failed ──\x1b[0m\n${end}`);
  console.log(`\n\x1b[1m── summary ──\x1b[0m`);
  console.log("step          result   passed  failed skipped  time");
  for (const row of table) {
    const counts = [row.passed, row.failed, row.skipped].map((count) => String(count).padStart(7)).join(" ");
    console.log(`${row.step.padEnd(13)} ${row.result.padEnd(7)}${counts}  ${row.time}`);
  }
  say(`${table.length} steps in ${seconds(since)}`);
  for (const name of total.skipped) console.log(`skipped: ${name}`);
  for (const name of broken) console.log(`failed: ${name}`);
  console.log(`${total.passed} passed, ${total.failed} failed, ${total.skipped.length} skipped`);
  if (total.failed > 0 || total.passed === 0) process.exitCode = 1;
  endAll();
});
