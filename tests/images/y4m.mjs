// A film as Chromium's camera for tests plays it, again and again (`--use-file-for-fake-video-capture`).

/**
 * @param {{ data: Uint8ClampedArray, width: number, height: number }[]} pictures RGBA, all of one size with even sides
 * @param {number} frames how long each is shown
 * @param {number} rate frames a second
 * @returns {Buffer} a Y4M file
 */
export function filmOf(pictures, frames, rate = 10) {
  const [{ width, height }] = pictures;
  const parts = [Buffer.from(`YUV4MPEG2 W${width} H${height} F${rate}:1 Ip A1:1 C420mpeg2\n`)];
  for (const picture of pictures) {
    const frame = Buffer.concat([Buffer.from("FRAME\n"), planes(picture)]);
    for (let i = 0; i < frames; i += 1) parts.push(frame);
  }
  return Buffer.concat(parts);
}

/** Brightness of each pixel, then blue and red of each second one of each second line (BT.601). */
function planes({ data, width, height }) {
  const bytes = Buffer.alloc((width * height * 3) / 2);
  const [blue, red] = [width * height, (width * height * 5) / 4];
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const [r, g, b] = data.subarray(4 * (y * width + x), 4 * (y * width + x) + 3);
      bytes[y * width + x] = 16 + 0.257 * r + 0.504 * g + 0.098 * b;
      if (x % 2 || y % 2) continue;
      const half = (y * width) / 4 + x / 2;
      bytes[blue + half] = 128 - 0.148 * r - 0.291 * g + 0.439 * b;
      bytes[red + half] = 128 + 0.439 * r - 0.368 * g - 0.071 * b;
    }
  }
  return bytes;
}
