// Files whose last bytes were lost on the way. Every browser shows such a picture; `createImageBitmap` refuses it.

/** How the files of a kind begin, and what they end with. */
const KINDS: readonly { readonly start: string; readonly end: readonly number[] }[] = [
  // End of image (JPEG), the chunk IEND (PNG), and the end of the data with the trailer (GIF).
  { start: "\xff\xd8", end: [0xff, 0xd9] },
  { start: "\x89PNG", end: [0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82] },
  { start: "GIF8", end: [0, 0x3b] },
];

/** The file with the end that its kind has, or nothing for another kind. */
export async function withEnd(file: Blob): Promise<Blob | undefined> {
  const first = String.fromCharCode(...new Uint8Array(await file.slice(0, 4).arrayBuffer()));
  const kind = KINDS.find(({ start }) => first.startsWith(start));
  return kind && new Blob([file, Uint8Array.from(kind.end)]);
}

/**
 * Whether more than the end is missing: a decoder paints the blocks of a JPEG that are not there in middle grey, and the last
 * one lies in a corner, whichever way the picture is turned. (Of a progressive file all blocks come early, and then again
 * with more detail: the picture is there, though not as sharp.)
 */
export function isCut({ data, width, height }: ImageData): boolean {
  const grey = (x: number, y: number): boolean => {
    const place = 4 * (y * width + x);
    // Conversion between colour spaces may move it by a level or two.
    return data.subarray(place, place + 3).every((level) => Math.abs(level - 128) <= 2);
  };
  const columns = [
    [0, 1],
    [width - 1, width - 2],
  ];
  return columns.some((pair) => [0, height - 1].some((y) => pair.every((x) => grey(Math.max(0, x), y))));
}
