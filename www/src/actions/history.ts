/** Undo and redo, by button, toast or keyboard. */
import { redo as redoSet, undo as undoSet } from "../engine/set";
import { cancelGroup } from "../engine/teaching";
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
  const group = undoSet();
  if (!group) return;
  cancelGroup(group.id);
  showToast(text.history.undone(group.words()), null);
}

export function redo(): void {
  const group = redoSet();
  if (group) showToast(text.history.redone(group.words()), null);
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
