/** The camera: one stream, shown wherever it is needed, and stopped when nobody needs it. */
import { getState, set } from "../state/live";
import type { CameraCode, CameraStatus } from "../state/state";
import { onSetChange } from "./set";

/** Enough for any encoder here; more would only cost time. */
const SIZE = { width: { ideal: 960 }, height: { ideal: 720 } };
/** Words in the name of a camera that does not look at the person, where it does not say so itself. */
const AWAY = /back|rear|environment|rück|后置/i;

/** The camera that somebody chose; until then the one that looks away from the person, where there is one. */
let chosen: string | null = null;

let stream: MediaStream | null = null;
/** Number of the last request: a stream that an earlier one brings is let go. */
let round = 0;
/** The elements that show it, each with what resolves when it plays. */
const videos = new Map<HTMLVideoElement, Promise<void>>();

/** A video element joins: it shows the camera while it is on the page. Returns how it leaves. */
export function attachVideo(video: HTMLVideoElement): () => void {
  videos.set(video, play(video));
  return () => {
    videos.delete(video);
    video.srcObject = null;
  };
}

/** What the camera that is on gives. */
export function currentStream(): MediaStream | null {
  return stream;
}

/** A video that has a picture now, or null. */
function currentVideo(): HTMLVideoElement | null {
  for (const video of videos.keys()) if (video.readyState >= HTMLMediaElement.HAVE_CURRENT_DATA) return video;
  return null;
}

/** Turns the camera on where it is off. Only ever called from a press. */
export async function startCamera(): Promise<void> {
  const { kind } = getState().camera;
  if (kind === "on" || kind === "starting") return;
  if (!window.isSecureContext || !navigator.mediaDevices) {
    set({ camera: { kind: "failed", code: "insecure" } });
    return;
  }
  set({ camera: { kind: "starting" } });
  round += 1;
  const mine = round;
  try {
    const which =
      chosen === null ? { facingMode: { ideal: "environment" } } : { deviceId: { exact: chosen } };
    const granted = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...SIZE, ...which } });
    // The person may have gone away while the browser asked for permission.
    if (mine !== round) {
      for (const track of granted.getTracks()) track.stop();
      return;
    }
    stream = granted;
  } catch (error) {
    if (mine === round) set({ camera: { kind: "failed", code: cameraCode(error) } });
    return;
  }
  for (const track of stream.getTracks()) track.onended = lose;
  set({ camera: { kind: "on", ...(await described(stream)) } });
  for (const video of videos.keys()) videos.set(video, play(video));
}

/** Goes over to another camera of this device. */
export async function changeCamera(device: string): Promise<void> {
  chosen = device;
  if (getState().camera.kind !== "on") return;
  halt();
  set({ camera: { kind: "off" } });
  await startCamera();
}

/** Which cameras there are, which of them this is, and whether people expect to see it as a mirror. */
async function described(from: MediaStream): Promise<Omit<Extract<CameraStatus, { kind: "on" }>, "kind">> {
  const [track] = from.getVideoTracks();
  const { deviceId = "", facingMode } = track?.getSettings() ?? {};
  const all = await navigator.mediaDevices.enumerateDevices();
  const devices = all
    .filter(({ kind }) => kind === "videoinput")
    .map(({ deviceId: id, label }) => ({ id, label }));
  const mirrored = facingMode === undefined ? !AWAY.test(track?.label ?? "") : facingMode === "user";
  return { devices, device: deviceId, mirrored };
}

/** Turns the camera off unless somebody still needs it. */
export function releaseCamera(): void {
  if (isWanted() || getState().camera.kind === "off") return;
  halt();
  set({ camera: { kind: "off" } });
}

// The class that photos were taken for may be gone.
onSetChange(releaseCamera);

/** The picture of this moment, or null where no camera is shown. */
export async function capture(): Promise<ImageBitmap | null> {
  // Nor is a press lost that comes before the first picture.
  if (!currentVideo() && videos.size > 0) await Promise.race(videos.values());
  const video = currentVideo();
  return video ? createImageBitmap(video) : null;
}

function isWanted(): boolean {
  const { cameraClass, live } = getState();
  return cameraClass !== null || live.kind === "on";
}

function lose(): void {
  halt();
  set({ camera: { kind: "failed", code: "lost" } });
}

function halt(): void {
  round += 1;
  for (const track of stream?.getTracks() ?? []) {
    track.onended = null;
    track.stop();
  }
  stream = null;
}

async function play(video: HTMLVideoElement): Promise<void> {
  video.srcObject = stream;
  try {
    if (stream) await video.play();
  } catch {
    // The element left the page before its first picture: nobody is waiting for it.
  }
}

function cameraCode(error: unknown): CameraCode {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return "in-use";
}
