// A small BMP writer: 24 bits, from the lowest row up.

/** @param {Uint8Array} rgb row by row @returns {Buffer} */
export function encodeBmp(width, height, rgb) {
  const row = 4 * Math.ceil((3 * width) / 4);
  const file = Buffer.alloc(54 + row * height);
  file.write("BM");
  file.writeUInt32LE(file.length, 2);
  file.writeUInt32LE(54, 10);
  file.writeUInt32LE(40, 14);
  file.writeInt32LE(width, 18);
  file.writeInt32LE(height, 22);
  file.writeUInt16LE(1, 26);
  file.writeUInt16LE(24, 28);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1) {
      const [red, green, blue] = rgb.subarray(3 * (width * y + x));
      file.set([blue, green, red], 54 + row * (height - 1 - y) + 3 * x);
    }
  return file;
}
