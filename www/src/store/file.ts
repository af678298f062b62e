/**
 * A set as a file, in one of two forms. Without pictures it is what the package saves and loads. With them:
 * the eight bytes `HANDFUL1`, the length of the header (32 bits, little endian), the header (JSON, UTF-8), then the
 * set and the pictures (JPEG) one after another, exactly as long as the header says.
 */
const MAGIC = "HANDFUL1";
const START = MAGIC.length + 4;

interface Header {
  name: string;
  /** Bytes of the set. */
  set: number;
  /** Id of the example and bytes of its picture. */
  pictures: [id: number, length: number][];
}

export interface SetFile {
  /** Empty where the file has none. */
  name: string;
  bytes: Uint8Array<ArrayBuffer>;
  thumbnails: Map<number, Blob>;
}

export function writeFile({ name, bytes, thumbnails }: SetFile): Blob {
  const header: Header = {
    name,
    set: bytes.length,
    pictures: Array.from(thumbnails, ([id, { size }]) => [id, size]),
  };
  const words = new TextEncoder().encode(JSON.stringify(header));
  const length = new DataView(new ArrayBuffer(4));
  length.setUint32(0, words.length, true);
  return new Blob([MAGIC, length, words, bytes, ...thumbnails.values()]);
}

/** Reads either form, or gives null for a file that does not keep to its own header. */
export async function readFile(file: Blob): Promise<SetFile | null> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  const magic = new TextDecoder().decode(bytes.subarray(0, MAGIC.length));
  if (magic !== MAGIC) return { name: "", bytes, thumbnails: new Map() };
  if (bytes.length < START) return null;
  const end = START + new DataView(bytes.buffer).getUint32(MAGIC.length, true);
  const header = end <= bytes.length ? parse(bytes.subarray(START, end)) : null;
  if (!header) return null;
  let at = end;
  const take = (length: number) => {
    at += length;
    return bytes.slice(at - length, at);
  };
  const set = take(header.set);
  const thumbnails = new Map(
    header.pictures.map(([id, length]) => [id, new Blob([take(length)], { type: "image/jpeg" })]),
  );
  return at === bytes.length ? { name: header.name, bytes: set, thumbnails } : null;
}

function parse(words: Uint8Array): Header | null {
  try {
    const { name, set, pictures }: Record<string, unknown> = JSON.parse(new TextDecoder().decode(words));
    const good =
      typeof name === "string" && isCount(set) && Array.isArray(pictures) && pictures.every(isPicture);
    return good ? { name, set, pictures } : null;
  } catch {
    return null;
  }
}

function isPicture(value: unknown): value is [number, number] {
  return Array.isArray(value) && value.length === 2 && value.every(isCount);
}

function isCount(value: unknown): value is number {
  return typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
}
