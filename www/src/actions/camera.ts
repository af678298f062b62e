/** Take photos for a class, or beside all of them, with the camera: press for one, press to start and to end a burst. */
import { attachVideo, capture, changeCamera, releaseCamera, startCamera } from "../engine/camera";
import { type Learnt, teach } from "../engine/teaching";
import { getState, set } from "../state/live";
import type { Place } from "../state/state";
import { placeOf } from "../state/updates";
import { text } from "../text";
import { addedTo, addPhotos, tellLearnt } from "./examples";

/** Milliseconds between two photos of a burst: time to move the thing a little. */
const BURST_PAUSE = 350;
/** A burst that somebody forgot ends by itself. */
const BURST_MOST = 100;

/** @param key - Of the class, or `NONE_KEY`. */
export function openCamera(key: number): void {
  set({ cameraClass: key, burst: false });
  void startCamera();
}

export function closeCamera(): void {
  set({ cameraClass: null, burst: false });
  releaseCamera();
}

/** Tries again, when what kept the camera from working may be over. */
export function retryCamera(): void {
  void startCamera();
}

/** Another camera of this device, from now on. */
export function chooseCamera(device: string): void {
  void changeCamera(device);
}

export async function takePhoto(place: Place): Promise<void> {
  const picture = await capture();
  if (!picture) return;
  await addPhotos([{ name: text.camera.photoName, source: picture }], place);
  picture.close();
}

/** Starts to take photos one after another, or ends it. All of them are one step of Undo. */
export async function toggleBurst(key: number): Promise<void> {
  if (getState().burst) {
    set({ burst: false });
    return;
  }
  set({ burst: true });
  // The class may be renamed, or go, meanwhile.
  const target = () => (getState().cameraClass === key ? placeOf(getState(), key) : undefined);
  let place: Place = null;
  const action = {
    words: (count: number) => {
      const now = target();
      return addedTo(now === undefined ? place : now)(count);
    },
  };
  const learnt: Learnt[] = [];
  for (let taken = 0; taken < BURST_MOST && getState().burst && getState().camera.kind === "on"; taken += 1) {
    const now = target();
    if (now === undefined) break;
    place = now;
    const picture = await capture();
    if (picture) {
      learnt.push(...(await teach([{ name: text.camera.photoName, source: picture }], place, action)));
      picture.close();
    }
    await new Promise((resolve) => setTimeout(resolve, BURST_PAUSE));
  }
  set({ burst: false });
  tellLearnt(learnt, action.words);
}

/** Shows the camera in a video element for as long as that is on the page; gives how to end it. */
export function showCamera(video: HTMLVideoElement): () => void {
  return attachVideo(video);
}
