/**
 * Photos whose last bytes were lost on the way. Browsers differ in what they make of such a file: Chromium refuses it, Firefox
 * paints white what is not there, and WebKit gives a picture of nothing, the latter two without an error. So the file itself
 * tells whether all of it is there.
 *
 * Sources: ITU T.81, annex B (JPEG); PNG, third edition, section 5; GIF89a; RIFF, of WebP; ISO 14496-12, of AVIF and HEIC.
 */

/** Entropy-coded data of no meaning. It begins with the zero that makes a data byte of an 0xff before it. */
const NOISE = Uint8Array.from({ length: 64 }, (_, i) => (i * 151) % 251);
const JPEG_END = Uint8Array.of(0xff, 0xd9);
const PNG_END = Uint8Array.of(0, 0, 0, 0, 0x49, 0x45, 0x4e, 0x44, 0xae, 0x42, 0x60, 0x82);
const GIF_END = Uint8Array.of(0x3b);

/**
 * The file as it is to be decoded: itself where it is whole or of a kind that is not known here; none where pixels are missing;
 * and where its end alone may be missing, versions with one, of which all give the same pixels unless more is missing.
 */
export async function completed(file: Blob): Promise<Blob[]> {
  const first = await bytesOf(file.slice(0, 12));
  const begins = (text: string, at = 0): boolean =>
    Array.from(text).every((letter, i) => first[at + i] === letter.charCodeAt(0));
  if (begins("\xff\xd8")) return jpeg(file);
  if (begins("\x89PNG")) return png(file);
  if (begins("GIF8")) return gif(file);
  if (begins("RIFF")) return fitting(file, 8 + viewOf(first).getUint32(4, true));
  if (begins("ftyp", 4)) return boxes(file);
  return [file];
}

const bytesOf = async (part: Blob): Promise<Uint8Array<ArrayBuffer>> =>
  new Uint8Array(await part.arrayBuffer());
const viewOf = ({ buffer }: Uint8Array): DataView => new DataView(buffer);
const equal = (a: Uint8Array, b: Uint8Array): boolean =>
  a.length === b.length && a.every((byte, i) => byte === b[i]);
const fitting = (file: Blob, length: number): Blob[] => (length <= file.size ? [file] : []);

async function jpeg(file: Blob): Promise<Blob[]> {
  if (equal(await bytesOf(file.slice(-2)), JPEG_END)) return [file];
  const bytes = await bytesOf(file);
  // What is before the scans may hold a small picture with an end of its own.
  let at = 2;
  while (at + 4 <= bytes.length && bytes[at + 1] !== 0xda)
    at += bytes[at + 1] === 0xff ? 1 : 2 + viewOf(bytes).getUint16(at + 2);
  for (at = bytes.indexOf(0xff, at + 2); at >= 0; at = bytes.indexOf(0xff, at + 1))
    if (bytes[at + 1] === 0xd9) return [file];
  // Blocks that are not there would be made of the noise.
  return [new Blob([file, JPEG_END]), new Blob([file, NOISE, JPEG_END])];
}

async function png(file: Blob): Promise<Blob[]> {
  if (equal(await bytesOf(file.slice(-12)), PNG_END)) return [file];
  const bytes = await bytesOf(file);
  const data: Uint8Array<ArrayBuffer>[] = [];
  let at = 8;
  while (at + 12 <= bytes.length) {
    const end = at + 12 + viewOf(bytes).getUint32(at);
    const kind = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (kind === "IEND") return [file];
    if (kind === "IDAT") data.push(bytes.subarray(at + 8, end - 4));
    at = end;
  }
  const rest = bytes.subarray(at);
  if (
    at > bytes.length ||
    !equal(rest, PNG_END.subarray(0, rest.length)) ||
    !(await inflates(new Blob(data)))
  )
    return [];
  return [new Blob([bytes.subarray(0, at), PNG_END])];
}

/** Whether data are whole: their last bytes are a checksum. */
async function inflates(data: Blob): Promise<boolean> {
  try {
    const reader = data.stream().pipeThrough(new DecompressionStream("deflate")).getReader();
    while (!(await reader.read()).done);
    return true;
  } catch {
    return false;
  }
}

/** The first picture counts. */
async function gif(file: Blob): Promise<Blob[]> {
  const bytes = await bytesOf(file);
  const table = (flags: number): number => ((flags & 0x80) === 0 ? 0 : 3 << ((flags & 7) + 1));
  let at = 13 + table(bytes[10] ?? 0);
  while (at < bytes.length) {
    const isPicture = bytes[at] === 0x2c;
    at += isPicture ? 11 + table(bytes[at + 9] ?? 0) : 2;
    while (at < bytes.length && bytes[at] !== 0) at += 1 + (bytes[at] ?? 0);
    at += 1;
    if (isPicture && at <= bytes.length) return [at < bytes.length ? file : new Blob([file, GIF_END])];
  }
  return [];
}

/** Each box says how long it is; the last one may go on to the end. */
async function boxes(file: Blob): Promise<Blob[]> {
  const bytes = await bytesOf(file);
  const view = viewOf(bytes);
  let at = 0;
  while (at + 16 <= bytes.length) {
    const length = view.getUint32(at) === 1 ? Number(view.getBigUint64(at + 8)) : view.getUint32(at);
    // A box is no shorter than its head: what else it may be, the decoder is to say.
    if (length < 8) return [file];
    at += length;
  }
  return fitting(file, at);
}
