/** Asks the browser to keep what is saved for good, once there is enough to be sorry for. */
import { getState, set } from "../state/live";
import { onSetChange } from "./set";

/** Examples from which on a loss would hurt; the question may show a prompt, so it does not come at the first one. */
const WORTH_KEEPING = 10;

let asked = false;

export function keepAskingToPersist(): void {
  void tell();
  onSetChange(() => {
    if (asked || getState().examples.length < WORTH_KEEPING) return;
    asked = true;
    void ask();
  });
}

async function tell(): Promise<void> {
  try {
    if (await navigator.storage?.persisted()) set({ persisted: true });
  } catch {
    // Then it stays unknown, which is told as a no.
  }
}

async function ask(): Promise<void> {
  try {
    set({ persisted: (await navigator.storage?.persist()) ?? false });
  } catch {
    set({ persisted: false });
  }
}
