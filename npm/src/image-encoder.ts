import { abortable } from "./abort.js";
import { batch } from "./batch.js";
import { capture, checkImage } from "./capture.js";
import {
  AT_LEAST_ONE,
  BYTES,
  check,
  checkOptions,
  describe,
  ENCODE_OPTIONS,
  FLAG,
  FUNCTION,
  IMAGE_ENCODER,
  LAYOUT,
  NAME,
  RECORD,
  ROW,
  SHARE,
  TEXT,
  TIMINGS,
} from "./check.js";
import { HandfulError } from "./errors.js";
import { drawThumbnail } from "./thumbnail.js";
import type {
  CallOptions,
  EncodeOptions,
  EncodeResult,
  Encoding,
  ImageSource,
  ModelFiles,
  Streams,
  TextEncoding,
} from "./types.js";

/**
 * What turns images into features, on whatever engine. `Encoder` is one; an object of yours with `id`, `streams` and `encode`
 * is another, and takes its place in `Classifier`, `watch` and {@link encodeMany}. It stays yours: nobody disposes of it.
 *
 * What it gives is looked at before it is used. A value of a wrong type has the code `parameter`, a row of a wrong length `shape`,
 * one with NaN or infinity `not-finite`; what it throws or rejects with `model`, unless that is a {@link HandfulError} already.
 *
 * @example
 * ```ts
 * import type { ImageEncoder } from "handful";
 *
 * const encoder: ImageEncoder = {
 *   id: "mine-2",
 *   streams: [{ name: "aux", dim: 512 }],
 *   encode: async (image) => ({ features: await embed(image) }),
 * };
 * const classifier = await Classifier.create({ encoder });
 * await classifier.addExample(photo, "apple");
 * console.log(classifier.encoderId); // mine-2
 * ```
 */
export interface ImageEncoder {
  /** Identifies it: a set is saved with it, and loaded with an encoder of the same `id` and `streams` alone. Not empty. */
  readonly id: string;
  /** The parts of a feature row, in order: `clip` first if there is one, the others by name. */
  readonly streams: Streams;
  /**
   * Features of an image, as it is at the moment of the call. Within a batch {@link atOnce} calls at most run at a time.
   *
   * @param image - What the caller handed over: not to be closed, transferred or changed.
   * @param options - The package hands over `detail`, how closely to look, and where it has them `thumbnail` and `signal`, which says
   * when nobody waits any more, and `following`, how many more images of the same batch are about to come. All may be passed over.
   * @returns `features`, one row: all streams one after another, of any scale. It is copied, so its memory may be used again.
   * `timings` where the encoder knows them; the whole time counts as `encode` where not. A `thumbnail` that was asked for and is not
   * there is drawn by the package.
   */
  encode(
    image: ImageSource,
    options?: Omit<EncodeOptions, "onProgress">,
  ): Promise<Pick<Encoding, "features"> & Partial<Encoding>>;
  /** Features of a name, in the space of the stream `clip`, where there is a text side. */
  encodeText?(name: string, options?: CallOptions): Promise<TextEncoding>;
  /** Where it is an ONNX model with a manifest of handful's form: both, for `Classifier.exportModel`. */
  files?(options?: CallOptions): Promise<ModelFiles>;
  /** How many files it takes at a time within a batch; of other images two at most are in work. Default: 2. */
  readonly atOnce?: number | undefined;
  /** Whether {@link encodeText} works. Default: whether it is there. */
  readonly hasText?: boolean | undefined;
  /** Whether a text costs no download; then a classifier reads its labels by default. Default: {@link hasText}. */
  readonly textReady?: boolean | undefined;
}

/** Whether a value is taken for an {@link ImageEncoder}; its fields are looked at later. */
export function isImageEncoder(value: unknown): value is ImageEncoder {
  return IMAGE_ENCODER.holds(value);
}

