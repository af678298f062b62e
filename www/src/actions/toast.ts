/** A short note of what was done, with the way back. It goes by itself; Undo stays in the toolbar. */
import type { FeatureClassifier } from "handful";
import { codeOf } from "../engine/codes";
import { step } from "../engine/set";
import { freshId, getState, set } from "../state/live";
import type { Code } from "../state/state";
import { text } from "../text";

export function showToast(words: string, undo: "step" | null): void {
  set({ toast: { id: freshId(), text: words, undo } });
}

export function hideToast(id: number): void {
  if (getState().toast?.id === id) set({ toast: null });
}

/** Makes changes that are an action of their own, and tells what was done. */
export function act(words: () => string, edit: (set: FeatureClassifier) => void): void {
  if (!attempt(() => step({ words }, edit))) showToast(words(), "step");
}

/** Runs an edit; what goes wrong becomes a note, and the code is given back for whoever can show it better. */
export function attempt(edit: () => void): Code | null {
  try {
    edit();
    return null;
  } catch (error) {
    const code = codeOf(error);
    showToast(text.codes[code], null);
    return code;
  }
}
