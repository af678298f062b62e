/// <reference lib="esnext.disposable" preserve="true" />
import { check, RECORD, STREAMS, TEXT } from "./check.js";
import { disposable } from "./disposable.js";
import { type EncoderOptions, EncoderWorker, placeOf, shippedEncoder } from "./encoder-worker.js";
import { EncoderFiles } from "./files.js";
import { encodeMany, fits, type ImageEncoder } from "./image-encoder.js";
import type {
  CallOptions,
  EncodeOptions,
  EncodeResult,
  EncoderSource,
  Encoding,
  ImageSource,
  ModelFiles,
  Streams,
  TextEncoding,
} from "./types.js";

/**
 * Turns images, and names where it can, into features in a Web Worker. For many images it starts more workers, for a while; see
 * `EncoderOptions.workers`. A single image goes before those of {@link encodeMany} and of other calls on many images.
 *
 * `Classifier` makes one by itself. Load one yourself to share it between classifiers or to use features alone.
 * When a worker crashes, the image that it was at is rejected with the code `worker`, and the next one starts a
 * new worker. Where the encoder's files have become others by then, it is rejected with `model-mismatch`: features of two
 * encoders cannot be compared.
 *
 * @example
 * ```ts
 * const encoder = await Encoder.load();
 * const { features } = await encoder.encode(photo);
 * encoder.dispose();
 * ```
 */
export class Encoder implements ImageEncoder, Disposable {
  static {
    disposable(Encoder);
  }

  /** The same as {@link dispose}, for `using`, in engines that have it. */
  declare readonly [Symbol.dispose]: () => void;
  readonly #worker: EncoderWorker;

  private constructor(worker: EncoderWorker) {
    this.#worker = worker;
  }

  /**
   * The name that the manifest gives.
   *
   * @example
   * ```ts
   * heading.textContent = encoder.name; // handful-lite0
   * ```
   */
  get name(): string {
    return this.#worker.loaded.name;
  }

  /**
   * Identifies the encoder: its name and the start of the sha256 of its model. Sets are saved with it.
   *
   * @example
   * ```ts
   * const mine = inspect(bytes).encoderId === encoder.id;
   * ```
   */
  get id(): string {
    return this.#worker.loaded.id;
  }

  /**
   * The parts of a feature row, in order.
   *
   * @example
   * ```ts
   * const width = encoder.streams.reduce((sum, { dim }) => sum + dim, 0);
   * const { features } = await encoder.encode(photo);
   * console.log(features.length === width); // true
   * ```
   */
  get streams(): Streams {
    return this.#worker.loaded.streams;
  }

  /**
   * Whether it has a text side, so that {@link encodeText} works.
   *
   * @example
   * ```ts
   * if (encoder.hasText) {
   *   const { features, confidence } = await encoder.encodeText("apple");
   *   if (confidence >= 0.5) classifier.setText("apple", features);
   * }
   * ```
   */
  get hasText(): boolean {
    return this.#worker.loaded.hasText;
  }

  /**
   * Whether the text side is there: it came with the encoder, or a text was encoded. Otherwise the first text downloads it,
   * which may be more than 100 MB.
   *
   * @example
   * ```ts
   * if (encoder.hasText && !encoder.textReady) heading.textContent = "Labels are read after a download.";
   * ```
   */
  get textReady(): boolean {
    return this.#worker.textReady;
  }

  /**
   * How many files it takes at a time; see `ImageEncoder.atOnce`.
   *
   * @example
   * ```ts
   * heading.textContent = `${encoder.atOnce} photos at a time`;
   * ```
   */
  get atOnce(): number {
    return this.#worker.atOnce;
  }

  /**
   * Starts a worker, downloads an encoder and loads it. Progress comes in the stages `compile` (the WebAssembly),
   * `download` (the model, in bytes) and `load`.
   *
   * @param source - Default: the encoder that comes with the package.
   * @throws {@link HandfulError} with code `manifest`, `model` or `model-mismatch` for an encoder that cannot be
   * used, `network`, `worker`, `wasm-html`, `wasm-load`, `simd-missing`, or `no-encoder` where there are no workers.
   *
   * @example
   * ```ts
   * const encoder = await Encoder.load(preset("handful-lite2", { base: "/models/" }), { onProgress });
   * const [one, other] = await Promise.all([Classifier.create({ encoder }), Classifier.create({ encoder })]);
   * ```
   */
  static async load(
    source: EncoderSource = shippedEncoder(),
    options: EncoderOptions = {},
  ): Promise<Encoder> {
    return new Encoder(await EncoderWorker.start(source, options, true));
  }

