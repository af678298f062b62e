// What a page finds, test by test, to be read by the program outside.
const results = [];
window.report = { results, running: "the page loads", finished: false };

for (const kind of ["error", "unhandledrejection"])
  addEventListener(kind, ({ message, reason }) =>
    results.push({
      name: "nothing goes wrong unheard",
      error: `${kind}: ${message ?? reason?.stack ?? reason}`,
    }),
  );

/** Says what is under way. */
export function step(name) {
  window.report.running = name;
}

export async function check(name, body) {
  step(name);
  let error = "";
  try {
    await body();
  } catch (failure) {
    error = `${failure}\n${failure?.stack}`;
  }
  results.push({ name, error });
}

export function finish() {
  window.report.finished = true;
}

export function expect(truth, what) {
  if (!truth) throw new Error(`expected: ${what}`);
}
