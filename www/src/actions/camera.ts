/** The camera, open above the classes: it is answered all the time, and each class takes photos of what it shows. */
import { capture, playFile, startCamera, turnOff } from "../engine/camera";
import { record as takeAll } from "../engine/recording";
import { getState, set } from "../state/live";
import type { Place } from "../state/state";
import { placeOf } from "../state/updates";
import { text } from "../text";
import { addedTo, addPhotos, tellLearnt } from "./examples";

export {
  attachVideo as showCamera,
  changeCamera as chooseCamera,
  startCamera as retryCamera,
} from "../engine/camera";

export function openCamera(): void {
  if (!getState().live) set({ live: { kind: "waiting" } });
  void startCamera();
}

export function closeCamera(): void {
  set({ live: null, recording: null, guide: null });
  turnOff();
}

export function toggleCamera(): void {
  if (getState().live) closeCamera();
  else openCamera();
}

/** A video file in place of the camera. */
export function chooseVideo([file]: readonly File[]): void {
  if (file) void playFile(file);
}

export async function takePhoto(place: Place): Promise<void> {
  const picture = await capture();
  if (!picture) return;
  await addPhotos([{ name: text.camera.photoName, source: picture }], place);
  picture.close();
}

/**
 * Takes photos for a class, or beside all of them, one after another, until {@link stopRecording}. All of them are one step of
 * Undo, and those that show nothing new count once.
 * @param key - Of the class, or `NONE_KEY`.
 */
export async function record(key: number): Promise<void> {
  let place: Place = null;
  const words = (count: number) => {
    // The class may be renamed, or go.
    place = placeOf(getState(), key) ?? place;
    return addedTo(place)(count);
  };
  tellLearnt(await takeAll(key, text.camera.photoName, { words }), words);
}

export function stopRecording(): void {
  set({ recording: null });
}
