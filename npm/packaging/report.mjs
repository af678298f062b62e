// Runs tests one after another, says how each went, and closes with `N passed, N failed`.
let passed = 0;
let failed = 0;

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
    failed += 1;
    // A program that fails says why on its own output.
    console.log(`✖ ${name}\n${[error.stdout, error.stderr].filter(Boolean).join("\n") || error.stack}`);
    return false;
  }
}

export function close() {
  console.log(`${passed} passed, ${failed} failed`);
  if (failed > 0) process.exitCode = 1;
}
