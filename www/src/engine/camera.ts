/** The live picture: of a camera, stopped when it is closed, or of a video file in its place. */
import { getState, set } from "../state/live";
import type { CameraCode, CameraStatus } from "../state/state";

/** Enough for any encoder here; more would only cost time. */
const SIZE = { width: { ideal: 960 }, height: { ideal: 720 } };
/** Words in the name of a camera that does not look at the person, where it does not say so itself. */
const AWAY = /back|rear|environment|rück|后置/i;

/** The camera that somebody chose; until then the one that looks away from the person, where there is one. */
let chosen: string | null = null;

/** What is shown: a camera's stream, or the address of a file. */
let source: MediaStream | string | null = null;
/** Number of the last request: a stream that an earlier one brings is let go. */
let round = 0;
/** The element that shows it, and what resolves when it plays. */
let video: HTMLVideoElement | null = null;
let playing: Promise<void> = Promise.resolve();
/** Settles when the camera is on, or cannot be. */
let starting: Promise<void> = Promise.resolve();

/** A video element shows the live picture while it is on the page. Returns how it leaves. */
export function attachVideo(element: HTMLVideoElement): () => void {
  video = element;
  // Browsers pause what is in a hidden page.
  element.autoplay = true;
  playing = play();
  // The camera may be on already.
  set({});
  return () => {
    video = null;
    element.srcObject = null;
    element.removeAttribute("src");
  };
}

/** What can be looked at now. */
export function currentSource(): HTMLVideoElement | null {
  return source === null ? null : video;
}

/** Turns the camera on where nothing is shown. Only ever called from a press. */
export function startCamera(): Promise<void> {
  const { kind } = getState().camera;
  if (kind !== "on" && kind !== "starting") starting = start();
  return starting;
}

async function start(): Promise<void> {
  if (!window.isSecureContext || !navigator.mediaDevices) {
    fail("insecure");
    return;
  }
  halt();
  set({ camera: { kind: "starting" } });
  const mine = round;
  let stream: MediaStream;
  try {
    const which =
      chosen === null ? { facingMode: { ideal: "environment" } } : { deviceId: { exact: chosen } };
    stream = await navigator.mediaDevices.getUserMedia({ audio: false, video: { ...SIZE, ...which } });
  } catch (error) {
    if (mine === round) fail(cameraCode(error));
    return;
  }
  // The person may have gone away while the browser asked for permission.
  if (mine !== round) {
    stopTracks(stream);
    return;
  }
  source = stream;
  for (const track of stream.getTracks()) track.onended = () => fail("lost");
  await show(described(stream));
}

/** Goes over to another camera of this device. */
export async function changeCamera(device: string): Promise<void> {
  chosen = device;
  turnOff();
  await startCamera();
}

/** Plays a video file in place of the camera, again and again. */
export async function playFile(file: File): Promise<void> {
  halt();
  source = URL.createObjectURL(file);
  await show({ device: "", file: file.name, mirrored: false });
}

/** Shows what the picture comes from now, unless something else was wanted meanwhile. */
async function show(camera: Described): Promise<void> {
  const mine = round;
  const devices = await cameras();
  if (mine !== round) return;
  set({ camera: { kind: "on", devices, ...camera } });
  playing = play();
}

type Described = Pick<Extract<CameraStatus, { kind: "on" }>, "device" | "file" | "mirrored">;

/** Which camera this is, and whether people expect to see it as a mirror. */
function described(from: MediaStream): Described {
  const [track] = from.getVideoTracks();
  const { deviceId: device = "", facingMode } = track?.getSettings() ?? {};
  const mirrored = facingMode === undefined ? !AWAY.test(track?.label ?? "") : facingMode === "user";
  return { device, file: null, mirrored };
}

async function cameras(): Promise<readonly { id: string; label: string }[]> {
  const all = (await navigator.mediaDevices?.enumerateDevices()) ?? [];
  const found = all.filter(({ kind, deviceId }) => kind === "videoinput" && deviceId !== "");
  return found.map(({ label, deviceId: id }) => ({ id, label }));
}

/** Lets go of the camera, or of the file. */
export function turnOff(): void {
  halt();
  set({ camera: { kind: "off" } });
}

/** The picture of this moment, or null where none is shown. */
export async function capture(): Promise<ImageBitmap | null> {
  // A press is not lost that comes before the first picture.
  await starting;
  if (video && !hasPicture(video)) await playing;
  return video && hasPicture(video) ? createImageBitmap(video) : null;
}

function hasPicture({ readyState }: HTMLVideoElement): boolean {
  return readyState >= HTMLMediaElement.HAVE_CURRENT_DATA;
}

function fail(code: CameraCode): void {
  halt();
  set({ camera: { kind: "failed", code } });
}

function halt(): void {
  round += 1;
  // Before its camera goes: WebKit on Linux may stand still where a picture loses its stream.
  if (video) video.srcObject = null;
  if (typeof source === "string") URL.revokeObjectURL(source);
  else if (source) stopTracks(source);
  source = null;
}

function stopTracks(stream: MediaStream): void {
  for (const track of stream.getTracks()) {
    track.onended = null;
    track.stop();
  }
}

async function play(): Promise<void> {
  const [element, shown] = [video, source];
  if (!element || !shown) return;
  if (typeof shown === "string") {
    element.srcObject = null;
    element.src = shown;
  } else {
    element.removeAttribute("src");
    element.srcObject = shown;
  }
  try {
    await element.play();
  } catch {
    // An element that has left the page before its first picture is waited for by nobody.
    if (element === video && shown === source && typeof shown === "string") fail("video");
  }
}

function cameraCode(error: unknown): CameraCode {
  const name = error instanceof Error ? error.name : "";
  if (name === "NotAllowedError" || name === "SecurityError") return "denied";
  if (name === "NotFoundError" || name === "OverconstrainedError") return "none";
  return "in-use";
}
