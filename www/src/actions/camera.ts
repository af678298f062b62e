/** Take photos for a class with the camera: press to open it, press for each photo, press to close it. */
import { attachVideo, capture, releaseCamera, startCamera } from "../engine/camera";
import { set } from "../state/live";
import type { ClassItem } from "../state/state";
import { text } from "../text";
import { addPhotos } from "./examples";

export function openCamera(target: ClassItem): void {
  set({ cameraClass: target.key });
  void startCamera();
}

export function closeCamera(): void {
  set({ cameraClass: null });
  releaseCamera();
}

export async function takePhoto(label: string): Promise<void> {
  const picture = await capture();
  if (!picture) return;
  await addPhotos([{ name: text.camera.photoName, source: picture }], label);
  picture.close();
}

/** Shows the camera in a video element for as long as that is on the page; gives how to end it. */
export function showCamera(video: HTMLVideoElement): () => void {
  return attachVideo(video);
}
