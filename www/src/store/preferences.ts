/** What a person chose for this browser. In localStorage, because the first drawing already needs it. */

import type { Language } from "../state/state";
import { INITIAL } from "../state/state";
import { isLanguage } from "../text";

export interface Preferences {
  /** Null until somebody chooses: then the browser's own languages count. */
  language: Language | null;
  /** Number of photos of each class of that set, as far as a screen shows them. */
  counts: readonly number[];
  /** Id of the set that was open last; null for the first one. */
  set: string | null;
  /** Below which share of certainty an answer is "not sure"; in [0, 1). */
  askBelow: number;
  /** Names of classes that the encoder understands count beside the photos. */
  useNames: boolean;
  /** Whether small pictures of photos are kept; null until somebody chooses. */
  keepPictures: boolean | null;
}

const KEY = "handful";
/** In sessionStorage, because each tab has a set of its own open. */
const OWN_SET = "handful-set";

/** What was kept; anything else that may stand there counts as nothing. */
export function readPreferences(): Preferences {
  const { language, set, askBelow, useNames, keepPictures, counts } = stored();
  return {
    language: isLanguage(language) ? language : null,
    set: ownSet() ?? (typeof set === "string" ? set : null),
    counts: Array.isArray(counts) && counts.every(isSmall) ? counts : [],
    useNames: typeof useNames === "boolean" ? useNames : INITIAL.useNames,
    keepPictures: typeof keepPictures === "boolean" ? keepPictures : INITIAL.keepPictures,
    askBelow: typeof askBelow === "number" && askBelow >= 0 && askBelow < 1 ? askBelow : INITIAL.askBelow,
  };
}

/** Keeps a choice. Where the browser keeps nothing, it holds for this visit. */
export function keepPreference(choice: Partial<Preferences>): void {
  try {
    if (choice.set) sessionStorage.setItem(OWN_SET, choice.set);
    localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...choice }));
  } catch {
    // Storage is off or full; autosave tells the person.
  }
}

function isSmall(value: unknown): value is number {
  return typeof value === "number" && value >= 0 && value < 1000 && Number.isInteger(value);
}

function ownSet(): string | null {
  try {
    return sessionStorage.getItem(OWN_SET);
  } catch {
    return null;
  }
}

function stored(): Record<string, unknown> {
  try {
    const value: unknown = JSON.parse(localStorage.getItem(KEY) ?? "{}");
    return value !== null && typeof value === "object" ? { ...value } : {};
  } catch {
    return {};
  }
}
