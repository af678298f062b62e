import { HandfulError } from "./errors.js";

/** What a message calls a file. */
export function nameOf(file: Blob): string {
  return file instanceof File ? `“${file.name}”` : "This file";
}

/**
 * Bytes of a file from a place on: so many, unless it ends before.
 *
 * @throws {@link HandfulError} with code `file-gone`.
 */
export async function readFile(file: Blob, place: number, count: number): Promise<Uint8Array<ArrayBuffer>> {
  let bytes: Uint8Array<ArrayBuffer> | undefined;
  let cause: unknown;
  try {
    // Of one that was deleted Chromium's parts are empty, without an error.
    const part = file.size > 0 ? file.slice(place, place + count) : file;
    bytes = new Uint8Array(await part.arrayBuffer());
  } catch (error) {
    cause = error;
  }
  if (bytes && bytes.length >= Math.min(count, file.size - place)) return bytes;
  throw new HandfulError(
    "file-gone",
    `${nameOf(file)} cannot be read any more: it was changed, moved or deleted since it was chosen.`,
    { cause },
  );
}
