import { HandfulError } from "./errors.js";
import type { Payload } from "./protocol.js";
import { layOnWhite, refuseBlank } from "./white.js";

/** Looks like the photo at the sizes of thumbnails. */
const JPEG = { type: "image/jpeg", quality: 0.82 };

/**
 * The square in the middle of a picture, on white, as JPEG.
 *
 * @throws {@link HandfulError} with code `not-an-image` for a file of which nothing can be seen, or `worker`.
 */
export async function drawThumbnail(image: Payload, side: number): Promise<Uint8Array<ArrayBuffer>> {
  try {
    const whole = await drawable(image);
    const { width, height } = whole;
    const crop = Math.min(width, height);
    const [left, top] = [Math.floor((width - crop) / 2), Math.floor((height - crop) / 2)];
    const size = { resizeWidth: side, resizeHeight: side, resizeQuality: "high" } as const;
    const picture = await createImageBitmap(whole, left, top, crop, crop, size);
    const canvas = new OffscreenCanvas(side, side);
    const context = canvas.getContext("2d");
    if (!context) throw new Error("a canvas has no 2D context");
    context.drawImage(picture, 0, 0);
    picture.close();
    if (image instanceof Blob) refuseBlank(context.getImageData(0, 0, side, side));
    layOnWhite(context);
    return new Uint8Array(await (await canvas.convertToBlob(JPEG)).arrayBuffer());
  } catch (cause) {
    if (cause instanceof HandfulError) throw cause;
    throw new HandfulError("worker", "This runtime cannot draw thumbnails (OffscreenCanvas, 2D).", { cause });
  }
}

async function drawable(image: Payload): Promise<ImageData | ImageBitmap> {
  if (image instanceof Blob) return createImageBitmap(image);
  if (!("data" in image) || image instanceof ImageData) return image as ImageData | ImageBitmap;
  return new ImageData(new Uint8ClampedArray(image.data), image.width, image.height);
}
