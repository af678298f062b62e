/** Undo and redo, by button, toast or keyboard. */
import { redo as redoSet, undo as undoSet } from "../engine/set";
import { cancelGroup } from "../engine/teaching";
import { text } from "../text";
import { showToast } from "./toast";

export function undo(): void {
  const group = undoSet();
  if (!group) return;
  cancelGroup(group.id);
  showToast(text.history.undone(group.text), false);
}

export function redo(): void {
  const group = redoSet();
  if (group) showToast(text.history.redone(group.text), false);
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
