import { HandfulError } from "./errors.js";
import type { Payload } from "./protocol.js";
import type { ImageSource } from "./types.js";

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
    const image = new ImageData(source.data.slice(), source.width, source.height);
    return { image, transfer: [], elapsed: performance.now() - start };
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
function isPlain(source: ImageSource): source is ImageData & { data: Uint8ClampedArray<ArrayBuffer> } {
  return (
    source instanceof ImageData && source.colorSpace === "srgb" && source.data instanceof Uint8ClampedArray
  );
}

function sizeOf(source: Exclude<ImageSource, Blob>): [number, number] {
  if ("naturalWidth" in source) return [source.naturalWidth, source.naturalHeight];
  if ("videoWidth" in source) return [source.videoWidth, source.videoHeight];
  if ("displayWidth" in source) return [source.displayWidth, source.displayHeight];
  return [source.width, source.height];
}
