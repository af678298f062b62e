import { type Container, inspect } from "./container.js";
import { readEighth } from "./eighth.js";
import { HandfulError } from "./errors.js";
import type { Payload } from "./protocol.js";
import { nameOf } from "./read.js";
import { readableSize } from "./size.js";
import type { Pixels } from "./types.js";
import { isBlank } from "./white.js";

/** A picture that can be drawn, and frees its memory when it is closed. */
type Picture = ImageBitmap | VideoFrame;

/** Upright as the camera meant it; converted to sRGB, so that a wide-gamut photo looks as it does on the page. */
const AS_SHOWN = { imageOrientation: "from-image", colorSpaceConversion: "default" } as const;

/** Most bytes that a file may take while it is decoded, so that others may be decoded at the same time. */
const SMALL = 48_000_000;

/** How many times what is looked at a picture is decoded at, at least: with less it is seen less sharp. */
const MARGIN = 1.5;

/** Does something when no other large image is being decoded. */
export type InTurn = (work: () => Promise<Pixels>) => Promise<Pixels>;

/**
 * Pixels of an image, upright, in sRGB, in the worker. One that is larger than canvases may be is read smaller, and so is a JPEG where
 * the browser decodes it small.
 *
 * @param side the shorter side that is looked at
 */
export async function decode(image: Payload, side: number, inTurn: InTurn): Promise<Pixels> {
  if ("data" in image) return image;
  return image instanceof Blob ? decodeFile(image, side, inTurn) : readPixels(image);
}

async function decodeFile(file: Blob, side: number, inTurn: InTurn): Promise<Pixels> {
  if (typeof createImageBitmap === "undefined")
    throw new HandfulError(
      "not-an-image",
      "This runtime reads no image files: decode them first, and hand over `{ data, width, height }`.",
    );
  const name = nameOf(file);
  const cut = (what: string): HandfulError => new HandfulError("not-an-image", `${name} was cut: ${what}.`);
  const container = await inspect(file);
  if (!container) throw cut("its end is missing");
  const read = async (): Promise<Pixels> => {
    let pixels: ImageData;
    let complete: boolean;
    try {
      if (container.size && !decodesSmall()) {
        const small = await readEighth(file, container.size, side);
        if (small === "cut") throw cut("a part of the picture is missing");
        if (small) return small;
      }
      pixels = readPixels(await open(container.file, container.size, side));
      const { padded, size } = container;
      complete = !padded || equal(pixels, readPixels(await open(padded, size, side)));
    } catch (cause) {
      if (cause instanceof HandfulError) throw cause;
      throw new HandfulError("not-an-image", `${name} is no picture that this browser can decode.`, {
        cause,
      });
    }
    if (isBlank(pixels))
      throw new HandfulError(
        "not-an-image",
        `Nothing of ${name} can be seen: it is transparent, or this browser cannot decode it.`,
      );
    if (!complete) throw cut("a part of the picture is missing");
    return pixels;
  };
  return bytesOf(container, side) <= SMALL ? read() : inTurn(read);
}

/** Bytes that decoding takes: four for each pixel that is made, and in a progressive JPEG three for each that the file has. */
function bytesOf({ size, pixels = Number.POSITIVE_INFINITY }: Container, side: number): number {
  const [width, height] = size && decodesSmall() ? sizeToDecode(size, side) : [pixels, 1];
  return 3 * pixels + 4 * width * height;
}

function equal(a: ImageData, b: ImageData): boolean {
  return a.data.length === b.data.length && a.data.every((level, i) => level === b.data[i]);
}

/**
 * Whether a decoder makes a picture small as it reads, which needs a tenth of the memory. One that does not tell how a picture is
 * turned (Firefox's) has turned it and pressed it into the size.
 */
function decodesSmall(): boolean {
  return typeof ImageDecoder !== "undefined" && "rotation" in VideoFrame.prototype;
}

/** The size that a JPEG is decoded at: where the decoder makes it small, not much more than is looked at; else what a canvas holds. */
function sizeToDecode(size: NonNullable<Container["size"]>, side: number): [width: number, height: number] {
  const readable = readableSize(...size);
  if (!decodesSmall()) return readable;
  // Decoders make eighths, of which more than four take longer than the whole picture.
  const eighths = Math.ceil((8 * MARGIN * side) / Math.min(...size));
  if (eighths > 4) return readable;
  return size.map((length) => Math.ceil((length * eighths) / 8)) as [number, number];
}

async function open(file: Blob, size: Container["size"], side: number): Promise<Picture> {
  if (!size) return createImageBitmap(file, AS_SHOWN);
  const [width, height] = sizeToDecode(size, side);
  if (width === size[0] && height === size[1]) return createImageBitmap(file, AS_SHOWN);
  if (decodesSmall()) {
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
