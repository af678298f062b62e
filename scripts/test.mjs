// `npm test`: every step but the slow ones, or those that are named (`node scripts/test.mjs lint e2e`) and what they need.
import { main, say, seconds, Trouble } from "./shell.mjs";
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

await main(async () => {
  await nodeModules();
  // Imported late: the steps use packages that `npm ci` has only now installed.
  const { STEPS, Skip } = await import("./steps.mjs");
  const since = performance.now();
  const total = { passed: 0, failed: 0, skipped: [] };
  const broken = new Set();
  const table = [];
  for (const step of select(STEPS, process.argv.slice(2))) {
    console.log(`\n\x1b[1m── ${step.name} ──\x1b[0m`);
    const began = performance.now();
    const { passed, failed, skipped } = await perform(step, broken, Skip);
    if (failed > 0) broken.add(step.name);
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
  }
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
});
