/** Ask what photos show, or have the camera answered live; say what they really show, which teaches. */
import { ask, clearReadings, photoOf } from "../engine/answering";
import { capture, releaseCamera, startCamera } from "../engine/camera";
import { currentSet, sourceNow } from "../engine/set";
import { type Photo, teach } from "../engine/teaching";
import { getState, set, update } from "../state/live";
import { folderOf } from "../state/paths";
import type { Reading } from "../state/state";
import { rowsOf } from "../state/table";
import { taughtAs, withTaught } from "../state/updates";
import { keepPreference } from "../store/preferences";
import { text } from "../text";
import { downloadTable } from "./download";
import { tellLearnt } from "./examples";
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

/** Adds a photo that was asked about to the class that it shows. */
export async function correctReading(id: number, label: string): Promise<void> {
  const photo = photoOf(id);
  const example = photo && (await teachOne(photo, label));
  if (example !== undefined) update((state) => withTaught(state, id, example));
}

/** Adds what the camera sees now to the class that it shows. */
export async function correctLive(label: string): Promise<void> {
  const picture = await capture();
  if (!picture) return;
  await teachOne({ name: text.camera.photoName, source: picture }, label);
  picture.close();
}

async function teachOne(photo: Photo, label: string): Promise<number | undefined> {
  const words = (count: number) => text.did.addedPhotos(count, label);
  const learnt = await teach([photo], label, { words });
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

/** The class that somebody said the photo is of, else the one that its folder is named after. */
function truthOf({ id, path }: Reading): string | undefined {
  const state = getState();
  const named = () => (state.set.kind === "open" ? currentSet().labelOf(folderOf(path)) : undefined);
  return taughtAs(state, id) ?? named();
}
