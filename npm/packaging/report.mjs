// Runs tests one after another, says how each went, and closes with `N passed, N failed`.
let passed = 0;
/** What each failed test said. */
const failures = [];

/** Runs one test and says whether it passed. */
export async function test(name, body) {
  const start = performance.now();
  try {
    await body();
    passed += 1;
    const time = (performance.now() - start) / 1000;
    console.log(time < 0.1 ? `✔ ${name}` : `✔ ${name} (${time.toFixed(1)} s)`);
    return true;
  } catch (error) {
    // A program that fails says why on its own output.
    const why = [error.stdout, error.stderr].filter(Boolean).join("\n") || error.stack;
    failures.push(`✖ ${name}\n${why}`);
    console.log(failures.at(-1));
    return false;
  }
}

/** Says once more what failed, which may stand far above. */
export function close() {
  for (const failure of failures) console.log(failure);
  console.log(`${passed} passed, ${failures.length} failed`);
  if (failures.length > 0) process.exitCode = 1;
}
