/** Small pictures of the examples. They outlive a removed example, because Undo can bring it back. */
import { set } from "../state/live";

/** Pixels of a side: 80 on the page, twice that for dense screens. */
export const THUMBNAIL_SIDE = 160;

/** As JPEG. Bytes, because a Blob may lie in a file that the browser throws away with the site's data. */
const pictures = new Map<number, Uint8Array<ArrayBuffer>>();
const urls = new Map<number, string>();

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
  return new Blob([picture], { type: "image/jpeg" });
}

export function forgetThumbnails(): void {
  for (const url of urls.values()) URL.revokeObjectURL(url);
  pictures.clear();
  urls.clear();
  set({ thumbnails: {} });
}
