/** Take photos for a class with the camera: press for one, press to start and to end a burst. */
import { attachVideo, capture, changeCamera, releaseCamera, startCamera } from "../engine/camera";
import { type Learnt, teach } from "../engine/teaching";
import { getState, set } from "../state/live";
import type { ClassItem } from "../state/state";
import { text } from "../text";
import { addPhotos, tellLearnt } from "./examples";

/** Milliseconds between two photos of a burst: time to move the thing a little. */
const BURST_PAUSE = 350;
/** A burst that somebody forgot ends by itself. */
const BURST_MOST = 100;

export function openCamera(target: ClassItem): void {
  set({ cameraClass: target.key, burst: false });
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

export async function takePhoto(label: string): Promise<void> {
  const picture = await capture();
  if (!picture) return;
  await addPhotos([{ name: text.camera.photoName, source: picture }], label);
  picture.close();
}

/** Starts to take photos one after another, or ends it. All of them are one step of Undo. */
export async function toggleBurst({ key }: ClassItem): Promise<void> {
  if (getState().burst) {
    set({ burst: false });
    return;
  }
  set({ burst: true });
  const target = () =>
    getState().classes.find((item) => item.key === key && item.key === getState().cameraClass);
  let label = "";
  const action = { words: (count: number) => text.did.addedPhotos(count, target()?.label ?? label) };
  const learnt: Learnt[] = [];
  for (let taken = 0; taken < BURST_MOST && getState().burst && getState().camera.kind === "on"; taken += 1) {
    const item = target();
    if (!item) break;
    ({ label } = item);
    const picture = await capture();
    if (picture) {
      learnt.push(...(await teach([{ name: text.camera.photoName, source: picture }], label, action)));
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
