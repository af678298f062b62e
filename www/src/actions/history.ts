/** Undo and redo, by button, toast or keyboard. */
import { originOf, wordsOf } from "../engine/journal";
import { redo as redoSet, undo as undoSet } from "../engine/set";
import { cancelAction } from "../engine/teaching";
import { getState } from "../state/live";
import { text } from "../text";
import { takeBack } from "./reteaching";
import { restoreSet } from "./sets";
import { showToast } from "./toast";

export function undo(): void {
  const { reteaching, setId, toast, undo: words } = getState();
  if (reteaching) return;
  // A set that was deleted comes back, unless something was done since then.
  if (toast?.undo === "set" && words === null) {
    void restoreSet();
    return;
  }
  const step = undoSet();
  const origin = originOf(setId);
  if (!step) {
    if (origin) void takeBack(origin);
    return;
  }
  cancelAction(step.action);
  showToast(text.history.undone(wordsOf(step)), null);
}

export function redo(): void {
  const step = getState().reteaching ? null : redoSet();
  if (step) showToast(text.history.redone(wordsOf(step)), null);
}

/** Ctrl+Z and Ctrl+Shift+Z (Command on a Mac), also Ctrl+Y. In a field with text they belong to the text. */
export function historyKeys(event: KeyboardEvent): void {
  if (!(event.ctrlKey || event.metaKey) || event.altKey) return;
  const key = event.key.toLowerCase();
  if (key !== "z" && key !== "y") return;
  const { target } = event;
  if (target instanceof HTMLInputElement && ["text", "search"].includes(target.type) && target.value !== "")
    return;
  event.preventDefault();
  if (key === "y" || event.shiftKey) redo();
  else undo();
}
