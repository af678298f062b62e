// What is read of a picture file before a browser decodes it. Of a file that is not whole Firefox makes a picture with white in the
// place of what is missing, WebKit one of nothing, Chromium an error, and an element shows what is there.
import { readFile } from "./read.js";

/** A picture file, with the end that its kind has. */
export interface Container {
  readonly file: Blob;
  /** Width and height of the pixels as a JPEG holds them, before they are turned. */
  readonly size?: readonly [width: number, height: number];
  /** How many pixels a JPEG or PNG has. */
  readonly pixels?: number;
  /** The same JPEG with data of no meaning before the end that had to be added: of these a decoder makes blocks that are missing. */
  readonly padded?: Blob;
}

/** Most bytes that are read at a time. */
const CHUNK = 65_536;

/** Bytes of a file at any place, without reading all of it into memory. */
class Reader {
  readonly file: Blob;
  #start = 0;
  #bytes = new Uint8Array(0);

  constructor(file: Blob) {
    this.file = file;
  }

  /** All bytes that are at hand from a place on, at least so many unless the file ends before. */
  async from(place: number, count: number): Promise<Uint8Array> {
    if (place < this.#start || place + count > this.#start + this.#bytes.length) {
      this.#start = place;
      this.#bytes = await readFile(this.file, place, CHUNK);
    }
    return this.#bytes.subarray(place - this.#start);
  }

  /** A number of the file, in big-endian order; NaN beyond its end. */
  async number(place: number, bytes: number): Promise<number> {
    const digits = (await this.from(place, bytes)).subarray(0, bytes);
    return digits.length < bytes ? Number.NaN : digits.reduce((sum, digit) => sum * 256 + digit, 0);
  }
}

/** Looks at a file; `undefined` for one that was cut. Kinds that are not known here are left to the browser. */
export async function inspect(file: Blob): Promise<Container | undefined> {
  const reader = new Reader(file);
  const first = String.fromCharCode(...(await reader.from(0, 12)).subarray(0, 12));
  if (first.startsWith("\xff\xd8")) return jpeg(reader);
  if (first.startsWith("\x89PNG")) return png(reader);
  if (first.startsWith("GIF8")) return gif(reader);
  if (first.startsWith("RIFF")) {
    const length = new DataView((await reader.from(4, 4)).slice(0, 4).buffer).getUint32(0, true);
    return length + 8 <= file.size ? { file } : undefined;
  }
  if (first.startsWith("BM")) return bitmap(reader);
  return first.startsWith("ftyp", 4) ? boxes(reader) : { file };
}

/** ITU T.81, annex B: segments, the frame with the size among them, up to the first scan; then data up to the end of image. */
async function jpeg(reader: Reader): Promise<Container | undefined> {
  const { file } = reader;
  let size: [number, number] | undefined;
  let place = 2;
  for (let marker = 0; marker !== 0xda; ) {
    // Decoders pass over what stands between segments and belongs to none.
    for (let bytes = await reader.from(place, 1); bytes[0] !== 0xff; bytes = await reader.from(place, 1)) {
      if (bytes.length === 0) return undefined;
      const gap = bytes.indexOf(0xff);
      place += gap < 0 ? bytes.length : gap;
    }
    marker = await reader.number(place + 1, 1);
    // Start of frame, of every process; between them lie tables (DHT, JPG, DAC).
    if (marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker))
      size = [await reader.number(place + 7, 2), await reader.number(place + 5, 2)];
    // Any number of 0xff may stand before a marker.
    place += marker === 0xff ? 1 : 2 + (await reader.number(place + 2, 2));
    if (!(place <= file.size)) return undefined;
  }
  if (!size) return undefined;
  const pixels = size[0] * size[1];
  if ((await reader.number(file.size - 2, 2)) === 0xffd9) return { file, size, pixels };
  // Phones put more behind the picture. Within its data 0xff stands before no 0xd9.
  for (let found = place; found < file.size; ) {
    const bytes = await reader.from(found, CHUNK);
    for (let at = bytes.indexOf(0xff); at >= 0; at = bytes.indexOf(0xff, at + 1))
      if (bytes[at + 1] === 0xd9) return { file, size };
    found += Math.max(1, bytes.length - 1);
  }
  const end = Uint8Array.of(0xff, 0xd9);
  return { file: new Blob([file, end]), size, pixels, padded: new Blob([file, NOISE, end]) };
}

