import { readFile } from "./read.js";
import { JpegEighth } from "./wasm/encoder/encoder.js";

/** Most pixels of a JPEG that a browser decodes whole. In a progressive file each takes seven bytes, so they stay below 300 MB. */
const WHOLE = 40_000_000;

/** How many pixels of the file's become one, in each direction. */
const REDUCTION = 8;

/** Bytes that are read at a time. */
const CHUNK = 1_048_576;

/**
 * Pixels of a large JPEG at an eighth of its size; `"cut"` where the file ends before the picture.
 *
 * @param size width and height that the file states
 * @param side the shorter side that is looked at
 * @returns `undefined` for what the browser is to decode: what is not as large, and kinds of JPEG that are not read so
 */
export async function readEighth(
  file: Blob,
  size: readonly [number, number],
  side: number,
): Promise<ImageData | "cut" | undefined> {
  // Twice what is looked at, because files hold colours at half the size.
  if (size[0] * size[1] <= WHOLE || Math.min(...size) < 2 * REDUCTION * side) return undefined;
  const reader = new JpegEighth();
  let wanted = true;
  for (let place = 0; wanted && place < file.size; place += CHUNK) {
    wanted = reader.push(await readFile(file, place, CHUNK));
  }
  return reader.finish();
}
