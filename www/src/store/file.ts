/**
 * A set as a file: the safetensors file that the package saves, with the name of the set and small pictures of its photos,
 * which the package passes over. `docs/format.md` is the specification.
 */

/** Characters of a name, pixels of a picture's side, and its bytes. */
const MOST_NAME = 100;
const MOST_SIDE = 1024;
const MOST_BYTES = 262_144;

/** What a file holds beside the set. */
export interface Beside {
  /** Empty where the file has none. */
  name: string;
  /** Under the ids of their examples. */
  pictures: Map<number, Uint8Array<ArrayBuffer>>;
  /** Pictures that cannot be shown, or that are of no example. */
  leftOut: number;
}

interface Tensor {
  dtype: string;
  shape: number[];
  data_offsets: [start: number, end: number];
}

/** The first form of a file with pictures began with these bytes. */
const MAGIC = "HANDFUL1";

interface FirstHeader {
  name: string;
  /** Bytes of the set. */
  set: number;
  pictures: [id: number, bytes: number][];
}

type Header = { __metadata__?: Record<string, string> } & { [picture: `picture.${string}`]: Tensor };

/** Adds a name and pictures to bytes that the package saved. */
export function writeFile(
  bytes: Uint8Array<ArrayBuffer>,
  name: string,
  pictures: ReadonlyMap<number, Uint8Array<ArrayBuffer>>,
): Blob {
  const { header, data } = parts(bytes);
  header.__metadata__ = { ...header.__metadata__, name };
  let end = data.length;
  for (const [id, { length: size }] of pictures) {
    const start = end;
    end += size;
    header[`picture.${id}`] = { dtype: "U8", shape: [size], data_offsets: [start, end] };
  }
  const words = new TextEncoder().encode(JSON.stringify(header));
  // The numbers behind the header stay at multiples of eight.
  const spaces = " ".repeat(-words.length & 7);
  const length = new DataView(new ArrayBuffer(8));
  length.setUint32(0, words.length + spaces.length, true);
  return new Blob([length, words, spaces, data, ...pictures.values()]);
}

/**
 * What bytes hold beside the set, whose examples have these ids. The package has loaded the set from them, which proves
 * that their header is right.
 */
export function readBeside(bytes: Uint8Array<ArrayBuffer>, ids: ReadonlySet<number>): Beside {
  const { header, data } = parts(bytes);
  const pictures = new Map<number, Uint8Array<ArrayBuffer>>();
  for (const id of ids) {
    const tensor = header[`picture.${id}`];
    const picture = tensor && data.slice(...tensor.data_offsets);
    if (picture && isPicture(picture)) pictures.set(id, picture);
  }
  const all = Object.keys(header).filter((key) => key.startsWith("picture."));
  const name = Array.from(header.__metadata__?.name?.trim() ?? "").slice(0, MOST_NAME);
  return { name: name.join(""), pictures, leftOut: all.length - pictures.size };
}

function parts(bytes: Uint8Array<ArrayBuffer>): { header: Header; data: Uint8Array<ArrayBuffer> } {
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  const header: Header = JSON.parse(new TextDecoder().decode(bytes.subarray(8, end)));
  return { header, data: bytes.subarray(end) };
}

/** A JPEG file of a size that can be shown: the frame's header tells how large it is. */
function isPicture(bytes: Uint8Array): boolean {
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

/** The bytes of a file in today's form. One in the first form that breaks its own rules stays as it is, which is no set. */
export async function bytesOf(file: Blob): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = new Uint8Array(await file.arrayBuffer());
  if (new TextDecoder().decode(bytes.subarray(0, MAGIC.length)) !== MAGIC) return bytes;
  try {
    return new Uint8Array(await fromFirstForm(bytes).arrayBuffer());
  } catch {
    return bytes;
  }
}

/** The first form, taken at its word: what is wrong with it throws here, or is found in the file that it gives. */
function fromFirstForm(bytes: Uint8Array<ArrayBuffer>): Blob {
  const start = MAGIC.length + 4;
  let at = start + new DataView(bytes.buffer).getUint32(MAGIC.length, true);
  const take = (length: number) => {
    at += length;
    return bytes.slice(at - length, at);
  };
  const { name, set, pictures }: FirstHeader = JSON.parse(
    new TextDecoder().decode(bytes.subarray(start, at)),
  );
  const saved = take(set);
  const blobs = new Map(pictures.map(([id, length]) => [id, take(length)]));
  if (at !== bytes.length || blobs.size !== pictures.length) throw new Error("its parts do not fill it");
  return writeFile(saved, name, blobs);
}