/** Entropy-coded data. They begin with the zero that makes an 0xff before them a byte of data, and hold no 0xff. */
const NOISE = Uint8Array.from({ length: 64 }, (_, i) => (i * 151) % 251);

/** The last chunk of a PNG. */
const IEND = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);

/** PNG, section 5: chunks of a length, a name, data and a check sum; the size is in the first. What lacks nothing but the last one is not cut. */
async function png(reader: Reader): Promise<Container | undefined> {
  const { file } = reader;
  const pixels = (await reader.number(16, 4)) * (await reader.number(20, 4));
  let data = false;
  for (let place = 8; ; ) {
    const chunk = (await reader.from(place, 12)).subarray(0, 12);
    if (chunk.every((byte, i) => byte === IEND[i])) {
      if (chunk.length === 12) return { file, pixels };
      return data ? { file: new Blob([file.slice(0, place), IEND]), pixels } : undefined;
    }
    data ||= String.fromCharCode(...chunk.subarray(4, 8)) === "IDAT";
    place += 12 + (await reader.number(place, 4));
    if (!(place <= file.size)) return undefined;
  }
}

/** GIF89a: extensions and pictures, whose data are blocks of a length each, the last one empty; behind them a trailer. */
async function gif(reader: Reader): Promise<Container | undefined> {
  const { file } = reader;
  /** Bytes of a table of colours, which a byte describes. */
  const colours = (flags: number): number => (flags & 0x80 ? 3 << ((flags & 7) + 1) : 0);
  let place = 13 + colours(await reader.number(10, 1));
  for (let picture = false; !picture; ) {
    const kind = await reader.number(place, 1);
    picture = kind === 0x2c;
    if (!picture && kind !== 0x21) return undefined;
    place += picture ? 11 + colours(await reader.number(place + 9, 1)) : 2;
    for (let length = 1; length > 0; place += 1 + length) length = await reader.number(place, 1);
    if (!(place <= file.size)) return undefined;
  }
  return { file: place < file.size ? file : new Blob([file, Uint8Array.of(0x3b)]) };
}

/** AVIF and HEIC (ISO/IEC 14496-12): boxes, each of a length that counts itself; 1 and 0 stand for others. */
async function boxes(reader: Reader): Promise<Container | undefined> {
  const { file } = reader;
  for (let place = 0; place < file.size; ) {
    const length = await reader.number(place, 4);
    if (length === 0 || length === 1) break;
    place += length;
    if (!(length >= 8 && place <= file.size)) return undefined;
  }
  return { file };
}

/** BMP: a header, and rows of four bytes each time. Of packed ones nobody knows how long they should be. */
async function bitmap(reader: Reader): Promise<Container | undefined> {
  const { file } = reader;
  const header = new DataView((await reader.from(0, 34)).slice(0, 34).buffer);
  if (header.byteLength < 34) return undefined;
  const [data, kind, packing] = [10, 14, 30].map((at) => header.getUint32(at, true)) as [
    number,
    number,
    number,
  ];
  // That of OS/2 has sides of 16 bits; RLE, JPEG and PNG are packed.
  if (kind < 40 || ![0, 3, 6].includes(packing)) return { file };
  const [width, height] = [header.getInt32(18, true), Math.abs(header.getInt32(22, true))];
  const row = 4 * Math.ceil((width * header.getUint16(28, true)) / 32);
  return data + row * height <= file.size ? { file } : undefined;
}
