import { check, oneOf } from "../check.js";
import { HandfulError } from "../errors.js";

/**
 * Which way a camera looks: at the person, or away from them.
 *
 * @example
 * ```ts
 * import type { Facing } from "handful/camera";
 *
 * const facing: Facing = matchMedia("(pointer: coarse)").matches ? "environment" : "user";
 * camera.facing = facing;
 * ```
 */
export type Facing = "user" | "environment";

const FACING = oneOf(["user", "environment"] satisfies Facing[]);

/** The stream of a camera that looks so, where there is one, else of another. */
export async function openCamera(facing: Facing): Promise<MediaStream> {
  check("facing", facing, FACING);
  if (!globalThis.navigator?.mediaDevices)
    throw new HandfulError(
      "camera",
      "Browsers allow the camera only on secure pages: serve this one with https.",
    );
  try {
    return await navigator.mediaDevices.getUserMedia({ audio: false, video: { facingMode: facing } });
  } catch (cause) {
    throw new HandfulError("camera", sentenceFor(cause), { cause });
  }
}

export function closeCamera(stream: MediaStream): void {
  for (const track of stream.getTracks()) track.stop();
}

export function lost(): HandfulError {
  return new HandfulError("camera", "The camera was disconnected: connect it and start it again.");
}

export function off(): HandfulError {
  return new HandfulError("camera", "The camera is not on: start it first.");
}

function sentenceFor(cause: unknown): string {
  const name = cause instanceof Error ? cause.name : "";
  if (name === "NotAllowedError" || name === "SecurityError")
    return "The camera is blocked for this page: allow it in the browser and try again.";
  if (name === "NotFoundError" || name === "OverconstrainedError")
    return "No camera was found: connect one and try again.";
  return "The camera is busy, perhaps in another program: close that and try again.";
}