/** An encoder as the package uses it: what it says and gives is looked at. */
export class CheckedEncoder {
  readonly given: ImageEncoder;
  readonly id: string;
  readonly streams: Streams;
  readonly hasText: boolean;
  readonly textReady: boolean;
  readonly atOnce: number;
  readonly #encodeText: ImageEncoder["encodeText"];
  readonly #files: ImageEncoder["files"];

  /** @throws {@link HandfulError} with code `parameter` for what is no encoder. */
  constructor(given: ImageEncoder) {
    check("encoder", given, IMAGE_ENCODER);
    const { id, streams, encodeText, hasText, textReady, atOnce = 2, files } = stated(given);
    check("encoder.id", id, NAME);
    check("encoder.streams", streams, LAYOUT);
    if (encodeText !== undefined) check("encoder.encodeText", encodeText, FUNCTION);
    if (files !== undefined) check("encoder.files", files, FUNCTION);
    if (hasText !== undefined) check("encoder.hasText", hasText, FLAG);
    if (textReady !== undefined) check("encoder.textReady", textReady, FLAG);
    check("encoder.atOnce", atOnce, AT_LEAST_ONE);
    this.atOnce = atOnce;
    this.given = given;
    this.#encodeText = encodeText?.bind(given);
    this.#files = files?.bind(given);
    this.id = id;
    this.streams = streams;
    this.hasText = encodeText !== undefined && hasText !== false;
    this.textReady = this.hasText && textReady !== false;
    if (this.hasText && !streams.some(({ name }) => name === "clip"))
      throw new HandfulError("parameter", "An encoder with `encodeText` needs a stream `clip`.");
  }

  /** Features of an image, with progress in the stage `encode`; see {@link ImageEncoder.encode}. */
  async encode(image: ImageSource, options: EncodeOptions = {}): Promise<Encoding> {
    checkOptions("options", options, ENCODE_OPTIONS);
    const { signal, onProgress, detail = "photo", thumbnail, following } = options;
    signal?.throwIfAborted();
    checkImage(image);
    onProgress?.({ stage: "encode", done: 0, total: 1 });
    const start = performance.now();
    const encoding = this.#ask(async () => {
      const given = await this.given.encode(image, { signal, detail, thumbnail, following });
      return this.#encodingOf(given, performance.now() - start);
    }, signal);
    const made = thumbnail === undefined ? await encoding : await withThumbnail(image, thumbnail, encoding);
    if (!signal?.aborted) onProgress?.({ stage: "encode", done: 1, total: 1 });
    return made;
  }

  /** Features of a name; see {@link ImageEncoder.encodeText}. */
  async encodeText(name: string, options: CallOptions): Promise<TextEncoding> {
    const encodeText = this.#encodeText;
    if (!encodeText) throw new HandfulError("no-text", `The encoder “${this.id}” has no text side.`);
    return this.#ask(async () => {
      const given = await encodeText(name, options);
      check("what the encoder gives for a text", given, RECORD);
      const { features, confidence } = given;
      const dim = this.streams.find((stream) => stream.name === "clip")?.dim ?? 0;
      check("the confidence of the encoder's text", confidence, SHARE);
      return { features: rowOf("the features of the encoder's text", features, dim), confidence };
    }, options.signal);
  }

  /** The files of its model; see {@link ImageEncoder.files}. */
  async files(options: CallOptions): Promise<ModelFiles> {
    const files = this.#files;
    if (!files)
      throw new HandfulError(
        "model",
        `The encoder “${this.id}” has no \`files\`, so only what follows it can be exported: exportOnnx.`,
      );
    return this.#ask(async () => {
      const given = await files(options);
      check("the encoder's files", given, RECORD);
      check("the encoder's manifest", given.manifest, TEXT);
      check("the encoder's model", given.model, BYTES);
      return given;
    }, options.signal);
  }

  #encodingOf(given: Pick<Encoding, "features"> & Partial<Encoding>, elapsed: number): Encoding {
    check("what the encoder gives", given, RECORD);
    const { features, timings, thumbnail } = given;
    const width = this.streams.reduce((sum, { dim }) => sum + dim, 0);
    if (timings !== undefined) check("the encoder's timings", timings, TIMINGS);
    if (thumbnail !== undefined) check("the encoder's thumbnail", thumbnail, BYTES);
    const { decode, preprocess, encode } = timings ?? { decode: 0, preprocess: 0, encode: elapsed };
    return {
      features: rowOf("the encoder's features", features, width),
      timings: { decode, preprocess, encode },
      ...(thumbnail && { thumbnail }),
    };
  }

  /** What the encoder does. Its failures get a code, and nobody waits for it after an abort. */
  async #ask<T>(act: () => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
    try {
      return await abortable(act(), signal);
    } catch (cause) {
      signal?.throwIfAborted();
      if (cause instanceof HandfulError) throw cause;
      const reason = cause instanceof Error ? cause.message : describe(cause);
      throw new HandfulError("model", `The encoder “${this.id}” failed: ${reason}`, { cause });
    }
  }
}

