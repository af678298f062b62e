import { HandfulError } from "./errors.js";
import type { Payload } from "./protocol.js";
import type { Pixels } from "./types.js";

/** Pixels of an image, upright, in sRGB, in the worker. */
export async function decode(image: Payload): Promise<Pixels> {
  if ("data" in image) return image;
  const bitmap = image instanceof Blob ? await open(image) : image;
  try {
    return readPixels(bitmap);
  } finally {
    bitmap.close();
  }
}

async function open(blob: Blob): Promise<ImageBitmap> {
  if (typeof createImageBitmap === "undefined")
    throw new HandfulError(
      "not-an-image",
      "This runtime reads no image files: decode them first, and hand over `{ data, width, height }`.",
    );
  try {
    // Upright as the camera meant it; converted to sRGB, so that a wide-gamut photo looks as it does on the page.
    return await createImageBitmap(blob, { imageOrientation: "from-image", colorSpaceConversion: "default" });
  } catch (cause) {
    const name = blob instanceof File ? `“${blob.name}”` : "This file";
    throw new HandfulError("not-an-image", `${name} is no picture that this browser can decode.`, { cause });
  }
}

function readPixels(bitmap: ImageBitmap): ImageData {
  const { width, height } = bitmap;
  // Read back at once, so a canvas in main memory is faster than one on the graphics card.
  const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
  if (!context)
    throw new HandfulError("worker", "This browser cannot draw in workers (OffscreenCanvas, 2D).");
  try {
    context.drawImage(bitmap, 0, 0);
    return context.getImageData(0, 0, width, height);
  } catch (cause) {
    throw new HandfulError("image-too-large", `${width} x ${height} pixels are too many for this browser.`, {
      cause,
    });
  }
}
