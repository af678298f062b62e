// Unlabelled photos are learned from between other tasks, once the set is left alone for a moment.
import type { CoreClassifier } from "./core-module.js";
import { slice } from "./slices.js";

/** Milliseconds without a change after which it begins, so that adding many is not slowed by learning each. */
const PAUSE = 50;

/** What is learned in the background. */
export class Learning {
  readonly #core: () => CoreClassifier | undefined;
  readonly #onDone: () => void;
  #running: Promise<void> | undefined;
  /** When the set was last changed, as `performance.now()` says. */
  #changed = 0;

  /** @param core - Of the set; none once it was disposed of, which ends the learning. */
  constructor(core: () => CoreClassifier | undefined, onDone: () => void) {
    this.#core = core;
    this.#onDone = onDone;
  }

  /** Settled once all is learned. */
  get done(): Promise<void> {
    return this.#running ?? Promise.resolve();
  }

  /** The set has changed. */
  changed(core: CoreClassifier): void {
    this.#changed = performance.now();
    if (this.#running || core.unlabelled().length === 0) return;
    this.#running = this.#run();
    // Whoever waits is told of an error; nobody has to.
    this.#running.catch(() => {});
  }

  async #run(): Promise<void> {
    try {
      for (let done = false; !done; ) {
        const wait = this.#changed + PAUSE - performance.now();
        await new Promise((resolve) => setTimeout(resolve, Math.max(wait, 0)));
        const core = this.#core();
        if (!core) return;
        if (performance.now() < this.#changed + PAUSE) continue;
        done = slice(() => core.learnUnlabelled());
      }
    } finally {
      this.#running = undefined;
    }
    this.#onDone();
  }
}
