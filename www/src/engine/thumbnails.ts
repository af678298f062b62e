/** Small pictures of the examples. They outlive a removed example, because Undo can bring it back. */
import { set } from "../state/live";

/** Pixels of a side: 80 on the page, twice that for dense screens. */
const SIDE = 160;
const QUALITY = 0.82;

const blobs = new Map<number, Blob>();
const urls = new Map<number, string>();

/** The centre square of a photo on white, as the encoder sees it; or null where it cannot be drawn. */
export async function thumbnailOf(source: Blob | ImageBitmap): Promise<Blob | null> {
  try {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    const context = canvas.getContext("2d");
    if (!context) return null;
    context.fillStyle = "white";
    context.fillRect(0, 0, SIDE, SIDE);
    context.imageSmoothingQuality = "high";
    const draw = (picture: CanvasImageSource, width: number, height: number): void => {
      const crop = Math.min(width, height);
      context.drawImage(picture, (width - crop) / 2, (height - crop) / 2, crop, crop, 0, 0, SIDE, SIDE);
    };
    if (source instanceof Blob) await shown(source, draw);
    else draw(source, source.width, source.height);
    return await new Promise((resolve) => canvas.toBlob(resolve, "image/jpeg", QUALITY));
  } catch {
    // The encoder reads the same photo and says what is wrong with it.
    return null;
  }
}

/** As an element shows it: a file that lost its last bytes too, and without the memory that all of a large photo takes. */
async function shown(
  file: Blob,
  draw: (picture: HTMLImageElement, width: number, height: number) => void,
): Promise<void> {
  const image = new Image();
  const url = URL.createObjectURL(file);
  try {
    await new Promise((resolve, reject) => {
      image.onload = resolve;
      image.onerror = reject;
      image.src = url;
    });
    draw(image, image.naturalWidth, image.naturalHeight);
  } finally {
    URL.revokeObjectURL(url);
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
