/** What a person chose for this browser. In localStorage, because the first drawing already needs it. */
import { INITIAL } from "../state/state";
import { isLanguage, type Language } from "../text";

export interface Preferences {
  /** Null until somebody chooses: then the browser's own languages count. */
  language: Language | null;
  /** Id of the set that was open last; null for the first one. */
  set: string | null;
  /** Below which share of certainty an answer is "not sure"; in [0, 1). */
  askBelow: number;
}

const KEY = "handful";

/** What was kept; anything else that may stand there counts as nothing. */
export function readPreferences(): Preferences {
  const { language, set, askBelow } = stored();
  return {
    language: isLanguage(language) ? language : null,
    set: typeof set === "string" ? set : null,
    askBelow: typeof askBelow === "number" && askBelow >= 0 && askBelow < 1 ? askBelow : INITIAL.askBelow,
  };
}

/** Keeps a choice. Where the browser keeps nothing, it holds for this visit. */
export function keepPreference(choice: Partial<Preferences>): void {
  try {
    localStorage.setItem(KEY, JSON.stringify({ ...readPreferences(), ...choice }));
  } catch {
    // Storage is off or full; autosave tells the person.
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
