import { capture } from "./capture.js";
import { HandfulError } from "./errors.js";
import type { ImageSource, Pixels } from "./types.js";
import { layOnWhite, refuseBlank } from "./white.js";

/** Most pixels of the shorter side: about twice what encoders look at. */
const SIDE = 448;

/**
 * The whole image, upright, as pixels of a size at which many copies cost little; those of a large one on white. Where nothing can draw,
 * as in Node, pixels are taken as they are.
 *
 * @throws {@link HandfulError} with code `not-an-image`, `image-empty`, `image-too-large` or `image-bytes`.
 */
export async function smallPixels(source: ImageSource): Promise<Pixels> {
  const { image } = await capture(source);
  if ("data" in image && (scaleOf(image) === 1 || typeof createImageBitmap === "undefined")) return image;
  try {
    const whole =
      "close" in image ? image : await createImageBitmap("data" in image ? imageData(image) : image);
    const scale = scaleOf(whole);
    const [width, height] = [Math.round(whole.width * scale), Math.round(whole.height * scale)];
    const context = new OffscreenCanvas(width, height).getContext("2d", { willReadFrequently: true });
    if (!context) throw new Error("a canvas has no 2D context");
    context.imageSmoothingQuality = "high";
    context.drawImage(whole, 0, 0, width, height);
    whole.close();
    refuseBlank(context.getImageData(0, 0, width, height));
    layOnWhite(context);
    return context.getImageData(0, 0, width, height);
  } catch (cause) {
    throw new HandfulError("not-an-image", "This image cannot be decoded and made smaller here.", { cause });
  }
}

function imageData({ data, width, height }: Pixels): ImageData {
  return new ImageData(new Uint8ClampedArray(data), width, height);
}

function scaleOf({ width, height }: { width: number; height: number }): number {
  return Math.min(1, SIDE / Math.min(width, height));
}
