/** When something could not be opened: try again, save what was stored, or start anew. */
import { writeSetFile } from "handful/store";
import { unusableSet } from "../engine/session";
import { getState } from "../state/live";
import { setName } from "../state/updates";
import { download } from "./download";

export { loadEngine as tryAgain, startAnew as startEmpty } from "../engine/session";

/** Saves the stored set, as it is, as a file; with its pictures, of which it can be taught anew. */
export function saveCopy(): void {
  const stored = unusableSet();
  if (!stored) return;
  const { bytes, pictures } = stored;
  const copy = pictures.size > 0 ? writeSetFile({ bytes, pictures, name: setName(getState()) }) : bytes;
  download("handful-set.handful", copy);
}
