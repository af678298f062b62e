/** When something could not be opened: try again, save what was stored, or start anew. */
import { loadEngine, startAnew, unusableSet } from "../engine/session";
import { download } from "./download";

export function tryAgain(): void {
  void loadEngine();
}

export function startEmpty(): void {
  void startAnew();
}

/** Saves the stored set, as it is, as a file. */
export function saveCopy(): void {
  const bytes = unusableSet();
  if (bytes) download("handful-set.handful", new Uint8Array(bytes));
}
