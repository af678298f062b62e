// A set taught anew with another encoder. What a person said stays: classes, labels, ids, order. So the new set is the old one's
// bytes with other feature rows.
import { abortable } from "./abort.js";
import type { CoreClassifier, CoreConstructor } from "./core-module.js";
import { guarded, HandfulError, toHandfulError } from "./errors.js";
import { encodeMany, type ImageEncoder } from "./image-encoder.js";
import { type Fields, openSet, type Tensor, writeSet } from "./set-bytes.js";
import type { CallOptions, ImageSource } from "./types.js";

/** What {@link Classifier.reencode} could not teach anew, so that the new set lacks it. */
export interface Lost {
  /** Id of the photo; `undefined` where it is no photo. */
  readonly id: number | undefined;
  /** Label of the class; `undefined` for a negative or an unlabelled photo, and for what was observed. */
  readonly label: string | undefined;
  /**
   * Code `no-picture` where there is no picture of the photo, else what the encoder said of it; `other-encoder` for numbers of the
   * other encoder that no picture stands for: a text of `setText`, and what was observed.
   */
  readonly reason: HandfulError;
}

/**
 * Where the picture of a photo comes from; nothing for one that is not to be had.
 *
 * @example
 * ```ts
 * import type { PictureOf } from "handful";
 *
 * const picture: PictureOf = async (id) => (await fetch(`/photos/${id}.jpg`)).blob();
 * const { classifier, lost } = await Classifier.reencode(bytes, { picture });
 * ```
 */
export type PictureOf = (
  id: number,
) => ImageSource | null | undefined | Promise<ImageSource | null | undefined>;

type Photo = Pick<Lost, "id" | "label"> & { readonly id: number };

/** Photos whose pictures are held at a time. */
const AT_A_TIME = 16;

/** Numbers of an example: its id, the place of its class, and how many rows it has. */
const COLUMNS = 3;

/** The kinds of photos without a class, and their rows. */
const CLASSLESS = [
  ["negatives", "negative_features"],
  ["unlabelled", "unlabelled_features"],
] as const;

/**
 * @param bytes - What `save` or `writeSetFile` wrote.
 * @param empty - A set of the encoder, which learns the photos here: what it says of a row, it says as it would of any other.
 */
export async function reencode(
  bytes: Uint8Array,
  Core: CoreConstructor,
  empty: CoreClassifier,
  encoder: ImageEncoder,
  options: CallOptions & { readonly picture?: PictureOf | undefined },
): Promise<{ bytes: Uint8Array<ArrayBuffer>; lost: readonly Lost[] }> {
  const old = guarded(() => Core.load(bytes));
  try {
    const photos: Photo[] = [
      ...old.examples(),
      ...[...old.negatives(), ...old.unlabelled()].map((id) => ({ id, label: undefined })),
    ];
    const { picture } = options;
    const kept = openSet(bytes).tensors;
    const pictureOf = async (id: number) => (await picture?.(id)) ?? pictureIn(kept, id);
    const taught = new Map<number, number>();
    const lost: Lost[] = [];
    for await (const { photo, features, error } of encoded(photos, pictureOf, encoder, options)) {
      try {
        if (error) throw error;
        empty.addExample("photo", features);
        taught.set(photo.id, taught.size);
      } catch (cause) {
        lost.push({ ...photo, reason: toHandfulError(cause) });
      }
    }
    const { bytes: anew, lost: beside } = joined(openSet(old.save()), openSet(empty.save()), taught);
    return { bytes: anew, lost: [...lost, ...beside] };
  } finally {
    old.free();
  }
}

function pictureIn(tensors: ReadonlyMap<string, Tensor>, id: number): Blob | undefined {
  const tensor = tensors.get(`picture.${id}`);
  return tensor && new Blob([tensor.data as Uint8Array<ArrayBuffer>], { type: "image/jpeg" });
}

type Encoded = { readonly photo: Photo } & (
  | { readonly features: Float32Array; readonly error?: undefined }
  | { readonly features?: undefined; readonly error: HandfulError }
);

/** Each photo with its features, or with what went wrong. */
async function* encoded(
  photos: readonly Photo[],
  pictureOf: PictureOf,
  encoder: ImageEncoder,
  { signal, onProgress }: CallOptions,
): AsyncGenerator<Encoded, void> {
  let done = 0;
  const tell = (): void => onProgress?.({ stage: "encode", done, total: photos.length });
  tell();
  for (let start = 0; start < photos.length; start += AT_A_TIME) {
    const some = photos.slice(start, start + AT_A_TIME);
    const pictures = await abortable(Promise.all(some.map(({ id }) => found(id, pictureOf))), signal);
    const [images, shown]: [ImageSource[], Photo[]] = [[], []];
    for (const [at, picture] of pictures.entries()) {
      const photo = some[at] as Photo;
      if (picture instanceof HandfulError) {
        yield { photo, error: picture };
        done += 1;
      } else {
        images.push(picture);
        shown.push(photo);
      }
    }
    tell();
    for await (const { index, features, error } of encodeMany(encoder, images, { signal })) {
      const photo = shown[index] as Photo;
      yield error ? { photo, error } : { photo, features };
      done += 1;
      tell();
    }
  }
}

