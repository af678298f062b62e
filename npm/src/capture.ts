import { HandfulError } from "./errors.js";
import type { Payload } from "./protocol.js";
import type { ImageSource, Pixels } from "./types.js";

/** An image as it was when it was given, in a form that a worker can take. */
export interface Captured {
  readonly image: Payload;
  readonly transfer: Transferable[];
  /** Milliseconds. */
  readonly elapsed: number;
}

/** Takes the image as it is now. Files are left to the worker to decode; everything else is copied here. */
export async function capture(source: ImageSource): Promise<Captured> {
  if (!(source instanceof Object))
    throw new HandfulError("not-an-image", `This is no image: ${String(source)}`);
  if (source instanceof Blob) return { image: source, transfer: [], elapsed: 0 };
  const start = performance.now();
  if (isPlain(source)) {
    const data = Uint8ClampedArray.from(source.data);
    const image = { data, width: source.width, height: source.height };
    return { image, transfer: [data.buffer], elapsed: performance.now() - start };
  }
  const [width, height] = sizeOf(source);
  if (width === 0 || height === 0) {
    throw new HandfulError(
      "image-empty",
      "The image has no pixels: it is not loaded yet, or its width or height is zero.",
    );
  }
  let image: ImageBitmap;
  try {
    image = await createImageBitmap(source);
  } catch (cause) {
    throw new HandfulError("not-an-image", "The pixels of this image cannot be read.", { cause });
  }
  return { image, transfer: [image], elapsed: performance.now() - start };
}

/** Whether these are the 8-bit sRGB pixels that the encoder takes as they are. */
function isPlain(source: Exclude<ImageSource, Blob>): source is Pixels {
  if (!("data" in source)) return false;
  const eightBits = source.data instanceof Uint8ClampedArray || source.data instanceof Uint8Array;
  return eightBits && (!("colorSpace" in source) || source.colorSpace === "srgb");
}

function sizeOf(source: Exclude<ImageSource, Blob | Pixels>): [number, number] {
  if ("naturalWidth" in source) return [source.naturalWidth, source.naturalHeight];
  if ("videoWidth" in source) return [source.videoWidth, source.videoHeight];
  if ("displayWidth" in source) return [source.displayWidth, source.displayHeight];
  return [source.width, source.height];
}
