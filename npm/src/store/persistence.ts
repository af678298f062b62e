// Asks the browser to keep what is stored for good, once there is enough to be sorry for.
import type { FeatureClassifier } from "../feature-classifier.js";

/** Examples from which on a loss would hurt; the question may show a prompt, so it does not come at the first one. */
const WORTH_KEEPING = 10;

/** The browser's promise. */
export class Persistence {
  readonly #tell: () => void;
  #looked = false;
  #asked = false;
  #granted: boolean | undefined;

  /** @param tell - Called when more is known. */
  constructor(tell: () => void) {
    this.#tell = tell;
  }

  /** Whether the browser has promised it; `undefined` before it was asked. */
  get granted(): boolean | undefined {
    return this.#granted;
  }

  /** Finds out whether it was promised in an earlier visit. */
  async look(): Promise<void> {
    if (this.#looked) return;
    this.#looked = true;
    try {
      if (await storage()?.persisted()) this.#know(true);
    } catch {
      // Then it stays unknown.
    }
  }

  /** Asks when a set has so many examples. */
  watch(set: FeatureClassifier): void {
    const look = (): void => {
      if (set.examples.length < WORTH_KEEPING) return;
      end();
      void this.#ask();
    };
    const end = set.subscribe(look);
    look();
  }

  async #ask(): Promise<void> {
    if (this.#asked) return;
    this.#asked = true;
    try {
      this.#know((await storage()?.persist()) ?? false);
    } catch {
      this.#know(false);
    }
  }

  #know(granted: boolean): void {
    this.#granted = granted;
    this.#tell();
  }
}

/** Not there in old browsers, and on plain http. */
function storage(): StorageManager | undefined {
  return globalThis.navigator?.storage;
}
