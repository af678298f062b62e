/** When something could not be opened: try again, save what was stored, or start anew. */
import { loadEngine, startAnew, unusableSet } from "../engine/session";

export function tryAgain(): void {
  void loadEngine();
}

export function startEmpty(): void {
  void startAnew();
}

/** Saves the stored set, as it is, as a file. */
export function saveCopy(): void {
  const bytes = unusableSet();
  if (!bytes) return;
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([new Uint8Array(bytes)]));
  link.download = "handful-set.handful";
  link.click();
  // The browser reads the address after this task.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}
