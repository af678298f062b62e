/** Small pictures of the examples. They outlive a removed example, because Undo can bring it back. */
import type { ImageSource } from "handful";
import { set } from "../state/live";

/** Pixels of a side: 80 on the page, twice that for dense screens. */
const SIDE = 160;
const QUALITY = 0.82;

const blobs = new Map<number, Blob>();
const urls = new Map<number, string>();

/** The centre square of a photo, or null where it cannot be drawn. */
export async function thumbnailOf(source: Blob | ImageBitmap): Promise<Blob | null> {
  try {
    const bitmap = await createImageBitmap(source satisfies ImageSource);
    const { width, height } = bitmap;
    const crop = Math.min(width, height);
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    const context = canvas.getContext("2d");
    if (!context) return null;
    context.imageSmoothingQuality = "high";
    context.drawImage(bitmap, (width - crop) / 2, (height - crop) / 2, crop, crop, 0, 0, SIDE, SIDE);
    bitmap.close();
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  } catch {
    // The encoder reads the same photo and says what is wrong with it.
    return null;
  }
}

export function keepThumbnails(thumbnails: Iterable<readonly [id: number, blob: Blob]>): void {
  for (const [id, blob] of thumbnails) {
    blobs.set(id, blob);
    urls.set(id, URL.createObjectURL(blob));
  }
  set({ thumbnails: Object.fromEntries(urls) });
}

export function thumbnailsOf(ids: readonly number[]): Map<number, Blob> {
  const found = new Map<number, Blob>();
  for (const id of ids) {
    const blob = blobs.get(id);
    if (blob) found.set(id, blob);
  }
  return found;
}

export function forgetThumbnails(): void {
  for (const url of urls.values()) URL.revokeObjectURL(url);
  blobs.clear();
  urls.clear();
  set({ thumbnails: {} });
}
