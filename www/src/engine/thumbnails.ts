/** Small pictures as addresses that the page can show. */
import { set } from "../state/live";

/**
 * Pixels of a side: as much as nearly all encoders look at, so that a set can be taught anew from the pictures that are kept. Shown at 80.
 */
export const THUMBNAIL_SIDE = 224;

type Picture = Uint8Array<ArrayBuffer>;

/** By the ids of their photos. */
const urls = new Map<number, string>();

/** Shows the pictures of photos, among them those that were shown before. */
export function showThumbnails(pictures: ReadonlyMap<number, Picture>): void {
  if (pictures.size === urls.size) return;
  for (const [id, picture] of pictures) if (!urls.has(id)) urls.set(id, urlOf(picture));
  set({ thumbnails: Object.fromEntries(urls) });
}

/** The address of a JPEG file, until it is revoked. */
export function urlOf(picture: Picture): string {
  return URL.createObjectURL(new Blob([picture], { type: "image/jpeg" }));
}

export function forgetThumbnails(): void {
  for (const url of urls.values()) URL.revokeObjectURL(url);
  urls.clear();
  set({ thumbnails: {} });
}
