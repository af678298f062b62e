/** What could not be taken. */
import { freshId, update } from "../state/live";
import type { Code } from "../state/state";

/** Tells that photos, by their names, were left out, and why. */
export function tellLeftOut(names: readonly string[], code: Code): void {
  const left = names.map((name) => ({ id: freshId(), name, code }));
  update((state) => ({ ...state, problems: [...state.problems, ...left] }));
}
