// Work in slices of a few milliseconds, which leaves the thread time for others.
import { guarded } from "./errors.js";

/** Milliseconds that a slice holds the thread, at most about. */
const SLICE = 4;

/** Takes steps for a few milliseconds, at least one; `step` says whether all is done, and so does this. */
export function slice(step: () => boolean): boolean {
  const start = performance.now();
  for (;;) {
    const done = guarded(step);
    if (done || performance.now() - start >= SLICE) return done;
  }
}

/** Does so again and again, with other tasks in between, until all is done. How many milliseconds it took. */
export async function inSlices(step: () => boolean, signal?: AbortSignal): Promise<number> {
  for (let busy = 0; ; ) {
    await new Promise((resolve) => setTimeout(resolve));
    signal?.throwIfAborted();
    const start = performance.now();
    const done = slice(step);
    busy += performance.now() - start;
    if (done) return busy;
  }
}
