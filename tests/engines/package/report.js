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

export async function check(name, body) {
  window.report.running = name;
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
