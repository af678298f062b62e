/** Small pictures of the examples. They outlive a removed example, because Undo can bring it back. */
import type { ImageSource } from "handful";
import { set } from "../state/live";

/** Pixels of a side: 80 on the page, twice that for dense screens. */
const SIDE = 160;
const QUALITY = 0.82;
const TYPE = "image/jpeg";

/** As JPEG. Bytes, because a Blob may lie in a file that the browser throws away with the site's data. */
const pictures = new Map<number, Uint8Array<ArrayBuffer>>();
const urls = new Map<number, string>();

/** The centre square of a photo, or null where it cannot be drawn. */
export async function thumbnailOf(source: Blob | ImageBitmap): Promise<Uint8Array<ArrayBuffer> | null> {
  try {
    const bitmap = await createImageBitmap(source satisfies ImageSource);
    const { width, height } = bitmap;
    const crop = Math.min(width, height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    const context = canvas.getContext("2d");
    if (!context) return null;
    context.imageSmoothingQuality = "high";
    // What is transparent is white for the encoder too.
    context.fillStyle = "#fff";
    context.fillRect(0, 0, SIDE, SIDE);
    context.drawImage(bitmap, (width - crop) / 2, (height - crop) / 2, crop, crop, 0, 0, SIDE, SIDE);
    bitmap.close();
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, TYPE, QUALITY));
    return blob && new Uint8Array(await blob.arrayBuffer());
  } catch {
    // The encoder reads the same photo and says what is wrong with it.
    return null;
  }
}

export function keepThumbnails(
  thumbnails: Iterable<readonly [id: number, picture: Uint8Array<ArrayBuffer>]>,
): void {
  for (const [id, picture] of thumbnails) {
    pictures.set(id, picture);
    urls.set(id, URL.createObjectURL(blobOf(picture)));
  }
  set({ thumbnails: Object.fromEntries(urls) });
}

export function thumbnailsOf(ids: readonly number[]): Map<number, Uint8Array<ArrayBuffer>> {
  const found = new Map<number, Uint8Array<ArrayBuffer>>();
  for (const id of ids) {
    const picture = pictures.get(id);
    if (picture) found.set(id, picture);
  }
  return found;
}

export function blobOf(picture: Uint8Array<ArrayBuffer>): Blob {
  return new Blob([picture], { type: TYPE });
}

export function forgetThumbnails(): void {
  for (const url of urls.values()) URL.revokeObjectURL(url);
  pictures.clear();
  urls.clear();
  set({ thumbnails: {} });
}
