/** Add, rename, merge, disable and remove classes. Each gives the code of what went wrong, or null. */
import { codeOf } from "../engine/codes";
import { setOpened } from "../engine/session";
import { step } from "../engine/set";
import { retarget } from "../engine/teaching";
import { update } from "../state/live";
import type { Code } from "../state/state";
import { withRenamed } from "../state/updates";
import { text } from "../text";
import { act, showToast } from "./toast";

export async function addClass(label: string): Promise<Code | null> {
  await setOpened();
  try {
    step({ words: () => text.did.addClass(label.trim()) }, (set) => set.addClass(label));
    return null;
  } catch (error) {
    return codeOf(error);
  }
}

export function renameClass(from: string, to: string): Code | null {
  const label = to.trim();
  if (label === from) return null;
  try {
    step({ words: () => text.did.rename(from, label) }, (set) => {
      set.renameClass(from, label);
      const now = set.labelOf(label) ?? label;
      retarget(from, now);
      update((state) => withRenamed(state, from, now));
    });
  } catch (error) {
    return codeOf(error);
  }
  showToast(text.did.rename(from, label), "step");
  return null;
}

export function mergeClasses(from: string, into: string): void {
  act(
    () => text.did.merge(from, into),
    (set) => {
      set.mergeClasses(from, into);
      retarget(from, into);
    },
  );
}

/** Lets a class take part in answers, or not. */
export function enableClass(label: string, enabled: boolean): void {
  act(
    () => (enabled ? text.did.enable(label) : text.did.disable(label)),
    (set) => set.setEnabled(label, enabled),
  );
}

export function removeClass(label: string): void {
  act(
    () => text.did.removeClass(label),
    (set) => {
      set.removeClass(label);
      retarget(label, null);
    },
  );
}
