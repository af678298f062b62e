/** Small pictures as addresses that the page can show. */

/**
 * Pixels of a side: as much as nearly all encoders look at, so that a set can be taught anew from the pictures that are kept. Shown at 80.
 */
export const THUMBNAIL_SIDE = 224;

type Picture = Uint8Array<ArrayBuffer>;

/** Of the open set, by the ids of their photos. */
let pictures: ReadonlyMap<number, Picture> = new Map();
/** Those that were shown. */
const urls = new Map<number, string>();

/** Shows these pictures, also what comes among them. */
export function adoptThumbnails(those: ReadonlyMap<number, Picture>): void {
  pictures = those;
}

/** How large they are together. */
export function bytesOf(those: ReadonlyMap<number, Picture>): number {
  let bytes = 0;
  for (const { length } of those.values()) bytes += length;
  return bytes;
}

/** The address of a photo's picture, where one is kept. It is made when it is first shown: of thousands, that takes long. */
export function thumbnailOf(id: number): string | undefined {
  const picture = pictures.get(id);
  if (picture && !urls.has(id)) urls.set(id, urlOf(picture));
  return urls.get(id);
}

/**
 * The address of a JPEG file, until it is revoked: the file itself where the browser can write that. To have one kept takes a third of a
 * millisecond, which is much for all that come into view at once.
 */
export function urlOf(picture: Picture): string {
  const written = (picture as { toBase64?: () => string }).toBase64?.();
  return written
    ? `data:image/jpeg;base64,${written}`
    : URL.createObjectURL(new Blob([picture], { type: "image/jpeg" }));
}

export function forgetThumbnails(): void {
  pictures = new Map();
  for (const url of urls.values()) URL.revokeObjectURL(url);
  urls.clear();
}
