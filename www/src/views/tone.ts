import type { ClassItem } from "../state/state";

/** So many colours tell classes apart; after that they come again, and the names remain. */
export const TONES = 8;

export function toneOf(label: string | null, classes: readonly ClassItem[]): number | undefined {
  const place = classes.findIndex((item) => item.label === label);
  return place < 0 ? undefined : place % TONES;
}

/** Gives something the colour of a class. */
export function toned(tone: number | undefined) {
  return tone === undefined ? undefined : { "--tone": `var(--tone-${tone})` };
}
