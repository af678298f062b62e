/** Ask what photos show, or have the camera answered live; say what they really show, which teaches. */
import { ask, clearReadings, photoOf } from "../engine/answering";
import { capture, releaseCamera, startCamera } from "../engine/camera";
import { currentSet, sourceNow } from "../engine/set";
import { type Photo, teach } from "../engine/teaching";
import { getState, set, update } from "../state/live";
import { folderOf } from "../state/paths";
import type { Place, Reading } from "../state/state";
import { rowsOf } from "../state/table";
import { taughtAs, withTaught } from "../state/updates";
import { keepPreference } from "../store/preferences";
import { text } from "../text";
import { downloadTable } from "./download";
import { addedTo, tellLearnt } from "./examples";
import { withoutSets } from "./sets";

export function askAbout(files: readonly File[]): void {
  const photos = withoutSets(files);
  if (photos.length === 0) return;
  stopLive();
  void ask(photos);
}

export function showReading(id: number): void {
  set({ shown: id });
}

export function clearAnswers(): void {
  clearReadings();
}

export function toggleLive(): void {
  if (getState().live.kind === "on") {
    stopLive();
    return;
  }
  set({ live: { kind: "on", outcome: { kind: "waiting" } } });
  void startCamera();
}

export function stopLive(): void {
  set({ live: { kind: "off" } });
  releaseCamera();
}

/** Adds a photo that was asked about to the class that it shows, or beside all of them. */
export async function correctReading(id: number, place: Place): Promise<void> {
  const photo = photoOf(id);
  const taught = photo && (await teachOne(photo, place));
  if (taught !== undefined) update((state) => withTaught(state, id, taught));
}

/** Adds what the camera sees now to the class that it shows, or beside all of them. */
export async function correctLive(place: Place): Promise<void> {
  const picture = await capture();
  if (!picture) return;
  await teachOne({ name: text.camera.photoName, source: picture }, place);
  picture.close();
}

async function teachOne(photo: Photo, place: Place): Promise<number | undefined> {
  const words = addedTo(place);
  const learnt = await teach([photo], place, { words });
  tellLearnt(learnt, words);
  return learnt[0]?.id;
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
