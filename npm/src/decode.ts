import { HandfulError } from "./errors.js";
import { jpegSize } from "./jpeg.js";
import type { Payload } from "./protocol.js";
import { readableSize } from "./size.js";
import type { Pixels } from "./types.js";
import { completed } from "./whole.js";

/** A picture that can be drawn, and frees its memory when it is closed. */
type Picture = ImageBitmap | VideoFrame;

/** Upright as the camera meant it; converted to sRGB, so that a wide-gamut photo looks as it does on the page. */
const AS_SHOWN = { imageOrientation: "from-image", colorSpaceConversion: "default" } as const;

/** Pixels of an image, upright, in sRGB, in the worker. One that is larger than canvases may be is read smaller. */
export async function decode(image: Payload): Promise<Pixels> {
  if ("data" in image) return image;
  return image instanceof Blob ? decodeFile(image) : readPixels(image);
}

async function decodeFile(file: Blob): Promise<Pixels> {
  if (typeof createImageBitmap === "undefined")
    throw new HandfulError(
      "not-an-image",
      "This runtime reads no image files: decode them first, and hand over `{ data, width, height }`.",
    );
  const name = file instanceof File ? `“${file.name}”` : "This file";
  try {
    const size = await jpegSize(file);
    const [first, ...others] = await completed(file);
    const pixels = first && readPixels(await open(first, size));
    const cut = new HandfulError("not-an-image", `${name} is cut off: a part of its bytes is missing.`);
    if (!pixels) throw cut;
    for (const other of others) if (!equal(pixels, readPixels(await open(other, size)))) throw cut;
    if (!isClear(pixels)) return pixels;
    throw new HandfulError(
      "not-an-image",
      `${name} shows nothing: all of it is transparent, or this browser cannot decode it.`,
    );
  } catch (cause) {
    if (cause instanceof HandfulError) throw cause;
    throw new HandfulError("not-an-image", `${name} is no picture that this browser can decode.`, { cause });
  }
}

function equal(a: ImageData, b: ImageData): boolean {
  return a.data.length === b.data.length && a.data.every((level, i) => level === b.data[i]);
}

/** Whether all is transparent: the picture that WebKit gives, without an error, for a file that it cannot decode. */
function isClear({ data }: ImageData): boolean {
  for (let i = 3; i < data.length; i += 4) if (data[i] !== 0) return false;
  return true;
}

/** @param size - Of a JPEG, as it says. */
async function open(file: Blob, size: [number, number] | undefined): Promise<Picture> {
  if (!size) return createImageBitmap(file, AS_SHOWN);
  const [width, height] = readableSize(...size);
  if (width === size[0] && height === size[1]) return createImageBitmap(file, AS_SHOWN);
  // A decoder that makes the picture small as it reads needs a tenth of the memory.
  if (typeof ImageDecoder !== "undefined") {
    const type = "image/jpeg";
    const decoder = new ImageDecoder({
      data: file.stream(),
      type,
      desiredWidth: width,
      desiredHeight: height,
    });
    try {
      return (await decoder.decode()).image;
    } finally {
      decoder.close();
    }
  }
  // The picture may lie on its side in the file: as wide as its shorter side may be, it is small enough either way.
  return createImageBitmap(file, {
    ...AS_SHOWN,
    resizeWidth: Math.min(width, height),
    resizeQuality: "high",
  });
}

function readPixels(picture: Picture): ImageData {
  const [ownWidth, ownHeight] =
    "displayWidth" in picture
      ? [picture.displayWidth, picture.displayHeight]
      : [picture.width, picture.height];
  try {
    const [width, height] = readableSize(ownWidth, ownHeight);
    const canvas = new OffscreenCanvas(width, height);
    // Read back at once, so a canvas in main memory is faster than one on the graphics card.
    const context = canvas.getContext("2d", { willReadFrequently: true });
    if (!context)
      throw new HandfulError("worker", "This browser cannot draw in workers (OffscreenCanvas, 2D).");
    try {
      // Beyond a browser's limits a canvas may take no pixels, without an error.
      context.fillRect(width - 1, height - 1, 1, 1);
      if (context.getImageData(width - 1, height - 1, 1, 1).data[3] !== 255)
        throw new Error("the canvas stays empty");
      context.globalCompositeOperation = "copy";
      context.imageSmoothingQuality = "high";
      context.drawImage(picture, 0, 0, width, height);
      picture.close();
      return context.getImageData(0, 0, width, height);
    } catch (cause) {
      throw new HandfulError(
        "image-too-large",
        `The image of ${ownWidth} x ${ownHeight} pixels is too large for this browser; scale it down first.`,
        { cause },
      );
    } finally {
      // Its memory would else be there until the next collection of garbage.
      canvas.width = 0;
    }
  } finally {
    picture.close();
  }
}
