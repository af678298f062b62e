// Counts single tests from what their runners print.
import { stripVTControlCharacters } from "node:util";

const sum = (matches) => matches.reduce((total, match) => total + Number(match[1]), 0);

/** A test that finds out while running that it cannot run prints `skipped: NAME: WHY`; its runner calls it passed. */
function ownSkips(text) {
  return [...text.matchAll(/^\s*(?:# )?skipped: (.+)$/gm)].map((match) => match[1]);
}

/** cargo test and wasm-bindgen-test. */
export function libtest(output) {
  const text = stripVTControlCharacters(output);
  const own = ownSkips(text);
  const ignored = [...text.matchAll(/^test (.+) \.\.\. ignored(?:, (.*))?$/gm)].map((m) =>
    m[2] ? `${m[1]}: ${m[2]}` : m[1],
  );
  return {
    passed: sum([...text.matchAll(/^test result: .* (\d+) passed;/gm)]) - own.length,
    failed: sum([...text.matchAll(/^test result: .* (\d+) failed;/gm)]),
    skipped: [...ignored, ...own],
  };
}

/** node --test, with its spec reporter. */
export function nodeTest(output) {
  const text = stripVTControlCharacters(output);
  const own = ownSkips(text);
  return {
    passed: sum([...text.matchAll(/^ℹ pass (\d+)$/gm)]) - own.length,
    failed: sum([...text.matchAll(/^ℹ (?:fail|cancelled) (\d+)$/gm)]),
    skipped: [
      ...[...text.matchAll(/^\s*﹣ (.+?) \([\d.]+ms\) # (.+)$/gm)].map((m) => `${m[1]}: ${m[2]}`),
      ...own,
    ],
  };
}

/** Playwright's JSON report. A test that passes only when it is repeated, which is called flaky, has failed. */
export function playwright(report) {
  const skipped = [];
  const visit = (suite) => {
    for (const inner of suite.suites ?? []) visit(inner);
    for (const spec of suite.specs ?? []) {
      for (const test of spec.tests) {
        if (test.status !== "skipped") continue;
        const why = test.annotations.find((annotation) => annotation.type === "skip")?.description;
        skipped.push(why ? `${spec.title}: ${why}` : spec.title);
      }
    }
  };
  for (const suite of report.suites) visit(suite);
  const { expected, flaky, unexpected } = report.stats;
  return { passed: expected, failed: unexpected + flaky + report.errors.length, skipped };
}

/** A script of ours that closes with `N passed, N failed, N skipped`. */
export function closingLine(output) {
  const text = stripVTControlCharacters(output);
  const last = [...text.matchAll(/^(\d+) passed, (\d+) failed(?:, (\d+) skipped)?$/gm)].at(-1);
  return { passed: Number(last?.[1] ?? 0), failed: Number(last?.[2] ?? 0), skipped: ownSkips(text) };
}
