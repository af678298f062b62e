// Photos of any size as JPEG files, written within a second: each pixel of a small picture becomes a flat block of 8 x 8.
// Baseline, three components of the same size, only DC coefficients; ITU T.81.

const SIDE = 8;

const segment = (marker, ...bytes) => [
  0xff,
  marker,
  (bytes.length + 2) >> 8,
  (bytes.length + 2) & 0xff,
  ...bytes,
];
const word = (value) => [value >> 8, value & 0xff];

/** Exif with nothing but the direction in which the photo is to be shown: 6 is a quarter turn, clockwise. */
const exif = (orientation) =>
  segment(
    0xe1,
    ...Buffer.from("Exif\0\0MM\0*\0\0\0\x08\0\x01\x01\x12\0\x03\0\0\0\x01\0", "latin1"),
    orientation,
    0,
    0,
    0,
    0,
    0,
    0,
  );

/** Twelve categories of differences, each a code of four bits; and one code for the end of a block. */
const TABLES = [
  ...segment(0xc4, 0x00, 0, 0, 0, 12, ...new Array(12).fill(0), ...new Array(12).keys()),
  ...segment(0xc4, 0x10, 1, ...new Array(15).fill(0), 0),
];

/**
 * @param {{ data: Uint8Array | Uint8ClampedArray, width: number, height: number }} picture RGBA; its alpha is not looked at
 * @param {{ orientation?: number, width?: number, height?: number }} [options] the size may end within the last blocks
 * @returns {Buffer} a picture eight times as wide and as high
 */
export function mosaic(
  { data, width: columns, height: rows },
  { orientation = 1, width = columns * SIDE, height = rows * SIDE } = {},
) {
  const body = Buffer.alloc(columns * rows * 12 + 1024);
  let [length, bits, count] = [0, 0, 0];
  const write = (value, size) => {
    bits = (bits << size) | value;
    count += size;
    for (; count >= 8; count -= 8) {
      const byte = (bits >> (count - 8)) & 0xff;
      body[length++] = byte;
      if (byte === 0xff) length += 1; // a zero follows
    }
    bits &= (1 << count) - 1;
  };
  const last = [0, 0, 0];
  for (let place = 0; place < 4 * columns * rows; place += 4) {
    const [r, g, b] = [data[place], data[place + 1], data[place + 2]];
    const levels = [
      0.299 * r + 0.587 * g + 0.114 * b - 128,
      -0.168736 * r - 0.331264 * g + 0.5 * b,
      0.5 * r - 0.418688 * g - 0.081312 * b,
    ];
    for (const [component, level] of levels.entries()) {
      const value = Math.max(-128, Math.min(127, Math.round(level)));
      const difference = value - last[component];
      last[component] = value;
      const size = 32 - Math.clz32(Math.abs(difference));
      write(size, 4);
      if (size > 0) write(difference > 0 ? difference : difference + (1 << size) - 1, size);
      write(0, 1);
    }
  }
  write(0x7f, 7); // the last byte is filled with ones
  const components = [1, 2, 3];
  const head = [
    ...[0xff, 0xd8],
    ...(orientation === 1 ? [] : exif(orientation)),
    // The DC coefficient of a flat block is eight times its level.
    ...segment(0xdb, 0, ...new Array(64).fill(8)),
    ...segment(0xc0, 8, ...word(height), ...word(width), 3, ...components.flatMap((id) => [id, 0x11, 0])),
    ...TABLES,
    ...segment(0xda, 3, ...components.flatMap((id) => [id, 0x00]), 0, 63, 0),
  ];
  return Buffer.concat([Buffer.from(head), body.subarray(0, length), Buffer.of(0xff, 0xd9)]);
}
