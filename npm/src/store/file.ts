// A set as a file: the safetensors file that `save` writes, with the name of the set and small pictures of its photos, which
// loading passes over. `docs/format.md` is the specification.
import { check, RECORD, TEXT, typeOf } from "../check.js";
import { HandfulError } from "../errors.js";
import { FeatureClassifier } from "../feature-classifier.js";
import { inspect } from "../inspect.js";
import { readFile } from "../read.js";
import type { Picture } from "./database.js";
import { isPicture, PICTURES, photosOf } from "./picture.js";

/** Characters of a name. */
const MOST_NAME = 100;

/**
 * What a file holds.
 *
 * @example
 * ```ts
 * import type { SetFile } from "handful/store";
 *
 * const fruit: SetFile = { name: "Fruit", bytes: classifier.save(), pictures };
 * link.href = URL.createObjectURL(writeSetFile(fruit));
 * ```
 */
export interface SetFile {
  /** The set alone, as `save` wrote it. */
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** What a person calls it, at most 100 characters; empty where nobody gave it a name. */
  readonly name: string;
  /** JPEG files under the ids of their photos, each of at most 1,024 pixels a side and 262,144 bytes. */
  readonly pictures: ReadonlyMap<number, Uint8Array<ArrayBuffer>>;
}

/** What {@link readSetFile} found in a file. */
export interface FoundSetFile extends SetFile {
  /** How many pictures were left out, because they break the rules of {@link SetFile} or are of no photo. */
  readonly leftOut: number;
}

interface Tensor {
  dtype: string;
  shape: number[];
  data_offsets: [start: number, end: number];
}

/** The tensors that have a row for each photo, and how many numbers: the first is its id. */
const COLUMNS = { examples: 3, negatives: 1, unlabelled: 1 } as const;

type Header = { __metadata__?: Record<string, string> } & { [photos in keyof typeof COLUMNS]?: Tensor } & {
  [picture: `picture.${string}`]: Tensor;
};

/** The first form of a file with pictures began with these bytes. */
const MAGIC = "HANDFUL1";

interface FirstHeader {
  name: string;
  /** Bytes of the set. */
  set: number;
  pictures: [id: number, bytes: number][];
}

/**
 * A set as one file with its name and pictures, to be kept or given away; pictures of no photo of the set stay out.
 * `Classifier.load` reads it too, and passes over both; by custom its name ends with `.handful`.
 *
 * @throws {@link HandfulError} with code `format` for bytes that `save` did not write, or `parameter` for pictures that
 * {@link SetFile} does not allow.
 *
 * @example
 * ```ts
 * const { name, pictures, classifier } = set;
 * const file = writeSetFile({ name, pictures, bytes: classifier.save() });
 * link.href = URL.createObjectURL(file);
 * ```
 */
export function writeSetFile(set: SetFile): Blob {
  check("set", set, RECORD);
  check("set.name", set.name, TEXT);
  check("set.pictures", set.pictures, PICTURES);
  if (inspect(set.bytes).pictures > 0)
    throw new HandfulError("format", "These bytes hold pictures already: hand over what `save` gave.");
  const ids = idsOf(parts(set.bytes));
  return compose({ ...set, pictures: new Map(Array.from(set.pictures).filter(([id]) => ids.has(id))) });
}

/** The ids of all photos. */
function idsOf({ header, data }: ReturnType<typeof parts>): ReadonlySet<number> {
  const ids = new Set<number>();
  for (const kind of ["examples", "negatives", "unlabelled"] as const) {
    const { data_offsets } = header[kind] ?? { data_offsets: [0, 0] };
    const numbers = new DataView(data.slice(...data_offsets).buffer);
    for (let at = 0; at < numbers.byteLength; at += 4 * COLUMNS[kind]) ids.add(numbers.getUint32(at, true));
  }
  return ids;
}

function compose({ bytes, name, pictures }: SetFile): Blob {
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
 * What a file holds that {@link writeSetFile} or `save` wrote. Its set is loaded once to see that all of it is right; the
 * encoder is not needed for that, `encoder.fits(inspect(bytes))` says whether it is the set's.
 *
 * @throws {@link HandfulError} with code `format` for a file that holds no set, or a damaged one, `file-gone` for one that cannot be
 * read any more, or one of those of `init`.
 *
 * @example
 * ```ts
 * const found = await readSetFile(file);
 * const id = await store.create({ ...found, name: found.name || file.name });
 * ```
 */
export async function readSetFile(file: Blob): Promise<FoundSetFile> {
  check("file", file, {
    wanted: "a File or Blob",
    holds: (value) => ["Blob", "File"].includes(typeOf(value)),
  });
  const bytes = await todaysForm(await readFile(file, 0, file.size));
  const set = await FeatureClassifier.load(bytes);
  try {
    await othersTurn();
    const saved = set.save();
    await othersTurn();
    // Loading has proved that the header is right.
    return { bytes: saved, ...beside(bytes, photosOf(set)) };
  } finally {
    set.dispose();
  }
}

/** Of a large file each part takes long: in between the page has time for others. */
function othersTurn(): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve));
}

/** What a file holds beside the set, whose photos have these ids. */
function beside(
  bytes: Uint8Array<ArrayBuffer>,
  ids: ReadonlySet<number>,
): { name: string; pictures: Map<number, Picture>; leftOut: number } {
  const { header, data } = parts(bytes);
  const pictures = new Map<number, Picture>();
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

/** A file in today's form. One in the first form that breaks its own rules stays as it is, which is no set. */
async function todaysForm(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
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
  const take = (length: number): Uint8Array<ArrayBuffer> => {
    at += length;
    return bytes.slice(at - length, at);
  };
  const { name, set, pictures }: FirstHeader = JSON.parse(
    new TextDecoder().decode(bytes.subarray(start, at)),
  );
  const saved = take(set);
  const all = new Map(pictures.map(([id, length]) => [id, take(length)]));
  if (at !== bytes.length || all.size !== pictures.length) throw new Error("its parts do not fill it");
  return compose({ bytes: saved, name, pictures: all });
}