/** The picture of a photo, or why there is none. */
async function found(id: number, pictureOf: PictureOf): Promise<ImageSource | HandfulError> {
  try {
    return (await pictureOf(id)) ?? new HandfulError("no-picture", `There is no picture of photo ${id}.`);
  } catch (cause) {
    return new HandfulError("no-picture", `The picture of photo ${id} was not to be had: ${String(cause)}`, {
      cause,
    });
  }
}

interface SetBytes {
  readonly meta: Fields;
  readonly tensors: ReadonlyMap<string, Tensor>;
}

/**
 * The classes and photos of a set, with the streams and rows of another one.
 *
 * @param taught - Of each photo that is in the other one, its place there.
 */
function joined(
  old: SetBytes,
  anew: SetBytes,
  taught: ReadonlyMap<number, number>,
): { bytes: Uint8Array<ArrayBuffer>; lost: readonly Lost[] } {
  const rows = anew.tensors.get("features") as Tensor;
  const width = rows.shape[1] as number;
  const tensors = new Map<string, Tensor>();
  const put = (name: string, features: string, columns: number): void => {
    const numbers = numbersIn(old.tensors.get(name));
    const starts = Array.from({ length: numbers.length / columns }, (_, at) => at * columns);
    const kept = starts.filter((start) => taught.has(numbers[start] as number));
    const head = kept.flatMap((start) => Array.from(numbers.subarray(start, start + columns)));
    const places = kept.map((start) => taught.get(numbers[start] as number) as number);
    if (head.length === 0 && name !== "examples") return;
    tensors.set(name, tensorOf("U32", columns, bytesOf(Uint32Array.from(head))));
    tensors.set(features, tensorOf("F32", width, rowsAt(rows.data, width, places)));
  };
  put("examples", "features", COLUMNS);
  for (const [name, features] of CLASSLESS) put(name, features, 1);

  const classes = old.meta.classes as readonly (Fields & { label: string; text?: string })[];
  const clip = (anew.meta.streams as { name: string; dim: number }[]).find(({ name }) => name === "clip");
  // Nothing is known of a label until the encoder's text side has read it; that a class is to have no text stays.
  if (clip) tensors.set("text", tensorOf("F32", clip.dim, new Uint8Array(4 * clip.dim * classes.length)));
  const listed = classes.map(({ text, ...rest }) => (text === "absent" ? { ...rest, text } : rest));
  const { streams, encoder } = anew.meta;
  return {
    bytes: writeSet({ ...old.meta, streams, encoder, classes: listed }, tensors),
    lost: [...textsIn(old, classes), ...observedIn(old)],
  };
}

/** The texts that somebody gave as rows. */
function textsIn({ tensors }: SetBytes, classes: readonly { label: string; text?: string }[]): Lost[] {
  const rows = tensors.get("text");
  const bytes = rows && 4 * (rows.shape[1] as number);
  if (!bytes) return [];
  const given = classes.filter(
    ({ text }, at) =>
      text === undefined && rows.data.subarray(bytes * at, bytes * (at + 1)).some((byte) => byte !== 0),
  );
  return given.map(({ label }) => ({
    id: undefined,
    label,
    reason: new HandfulError("other-encoder", `The text of “${label}” is a row of the other encoder.`),
  }));
}

function observedIn({ tensors }: SetBytes): Lost[] {
  if (!tensors.has("observed")) return [];
  const reason = new HandfulError("other-encoder", "What was observed is numbers of the other encoder.");
  return [{ id: undefined, label: undefined, reason }];
}

/** A copy, since numbers cannot begin anywhere. */
function numbersIn(tensor: Tensor | undefined): Uint32Array {
  return new Uint32Array((tensor?.data ?? new Uint8Array()).slice().buffer);
}

function bytesOf({ buffer }: Uint32Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
  return new Uint8Array(buffer);
}

function rowsAt(data: Uint8Array, width: number, places: readonly number[]): Uint8Array<ArrayBuffer> {
  const rows = new Uint8Array(4 * width * places.length);
  for (const [at, place] of places.entries())
    rows.set(data.subarray(4 * width * place, 4 * width * (place + 1)), 4 * width * at);
  return rows;
}

function tensorOf(dtype: "U32" | "F32", columns: number, data: Uint8Array): Tensor {
  return { dtype, shape: [data.length / 4 / columns, columns], data };
}
