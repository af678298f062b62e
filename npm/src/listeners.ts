// Who is told of changes.
import { check, FUNCTION } from "./check.js";

/** Functions that are called after a change. */
export class Listeners {
  readonly #listeners = new Set<() => void>();

  /** @returns A function that ends it. */
  add(listener: () => void): () => void {
    check("listener", listener, FUNCTION);
    // A function of its own for each call, so that adding the same listener twice counts twice.
    const entry = (): void => listener();
    this.#listeners.add(entry);
    return () => void this.#listeners.delete(entry);
  }

  /** A listener's failure is its own: it must not look like one of the change. */
  tell(): void {
    for (const listener of this.#listeners) {
      try {
        listener();
      } catch (error) {
        queueMicrotask(() => {
          throw error;
        });
      }
    }
  }

  clear(): void {
    this.#listeners.clear();
  }
}
