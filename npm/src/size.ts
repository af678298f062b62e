import { HandfulError } from "./errors.js";

/** Longest side of a picture, in pixels, as `handful_encoder::MAX_SIDE` says too: browsers draw no larger canvas. */
export const MAX_SIDE = 16_384;

/** Most pixels that a picture is read with. A larger canvas stays empty, without an error, on older iPhones. */
export const MAX_CANVAS = 16_777_216;

/**
 * The size that a picture is read with: its own, or as large as a canvas may be.
 *
 * @throws {@link HandfulError} with code `image-empty` or `image-too-large`.
 */
export function readableSize(width: number, height: number): [width: number, height: number] {
  if (width === 0 || height === 0) {
    throw new HandfulError(
      "image-empty",
      "The image has no pixels: it is not loaded yet, or its width or height is zero.",
    );
  }
  if (Math.max(width, height) > MAX_SIDE) {
    throw new HandfulError(
      "image-too-large",
      `The image of ${width} x ${height} pixels is too large: at most ${MAX_SIDE} pixels a side are accepted; scale it down first.`,
    );
  }
  const scale = Math.min(1, Math.sqrt(MAX_CANVAS / (width * height)));
  return [Math.max(1, Math.floor(width * scale)), Math.max(1, Math.floor(height * scale))];
}
