/** Ask what photos show; say what they really show, which teaches. */
import { ask, photoOf } from "../engine/answering";
import { currentSet, sourceNow } from "../engine/set";
import { getState, set, update } from "../state/live";
import { folderOf } from "../state/paths";
import type { Place, Reading } from "../state/state";
import { rowsOf } from "../state/table";
import { taughtAs, withReading } from "../state/updates";
import { keepPreference } from "../store/preferences";
import { closeCamera } from "./camera";
import { downloadTable } from "./download";
import { addPhotos } from "./examples";
import { withoutSets } from "./sets";

export { addressOf, clearReadings as clearAnswers } from "../engine/answering";

export function askAbout(files: readonly File[]): void {
  const photos = withoutSets(files);
  if (photos.length === 0) return;
  // Its answers would be taken for those of the photos.
  closeCamera();
  void ask(photos);
}

export function showReading(id: number): void {
  set({ shown: id });
}

/** Adds a photo that was asked about to the class that it shows, or beside all of them. */
export async function correctReading(id: number, place: Place): Promise<void> {
  const photo = photoOf(id);
  const taught = photo && (await addPhotos([photo], place))[0]?.id;
  if (taught !== undefined) update((state) => withReading(state, id, { taught }));
}

/** Below which share of certainty an answer is "not sure". */
export function chooseAskBelow(askBelow: number): void {
  keepPreference({ askBelow });
  set({ askBelow });
}

export function saveTable(format: "csv" | "json"): void {
  const state = getState();
  const asked = state.readings.map((reading) => ({ ...reading, truth: truthOf(reading) }));
  downloadTable("answers", format, rowsOf(asked, state.askBelow), sourceNow());
}

/** What somebody said that the photo shows, else the class that its folder is named after. */
function truthOf({ id, path }: Reading): Place | undefined {
  const state = getState();
  const taught = taughtAs(state, id);
  if (taught !== undefined) return taught;
  return state.set.kind === "open" ? currentSet().labelOf(folderOf(path)) : undefined;
}
