/** Set files, taken apart and put together as `docs/format.md` says, well or badly. */

export type Picture = readonly [id: number | string, bytes: Buffer];

interface Tensor {
  dtype: string;
  shape: number[];
  data_offsets: [number, number];
}

type Header = Record<string, Tensor>;

function parts(file: Buffer): { header: Header; data: Buffer } {
  const end = 8 + Number(file.readBigUInt64LE());
  return { header: JSON.parse(file.toString("utf8", 8, end)), data: file.subarray(end) };
}

function file(header: string, data: Buffer): Buffer {
  const words = Buffer.from(header);
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(words.length));
  return Buffer.concat([length, words, data]);
}

/** The set without pictures, and these. */
export function takeApart(bytes: Buffer): { set: Buffer; pictures: Map<number, Buffer> } {
  const { header, data } = parts(bytes);
  const pictures = new Map<number, Buffer>();
  let end = data.length;
  for (const [name, { data_offsets }] of Object.entries(header)) {
    if (!name.startsWith("picture.")) continue;
    pictures.set(Number(name.slice(8)), data.subarray(...data_offsets));
    end = Math.min(end, data_offsets[0]);
    delete header[name];
  }
  return { set: file(JSON.stringify(header), data.subarray(0, end)), pictures };
}

/** The set with pictures under these ids; the header may be changed in the end. */
export function withPictures(
  set: Buffer,
  pictures: Iterable<Picture>,
  change = (header: string) => header,
): Buffer {
  const { header, data } = parts(set);
  const all = [data];
  let end = data.length;
  for (const [id, bytes] of pictures) {
    const start = end;
    end += bytes.length;
    header[`picture.${id}`] = { dtype: "U8", shape: [bytes.length], data_offsets: [start, end] };
    all.push(bytes);
  }
  return file(change(JSON.stringify(header)), Buffer.concat(all));
}

/** The form that files with pictures had first. */
export function firstForm(name: string, set: Buffer, pictures: Iterable<Picture>): Buffer {
  const list = [...pictures];
  const header = { name, set: set.length, pictures: list.map(([id, bytes]) => [id, bytes.length]) };
  const words = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(4);
  length.writeUInt32LE(words.length);
  return Buffer.concat([Buffer.from("HANDFUL1"), length, words, set, ...list.map(([, bytes]) => bytes)]);
}