  /**
   * How many bytes {@link load} would fetch before images can be encoded: `total`, as the manifest says it (0 where it does
   * not), and how many of them are `kept` on this device already. To be told before a large download; only the manifest is
   * fetched for it.
   *
   * @throws {@link HandfulError} with code `manifest` or `network`.
   *
   * @example
   * ```ts
   * const { total, kept } = await Encoder.downloadSize(preset("clip-vit-b-32"));
   * heading.textContent = `${Math.round((total - kept) / 1e6)} MB are to be downloaded.`;
   * ```
   */
  static async downloadSize(source: EncoderSource): Promise<{ total: number; kept: number }> {
    return (await EncoderFiles.open(placeOf(source))).size();
  }

  /**
   * Features of one image.
   *
   * @throws {@link HandfulError} with code `not-an-image`, `file-gone`, `image-empty`, `image-too-large`, `worker` or `disposed`.
   *
   * @example
   * ```ts
   * const { features } = await encoder.encode(photo, { signal });
   * console.log(classifier.predictFeatures(features).label); // apple
   * ```
   */
  async encode(image: ImageSource, options: EncodeOptions = {}): Promise<Encoding> {
    return this.#worker.encode(image, options);
  }

  /**
   * Features of many images, in order, as they come. A bad image gives an item with `error` and does not stop the
   * rest; an abort or `dispose()` does, and throws.
   *
   * @example
   * ```ts
   * for await (const { index, features, error } of encoder.encodeMany(files)) {
   *   if (features) rows[index] = features;
   *   else console.warn(files[index].name, error.message);
   * }
   * ```
   */
  encodeMany(images: Iterable<ImageSource>, options: EncodeOptions = {}): AsyncGenerator<EncodeResult, void> {
    return encodeMany(this, images, options);
  }

  /**
   * Features of the name of a thing, for `setText`: where it lies in the space of the stream `clip`. The encoder of the
   * package knows plain English nouns: "apple", "coffee cups", "a photo of a sea horse".
   * Unless {@link textReady}, the first text downloads the text side, with progress in the stage `download`; an abort
   * stops that, and images do not wait for it.
   *
   * @throws {@link HandfulError} with code `no-text` where {@link hasText} is false, `network`, `model`,
   * `model-mismatch`, `worker` or `disposed`.
   *
   * @example
   * ```ts
   * const { features, confidence } = await encoder.encodeText("apple", { onProgress });
   * if (confidence >= 0.5) classifier.setText("apple", features);
   * ```
   */
  async encodeText(name: string, options: CallOptions = {}): Promise<TextEncoding> {
    return this.#worker.encodeText(name, options);
  }

  /**
   * Whether a set's features can come from this encoder: the streams are the same, and its id where the set has one.
   *
   * @example
   * ```ts
   * if (encoder.fits(inspect(bytes))) await Classifier.load(bytes, { encoder });
   * ```
   */
  fits(set: { readonly streams: Streams; readonly encoderId?: string | undefined }): boolean {
    check("set", set, RECORD);
    check("set.streams", set.streams, STREAMS);
    if (set.encoderId !== undefined) check("set.encoderId", set.encoderId, TEXT);
    return fits(this, set);
  }

  /**
   * Its manifest and its model, fetched anew; see `ImageEncoder.files`.
   *
   * @example
   * ```ts
   * const { manifest, model } = await encoder.files({ onProgress });
   * console.log(JSON.parse(manifest).name, model.length);
   * ```
   */
  files(options: CallOptions = {}): Promise<ModelFiles> {
    return this.#worker.files(options);
  }

  /**
   * Ends its workers and frees their memory; calls that are not done reject with the code `disposed`.
   *
   * @example
   * ```ts
   * const encoder = await Encoder.load();
   * const { features } = await encoder.encode(photo);
   * encoder.dispose();
   * ```
   */
  dispose(): void {
    this.#worker.dispose();
  }
}
