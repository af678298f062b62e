/** Small pictures of the examples. They outlive a removed example, because Undo can bring it back. */
import { set } from "../state/live";

/** Pixels of a side: 80 on the page, twice that for dense screens. */
const SIDE = 160;
const QUALITY = 0.82;
const TYPE = "image/jpeg";

/** As JPEG. Bytes, because a Blob may lie in a file that the browser throws away with the site's data. */
const pictures = new Map<number, Uint8Array<ArrayBuffer>>();
const urls = new Map<number, string>();

/** The centre square of a photo on white, as the encoder sees it; or null where it cannot be drawn. */
export async function thumbnailOf(source: Blob | ImageBitmap): Promise<Uint8Array<ArrayBuffer> | null> {
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
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, TYPE, QUALITY));
    return blob && new Uint8Array(await blob.arrayBuffer());
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
