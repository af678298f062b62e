// What the core's module takes and gives, as callers know it.
import { describe } from "./check.js";
import type { Found } from "./core-module.js";
import { HandfulError } from "./errors.js";
import type { Answer } from "./types.js";

/** An answer of the core that took so many milliseconds. */
export function answerOf(found: Found, classify: number): Answer {
  const [best, runnerUp] = found.scores;
  if (!best || !runnerUp)
    throw new HandfulError("internal", "The core answered with fewer than two classes.");
  const { scores, candidates, foreign, pValue, unscored, head } = found;
  // Field by field: spreading them took as long as all the rest of an answer.
  return {
    label: best.label,
    probability: best.probability,
    runnerUp,
    scores,
    candidates,
    foreign,
    pValue,
    unscored,
    head,
    timings: { decode: 0, preprocess: 0, encode: 0, classify },
  };
}

/** WebAssembly would take `undefined`, -1 and 1.5 for the ids 0, 4294967295 and 1. */
export function exampleId(id: unknown): number {
  if (typeof id === "number" && id >>> 0 === id) return id;
  throw new HandfulError("unknown-example", `there is no example with id ${describe(id)}`);
}

/** A number of things: WebAssembly would take 2 ** 32 for 0. */
export function atMost(count: number): number {
  return Math.min(count, 0xffffffff);
}

/** Rows one behind another. */
export function concatenate(rows: readonly Float32Array[]): Float32Array {
  const width = rows[0]?.length ?? 0;
  const joined = new Float32Array(width * rows.length);
  for (const [i, row] of rows.entries()) {
    // Checked here because the core sees only the sum of the lengths.
    if (row.length !== width) {
      throw new HandfulError("shape", `row ${i} of the features: expected ${width}, got ${row.length}`);
    }
    joined.set(row, i * width);
  }
  return joined;
}
