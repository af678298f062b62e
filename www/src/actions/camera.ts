/** The camera, open above the classes: it is answered all the time, and each class takes photos of what it shows. */
import { attachVideo, capture, changeCamera, playFile, startCamera, turnOff } from "../engine/camera";
import { type Learnt, teach } from "../engine/teaching";
import { getState, set } from "../state/live";
import type { Place } from "../state/state";
import { placeOf } from "../state/updates";
import { text } from "../text";
import { addedTo, addPhotos, tellLearnt } from "./examples";

/** Milliseconds from one recorded photo to the next, at least. */
const PAUSE = 100;
/** Photos after which a recording that somebody forgot ends by itself: half a minute of them. */
const MOST = 300;

export function openCamera(): void {
  if (getState().live.kind === "off") set({ live: { kind: "on", outcome: { kind: "waiting" } } });
  void startCamera();
}

export function closeCamera(): void {
  set({ live: { kind: "off" }, recording: null, guide: null });
  turnOff();
}

export function toggleCamera(): void {
  if (getState().live.kind === "on") closeCamera();
  else openCamera();
}

/** Tries again, when what kept the camera from working may be over. */
export function retryCamera(): void {
  void startCamera();
}

/** Another camera of this device, from now on. */
export function chooseCamera(device: string): void {
  void changeCamera(device);
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
  set({ recording: key });
  // The class may be renamed, or go, meanwhile.
  const target = () => (getState().recording === key ? placeOf(getState(), key) : undefined);
  let place: Place = null;
  const action = {
    words: (count: number) => {
      const now = target();
      return addedTo(now === undefined ? place : now)(count);
    },
  };
  const learnt: Learnt[] = [];
  await startCamera();
  for (let taken = 0; taken < MOST && getState().camera.kind === "on"; taken += 1) {
    const now = target();
    if (now === undefined) break;
    place = now;
    const due = performance.now() + PAUSE;
    const picture = await capture();
    if (picture) {
      learnt.push(...(await teach([{ name: text.camera.photoName, source: picture }], place, action)));
      picture.close();
    }
    await new Promise((resolve) => setTimeout(resolve, due - performance.now()));
  }
  if (getState().recording === key) stopRecording();
  tellLearnt(learnt, action.words);
}

export function stopRecording(): void {
  set({ recording: null });
}

/** Shows the live picture in a video element for as long as that is on the page; gives how to end it. */
export function showCamera(video: HTMLVideoElement): () => void {
  return attachVideo(video);
}
