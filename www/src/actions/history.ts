/** Undo and redo, by button, toast or keyboard. */
import { originOf, type Step, wordsOf } from "../engine/journal";
import { redo as redoSet, undo as undoSet } from "../engine/set";
import { cancelAction, retarget } from "../engine/teaching";
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
  const step = travel(undoSet);
  const origin = originOf(setId);
  if (!step) {
    if (origin) void takeBack(origin);
    return;
  }
  cancelAction(step.action);
  showToast(text.history.undone(wordsOf(step)), null);
}

export function redo(): void {
  const step = getState().reteaching ? null : travel(redoSet);
  if (step) showToast(text.history.redone(wordsOf(step)), null);
}

/** Goes a step back or forth. Photos that wait for a class which has another name then wait for it still. */
function travel(go: () => Step | null): Step | null {
  const before = getState().classes;
  const step = go();
  const now = getState().classes;
  if (now.length === before.length)
    for (const [place, { label }] of now.entries()) {
      const last = before[place]?.label;
      if (last !== undefined && last !== label) retarget(last, label);
    }
  return step;
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
