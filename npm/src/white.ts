import { HandfulError } from "./errors.js";

/** Whether all pixels are transparent, as WebKit leaves them where it could not decode. */
export function isBlank({ data }: ImageData): boolean {
  return new Uint32Array(data.buffer).every((pixel) => pixel === 0);
}

/** @throws {@link HandfulError} with code `not-an-image` where nothing was drawn of an image. */
export function refuseBlank(pixels: ImageData): void {
  if (isBlank(pixels))
    throw new HandfulError(
      "not-an-image",
      "Nothing of this image can be seen: it is transparent, or this browser cannot decode it.",
    );
}

/** Lays what was drawn on white. */
export function layOnWhite(context: OffscreenCanvasRenderingContext2D): void {
  const { width, height } = context.canvas;
  context.globalCompositeOperation = "destination-over";
  context.fillStyle = "white";
  context.fillRect(0, 0, width, height);
}
