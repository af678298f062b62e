/** Undo and redo, by button, toast or keyboard. */
import { wordsOf } from "../engine/journal";
import { redo as redoSet, undo as undoSet } from "../engine/set";
import { cancelAction } from "../engine/teaching";
import { getState } from "../state/live";
import { text } from "../text";
import { restoreSet } from "./sets";
import { showToast } from "./toast";

export function undo(): void {
  // A set that was deleted comes back, unless something was done since then.
  if (getState().toast?.undo === "set" && getState().undo === null) {
    void restoreSet();
    return;
  }
  const step = undoSet();
  if (!step) return;
  cancelAction(step.action);
  showToast(text.history.undone(wordsOf(step)), null);
}

export function redo(): void {
  const step = redoSet();
  if (step) showToast(text.history.redone(wordsOf(step)), null);
}

/** Ctrl+Z and Ctrl+Shift+Z (Command on a Mac), also Ctrl+Y. In a field with text they belong to the text. */
export function historyKeys(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  const { target } = event;
  if (target instanceof HTMLInputElement && target.type === "text" && target.value !== "") return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) redo();
  else undo();
}
