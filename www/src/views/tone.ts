import type { ClassItem } from "../state/state";

/** So many colours tell classes apart; after that they come again, and the names remain. */
export const TONES = 8;

export function toneOf(item: ClassItem, classes: readonly ClassItem[]): number {
  return classes.indexOf(item) % TONES;
}
