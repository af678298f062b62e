import { describe, typeOf } from "./check.js";
import { HandfulError } from "./errors.js";
import type { Payload } from "./protocol.js";
import { readableSize } from "./size.js";
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
  checkImage(source);
  if (isFile(source)) return { image: source, transfer: [], elapsed: 0 };
  const start = performance.now();
  if (isPlain(source)) {
    const image = copyOf(source);
    return { image, transfer: [image.data.buffer], elapsed: performance.now() - start };
  }
  const size = sizeOf(source);
  const [resizeWidth, resizeHeight] = readableSize(...size);
  let image: ImageBitmap;
  try {
    image = await (resizeWidth < size[0] || resizeHeight < size[1]
      ? createImageBitmap(source, { resizeWidth, resizeHeight, resizeQuality: "high" })
      : createImageBitmap(source));
  } catch (cause) {
    throw new HandfulError("not-an-image", "The pixels of this image cannot be read.", { cause });
  }
  return { image, transfer: [image], elapsed: performance.now() - start };
}

/** @throws {@link HandfulError} with code `not-an-image` for what has neither bytes nor a size. */
export function checkImage(source: ImageSource): void {
  const known =
    typeof source === "object" &&
    source !== null &&
    (isFile(source) || sizeOf(source as Drawable).every((side) => typeof side === "number"));
  if (!known) throw new HandfulError("not-an-image", `This is no image, but ${describe(source)}.`);
}

/** Whether these are the bytes of a file, not pixels. */
export function isFile(source: ImageSource): source is Blob {
  return ["Blob", "File"].includes(typeOf(source));
}

/** Whether these are the 8-bit sRGB pixels that the encoder takes as they are. */
function isPlain(source: Exclude<ImageSource, Blob>): source is Pixels {
  if (!("data" in source)) return false;
  const eightBits = ["Uint8ClampedArray", "Uint8Array"].includes(typeOf(source.data));
  return eightBits && (!("colorSpace" in source) || source.colorSpace === "srgb");
}

/** A copy of pixels that fill their picture. */
function copyOf({ data, width, height }: Pixels): Pixels & { data: Uint8ClampedArray<ArrayBuffer> } {
  const size = `${describe(width)} x ${describe(height)}`;
  if (![width, height].every((side) => Number.isInteger(side) && side >= 0)) {
    throw new HandfulError("image-bytes", `The image has no size: ${size} pixels.`);
  }
  readableSize(width, height);
  if (data.length !== 4 * width * height) {
    throw new HandfulError(
      "image-bytes",
      `The image of ${size} pixels needs ${4 * width * height} bytes of RGBA, but has ${data.length}.`,
    );
  }
  return { data: new Uint8ClampedArray(data), width, height };
}

/** What a canvas draws. Plain pixels have their size in the same fields. */
type Drawable = Exclude<ImageSource, Blob | Pixels>;

function sizeOf(source: Drawable): [number, number] {
  if ("naturalWidth" in source) return [source.naturalWidth, source.naturalHeight];
  if ("videoWidth" in source) return [source.videoWidth, source.videoHeight];
  if ("displayWidth" in source) return [source.displayWidth, source.displayHeight];
  return [source.width, source.height];
}