/**
 * Features of many images by any encoder, in order, as they come. A bad image gives an item with `error` and does not stop the
 * rest; an abort does, and throws. Of files {@link ImageEncoder.atOnce} at most are in work at a time, of other images two.
 *
 * @param options.thumbnail - Drawn by the package where the encoder draws none.
 *
 * @example
 * ```ts
 * for await (const { index, features, error } of encodeMany(encoder, files)) {
 *   if (features) rows[index] = features;
 *   else console.warn(files[index].name, error.message);
 * }
 * ```
 */
export async function* encodeMany(
  encoder: ImageEncoder,
  images: Iterable<ImageSource>,
  options: EncodeOptions = {},
): AsyncGenerator<EncodeResult, void> {
  yield* batch(images, options, ENCODE_OPTIONS, new CheckedEncoder(encoder), (encoding) => encoding);
}

/** Whether a set's features can come from an encoder: the streams are the same, and its id where the set has one. */
export function fits(
  encoder: Pick<ImageEncoder, "id" | "streams">,
  set: { readonly streams: Streams; readonly encoderId?: string | undefined },
): boolean {
  const layout = (streams: Streams): string => streams.map(({ name, dim }) => `${name}:${dim}`).join();
  return layout(set.streams) === layout(encoder.streams) && (set.encoderId ?? encoder.id) === encoder.id;
}

/** What an encoder says of itself, read once; its streams are copied. */
function stated(encoder: ImageEncoder): Omit<ImageEncoder, "encode"> {
  try {
    const { id, streams, encodeText, hasText, textReady, atOnce, files } = encoder;
    const copy = Array.isArray(streams) ? streams.map((stream) => ({ ...stream })) : streams;
    return { id, streams: copy, encodeText, hasText, textReady, atOnce, files } as Omit<
      ImageEncoder,
      "encode"
    >;
  } catch (cause) {
    throw new HandfulError("parameter", "The fields of this encoder cannot be read.", { cause });
  }
}

/** A copy of a row: its memory is the encoder's. */
function rowOf(what: string, given: unknown, width: number): Float32Array {
  check(what, given, ROW);
  const row = new Float32Array(given as Float32Array);
  if (row.length !== width)
    throw new HandfulError("shape", `${what}: expected ${width} numbers, got ${row.length}`);
  if (!row.every(Number.isFinite)) throw new HandfulError("not-finite", `${what} hold NaN or infinity`);
  return row;
}

/** An encoding with a small picture of the image as it is now. */
async function withThumbnail(
  image: ImageSource,
  side: number,
  encoding: Promise<Encoding>,
): Promise<Encoding> {
  const [made, captured] = await Promise.allSettled([encoding, capture(image)]);
  try {
    if (made.status === "rejected") throw made.reason;
    if (made.value.thumbnail) return made.value;
    if (captured.status === "rejected") throw captured.reason;
    return { ...made.value, thumbnail: await drawThumbnail(captured.value.image, side) };
  } finally {
    if (captured.status === "fulfilled" && "close" in captured.value.image) captured.value.image.close();
  }
}
