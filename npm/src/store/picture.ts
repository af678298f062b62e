// Small pictures of photos: of what they may be.
import { BYTES, type Kind, typeOf } from "../check.js";
import type { FeatureClassifier } from "../feature-classifier.js";

/** Pixels of a side, and bytes. */
const MOST_SIDE = 1024;
const MOST_BYTES = 262_144;

/** The ids of all photos of a set, each of which may have a picture: examples, negatives and unlabelled ones. */
export function photosOf({ examples, negatives, unlabelled }: FeatureClassifier): ReadonlySet<number> {
  return new Set([...examples.map(({ id }) => id), ...negatives, ...unlabelled]);
}

/** A JPEG file of a size that can be shown: the frame's header tells how large it is. */
export function isPicture(bytes: Uint8Array): boolean {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  if (bytes.length < 4 || bytes.length > MOST_BYTES || view.getUint16(0) !== 0xffd8) return false;
  for (let at = 2; at + 9 <= bytes.length; at += 2 + view.getUint16(at + 2)) {
    const marker = view.getUint16(at);
    // C4, C8 and CC stand among the frames and are none.
    if (marker >= 0xffc0 && marker <= 0xffcf && ![0xffc4, 0xffc8, 0xffcc].includes(marker)) {
      const sides = [view.getUint16(at + 5), view.getUint16(at + 7)];
      return sides.every((side) => side > 0 && side <= MOST_SIDE);
    }
  }
  return false;
}

export const PICTURE: Kind = {
  wanted: "the bytes of a JPEG file of at most 1,024 pixels a side and 262,144 bytes",
  holds: (value) => BYTES.holds(value) && isPicture(value as Uint8Array),
};

export const PICTURES: Kind = {
  wanted: `a Map of ids and ${PICTURE.wanted}`,
  holds: (value) =>
    typeOf(value) === "Map" &&
    Array.from(value as Map<unknown, unknown>).every(
      ([id, picture]) => Number.isInteger(id) && PICTURE.holds(picture),
    ),
};
