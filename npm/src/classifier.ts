import { abortable } from "./abort.js";
import { batch } from "./batch.js";
import {
  BYTES,
  CALL_OPTIONS,
  COUNT,
  check,
  checkOptions,
  ENCODE_OPTIONS,
  ENCODER,
  FLAG,
  FUNCTION,
  IMAGE_OPTIONS,
  type Kinds,
  MODULE,
  OTHER_ENCODER,
  STREAMS,
  WORKERS,
} from "./check.js";
import type { CoreClassifier, CoreConstructor } from "./core-module.js";
import { fromEarlierEncoder } from "./earlier.js";
import { Encoder } from "./encoder.js";
import { guarded, HandfulError } from "./errors.js";
import { ASSIGN_OPTIONS, CORE_OPTIONS, type CoreOptions, FeatureClassifier } from "./feature-classifier.js";
import { CheckedEncoder, fits, type ImageEncoder, isImageEncoder } from "./image-encoder.js";
import { inspect } from "./inspect.js";
import { preset, presetOf } from "./preset.js";
import { type Lost, type PictureOf, reencode } from "./reencode.js";
import type {
  AddResult,
  Answer,
  AssignOptions,
  BatchItem,
  CallOptions,
  EncodeOptions,
  EncoderSource,
  Encoding,
  ImageOptions,
  ImageSource,
  Neighbour,
  Opinion,
  PredictResult,
  Streams,
} from "./types.js";
import { loadCore } from "./wasm.js";

/**
 * Options of {@link Classifier.create} and {@link Classifier.load}.
 *
 * @example
 * ```ts
 * import type { ClassifierOptions } from "handful";
 *
 * const options: ClassifierOptions = { encoder: preset("mobileclip-s1"), text: true, workers: 2, onProgress };
 * const classifier = await Classifier.create(options);
 * ```
 */
export interface ClassifierOptions extends CoreOptions, CallOptions {
  /**
   * What turns images into features. Default: the encoder that comes with the package. A source is loaded, and
   * disposed of with the classifier; an {@link Encoder} or another {@link ImageEncoder} of yours stays yours. `null`: none,
   * features only. `"auto"`: the one that made the set that is loaded, where that is a `preset` or the encoder of the package; a preset
   * may be a large download, of which `inspect` and {@link presetOf} tell before. Where its files lie at a place of yours, as those of
   * `handful-lite2` must, say so in place of `"auto"`: `preset(name, { base })`. A new set gets the encoder of the package.
   */
  readonly encoder?: EncoderSource | ImageEncoder | "auto" | null | undefined;
  /** The parts of a feature row; only for a new set with `encoder: null`. */
  readonly streams?: Streams | undefined;
  /**
   * Whether the encoder's text side, where it has one, reads the labels. A class whose label it understands can then be
   * recognised before it has an example. Default: {@link ImageEncoder.textReady}, so that only `true` downloads the text side of
   * a `preset`. Texts that a loaded set brings along stay in any case.
   */
  readonly text?: boolean | undefined;
  /**
   * Told why a label could not be read, such as a download of the text side that failed; the label is looked at again after a
   * change. The progress of that download comes to `onProgress`.
   */
  readonly onTextError?: ((error: unknown, label: string) => void) | undefined;
  /** The encoder's WebAssembly; see `EncoderOptions.wasm`. */
  readonly encoderWasm?: URL | string | WebAssembly.Module | undefined;
  /** Makes the encoder's worker; see `EncoderOptions.worker`. */
  readonly worker?: (() => Worker) | undefined;
  /** How many workers look at many images; see `EncoderOptions.workers`. */
  readonly workers?: number | "auto" | undefined;
}

const OPTIONS: Kinds<ClassifierOptions> = {
  ...CORE_OPTIONS,
  ...CALL_OPTIONS,
  encoder: ENCODER,
  streams: STREAMS,
  text: FLAG,
  onTextError: FUNCTION,
  encoderWasm: MODULE,
  worker: FUNCTION,
  workers: WORKERS,
};

/**
 * Options of {@link Classifier.reencode}.
 *
 * @example
 * ```ts
 * import type { ReencodeOptions } from "handful";
 *
 * const picture = (id: number) => {
 *   const jpeg = pictures.get(id);
 *   return jpeg && new Blob([jpeg]);
 * };
 * const options: ReencodeOptions = { encoder, picture, onProgress };
 * const { classifier, lost } = await Classifier.reencode(bytes, options);
 * ```
 */
export interface ReencodeOptions extends Omit<ClassifierOptions, "encoder" | "streams"> {
  /** The other encoder. Default: the one that comes with the package. */
  readonly encoder?: EncoderSource | ImageEncoder | undefined;
  /**
   * The picture of the photo with an id, the larger the better, as it was taught. Where it gives none, the one that is kept in the file is
   * taken. Photos of a few pictures are asked for at a time.
   */
  readonly picture?: PictureOf | undefined;
}

const { streams: _, ...OPTIONS_OF_MADE } = OPTIONS;
const REENCODE_OPTIONS: Kinds<ReencodeOptions> = {
  ...OPTIONS_OF_MADE,
  encoder: OTHER_ENCODER,
  picture: FUNCTION,
};

/** What {@link Classifier.reencode} gives. */
export interface Reencoded {
  /** The set as the other encoder sees it. */
  readonly classifier: Classifier;
  /** What is not in it; empty where all is. */
  readonly lost: readonly Lost[];
}

/**
 * Recognises what it has been shown: give it a few images of each of a few things, then ask about others.
 * Everything happens on this device. Changes of the set are described at {@link FeatureClassifier}.
 *
 * It reads the labels with the encoder's text side, where that is at hand or asked for (`text`): see
 * {@link FeatureClassifier.readLabels}. Images that are handed over after a class was named wait until its name has been
 * looked at, but not for a download.
 *
 * @example
 * ```ts
 * const classifier = await Classifier.create();
 * await classifier.addExamples(applePhotos, "apple");
 * await classifier.addExamples(pearPhotos, "pear");
 * const { label, probability } = await classifier.predict(photo);
 * ```
 */
export class Classifier extends FeatureClassifier {
  readonly #encoder: CheckedEncoder | null;
  /** Ends the encoder that this classifier has loaded; nothing where it was handed over. */
  readonly #endEncoder: () => void;

  private constructor(core: CoreClassifier, { encoder, end }: Opened, options: ClassifierOptions) {
    super(core);
    this.#encoder = encoder;
    this.#endEncoder = end;
    const { onProgress, onTextError, text = encoder?.textReady } = options;
    if (encoder?.hasText && text)
      this.readLabels((label) => encoder.encodeText(label, { onProgress }), onTextError);
  }

  /**
   * An empty set, with its encoder loaded.
   * @throws {@link HandfulError} with one of the codes of `init` and {@link Encoder.load}, or `parameter` for
   * `encoder: null` without `streams`, or an encoder whose streams cannot be, or come in another order than
   * {@link FeatureClassifier.streams} says.
   *
   * @example
   * ```ts
   * const classifier = await Classifier.create({ onProgress });
   * console.log(classifier.encoder?.id);
   * ```
   */
  static override async create(options: ClassifierOptions = {}): Promise<Classifier> {
    checkOptions("options", options, OPTIONS);
    return Classifier.#assemble(options, async (Core, encoder) => {
      const streams = encoder?.streams ?? options.streams;
      if (!streams) throw new HandfulError("parameter", "A classifier with `encoder: null` needs `streams`.");
      return emptyOf(Core, streams, encoder);
    });
  }

  /**
   * A set that `save` wrote, of this version or an earlier one, with its encoder loaded.
   * @throws {@link HandfulError} with one of the codes of {@link create}, `format` for bytes that are no set, or
   * `other-encoder` for a set that was made with another encoder.
   *
   * @example
   * ```ts
   * const classifier = await Classifier.load(bytes, { encoder: "auto", onProgress });
   * const { label } = await classifier.predict(photo);
   * ```
   */
  static override async load(bytes: Uint8Array, options: ClassifierOptions = {}): Promise<Classifier> {
    check("bytes", bytes, BYTES);
    checkOptions("options", options, OPTIONS);
    const chosen = options.encoder === "auto" ? { ...options, encoder: makerOf(bytes) } : options;
    return Classifier.#assemble(chosen, async (Core, encoder) => {
      const core = guarded(() => Core.load(bytes));
      const [streams, encoderId] = [core.streams(), core.encoder()];
      if (!encoder || fits(encoder, { streams, encoderId })) return core;
      core.free();
      const earlier = fromEarlierEncoder({ encoderId });
      const made = earlier
        ? `“${encoderId}”, the encoder of an earlier version of handful`
        : describe(encoderId, streams);
      const way = earlier ? "Have" : "Load it with the encoder that made it, or have";
      throw new HandfulError(
        "other-encoder",
        `This set was made with ${made}; the encoder here is ${describe(encoder.id, encoder.streams)}. ${way} \`Classifier.reencode\` teach it anew from its pictures.`,
      );
    });
  }

  /**
   * A set taught anew with another encoder, from its pictures: those that `writeSetFile` of `handful/store` has put beside it, or those that
   * `picture` gives. Classes, labels, ids, order, negatives, unlabelled photos, the head, `strictness` and who takes part stay; labels
   * are read anew. The bytes are not changed, so whoever keeps them, or the classifier that saved them, can go back; an abort leaves
   * nothing behind.
   * Progress comes in the stages of {@link Encoder.load}, then of all photos in the stage `encode`.
   *
   * @param bytes - What `save` or `writeSetFile` wrote.
   * @returns The new set without undo steps, and what could not be taught anew, each with its reason.
   * @throws {@link HandfulError} with one of the codes of {@link create}, or `format`; the reason of an abort.
   *
   * @example
   * ```ts
   * const bytes = new Uint8Array(await file.arrayBuffer());
   * const { classifier, lost } = await Classifier.reencode(bytes, { encoder: preset("mobileclip-s1"), onProgress });
   * for (const { id, label, reason } of lost) console.warn(`photo ${id} of ${label}: ${reason.message}`);
   * ```
   */
  static async reencode(bytes: Uint8Array, options: ReencodeOptions = {}): Promise<Reencoded> {
    check("bytes", bytes, BYTES);
    checkOptions("options", options, REENCODE_OPTIONS);
    let lost: readonly Lost[] = [];
    const classifier = await Classifier.#assemble(options, async (Core, other) => {
      const encoder = other as CheckedEncoder; // none is not taken
      const empty = emptyOf(Core, encoder.streams, encoder);
      try {
        const anew = await reencode(bytes, Core, empty, encoder.given, options);
        lost = anew.lost;
        return guarded(() => Core.load(anew.bytes));
      } finally {
        empty.free();
      }
    });
    return { classifier, lost };
  }

  static async #assemble(
    options: ClassifierOptions,
    build: (Core: CoreConstructor, encoder: CheckedEncoder | null) => Promise<CoreClassifier>,
  ): Promise<Classifier> {
    const loading = openEncoder(options);
    try {
      const [Core, opened] = await Promise.all([abortable(loadCore(options.core), options.signal), loading]);
      return new Classifier(await build(Core, opened.encoder), opened, options);
    } catch (error) {
      loading.then(
        ({ end }) => end(),
        () => {},
      );
      throw error;
    }
  }

  /**
   * The encoder: the one that was handed over, or the {@link Encoder} that was loaded; null where there is none.
   *
   * @example
   * ```ts
   * console.log(classifier.encoder?.streams.map(({ name }) => name)); // ["clip"]
   * ```
   */
  get encoder(): ImageEncoder | null {
    return this.#encoder?.given ?? null;
  }

  /**
   * Adds an image as an example, and its class if that is new. The set changes when the image is encoded, all at once. A class
   * that is removed or renamed until then is not made anew.
   *
   * @returns The id of the example.
   * @throws {@link HandfulError} with one of the codes of {@link Encoder.encode}, `empty-label`, `label-too-long`
   * (both before the image is looked at), `unknown-class` for a class that is gone, `zero-feature` or `no-encoder`.
   *
   * @example
   * ```ts
   * const id = await classifier.addExample(photo, "apple");
   * console.log(id, classifier.examples.length); // 8 9
   * ```
   */
  async addExample(image: ImageSource, label: string, options: ImageOptions = {}): Promise<number> {
    await this.checkLabel(label);
    const encoder = this.#images();
    const { add, end } = this.#adding(label, (features) => this.addFeatures(features, label));
    try {
      return add((await encoder.encode(image, options)).features);
    } finally {
      end();
    }
  }

  /**
   * Adds many images to one class. An image that fails gives an item with `error` and does not stop the rest.
   * An abort rejects; the examples that were added until then stay. A class that is removed or renamed meanwhile is not made
   * anew: the images that were to come have the code `unknown-class`.
   *
   * @param options.thumbnail - Pixels of a side: then each item has a small picture of its image, made of the pixels that are decoded for
   * the encoder.
   * @throws {@link HandfulError} with code `empty-label`, `label-too-long`, `no-encoder` or `disposed`.
   *
   * @example
   * ```ts
   * for (const { index, error } of await classifier.addExamples(applePhotos, "apple"))
   *   if (error) console.warn(applePhotos[index].name, error.message);
   * console.log(classifier.examples.length); // 12
   * ```
   *
   * @example Kept with their pictures, in one step
   * ```ts
   * await set.classifier.transaction("add apples", async () => {
   *   for (const { id, thumbnail } of await set.classifier.addExamples(applePhotos, "apple", { thumbnail: 224 }))
   *     if (thumbnail) set.setPicture(id, thumbnail);
   * });
   * ```
   */
  async addExamples(
    images: Iterable<ImageSource>,
    label: string,
    options: EncodeOptions = {},
  ): Promise<AddResult[]> {
    await this.checkLabel(label);
    const { add, end } = this.#adding(label, (features) => this.addFeatures(features, label));
    try {
      return await this.#addEach(images, options, add);
    } finally {
      end();
    }
  }

  /**
   * Adds an image that shows none of the classes, such as the empty table or an empty hand: what is like it is said to be `foreign`; see
   * {@link FeatureClassifier.addNegativeFeatures}.
   *
   * @returns The id of the negative.
   * @throws {@link HandfulError} with one of the codes of {@link Encoder.encode}, `zero-feature` or `no-encoder`.
   *
   * @example
   * ```ts
   * await classifier.addNegative(tablePhoto);
   * console.log((await classifier.predict(tablePhoto)).foreign); // true
   * ```
   */
  async addNegative(image: ImageSource, options: ImageOptions = {}): Promise<number> {
    const { features } = await this.#images().encode(image, options);
    return this.addNegativeFeatures(features);
  }

  /**
   * Adds many images that nobody has labelled, of the classes or of none: answers learn from them; see
   * {@link FeatureClassifier.addUnlabelledFeatures}. An image that fails gives an item with `error` and does not stop the rest. An abort
   * rejects; the images that were added until then stay.
   *
   * @param options.thumbnail - As for {@link addExamples}.
   * @returns An item for each image, in order: the id of the photo, or the error, with code `too-many-items` where there are 1,000.
   * @throws {@link HandfulError} with code `no-encoder` or `disposed`; the reason of an abort.
   *
   * @example
   * ```ts
   * await classifier.addUnlabelled(files, { onProgress });
   * await classifier.learned;
   * console.log(classifier.unlabelled.length); // 24
   * ```
   */
  async addUnlabelled(images: Iterable<ImageSource>, options: EncodeOptions = {}): Promise<AddResult[]> {
    return this.#addEach(images, options, (features) => this.addUnlabelledFeatures(features));
  }

  /**
   * Learns an image in order, from a stream that may be endless; see {@link FeatureClassifier.observeFeatures}. The set changes when the image
   * is encoded, all at once; images that are handed over together may overtake each other. A class that is removed or renamed until then is not
   * made anew.
   *
   * @throws {@link HandfulError} with one of the codes of {@link addExample}, or `parameter` where the head is not `uer`.
   *
   * @example
   * ```ts
   * classifier.head = "uer";
   * for (const photo of pearPhotos) await classifier.observe(photo, "pear");
   * console.log(classifier.observed); // 12
   * ```
   */
  async observe(image: ImageSource, label: string, options: ImageOptions = {}): Promise<void> {
    await this.checkLabel(label);
    const encoder = this.#images();
    const { add, end } = this.#adding(label, (features) => this.observeFeatures(features, label));
    try {
      add((await encoder.encode(image, options)).features);
    } finally {
      end();
    }
  }

  /**
   * Which class an image belongs to.
   *
   * @throws {@link HandfulError} with one of the codes of {@link Encoder.encode}, `not-enough-examples` while fewer
   * than two classes can be scored, `zero-feature` or `no-encoder`.
   *
   * @example
   * ```ts
   * const { label, foreign } = await classifier.predict(photo);
   * console.log(foreign ? "none of these" : label); // apple
   * ```
   */
  async predict(image: ImageSource, options: ImageOptions = {}): Promise<Answer> {
    const encoding = await this.#images().encode(image, options);
    await this.prepare({ signal: options.signal });
    return this.#answer(encoding);
  }

  /**
   * Answers for many images, in order, as they come. An image that fails gives an item with `error` and does not
   * stop the rest; an abort or `dispose()` does, and throws.
   *
   * @example
   * ```ts
   * for await (const { index, answer, error } of classifier.predictMany(files)) {
   *   console.log(files[index].name, answer ? answer.label : error.message);
   * }
   * ```
   */
  async *predictMany(
    images: Iterable<ImageSource>,
    options: ImageOptions = {},
  ): AsyncGenerator<PredictResult, void> {
    checkOptions("options", options, IMAGE_OPTIONS);
    await this.prepare({ signal: options.signal });
    yield* this.#each(images, options, (encoding) => ({ answer: this.#answer(encoding) }));
  }

  /**
   * What single heads say of an image, and their shares of the answer: see {@link FeatureClassifier.explainFeatures}.
   *
   * @throws {@link HandfulError} with one of the codes of {@link predict}.
   *
   * @example
   * ```ts
   * for (const { head, scores, weight } of await classifier.explain(photo))
   *   console.log(`${head} says ${scores[0].label} and is worth ${weight}`);
   * ```
   */
  async explain(image: ImageSource, options: ImageOptions = {}): Promise<readonly Opinion[]> {
    const { features } = await this.#images().encode(image, options);
    return this.explainFeatures(features);
  }

  /**
   * Answers for many images, once all are encoded. From 20 images on the automatic head lets them help each other; see
   * {@link FeatureClassifier.predictFeaturesTogether}. An image that fails gives an item with `error` and does not stop the
   * rest. {@link predictMany} answers for each image by itself, as it comes.
   *
   * @example
   * ```ts
   * for (const { index, answer, error } of await classifier.predictTogether(files)) {
   *   console.log(files[index].name, answer ? answer.label : error.message);
   * }
   * ```
   *
   * @returns An item for each image, in order.
   * @throws {@link HandfulError} with code `not-enough-examples` while fewer than two classes can be scored, `zero-feature`,
   * `no-encoder` or `disposed`; the reason of an abort.
   */
  async predictTogether(images: Iterable<ImageSource>, options: ImageOptions = {}): Promise<PredictResult[]> {
    return this.#together(images, options, (rows) =>
      this.predictFeaturesTogether(rows, { signal: options.signal }),
    );
  }

  /**
   * Which class each of many images belongs to, where it is known how many each class holds at most: `counts`, or one each; see
   * {@link FeatureClassifier.assignFeatures}. An image that fails gives an item with `error`, and the rest are shared out without it.
   *
   * @example
   * ```ts
   * for (const { index, answer, error } of await classifier.assign([photo, tablePhoto], { counts: { apple: 1, pear: 1 } })) {
   *   console.log(index, answer ? `${answer.label}, ${answer.probability}` : error.message);
   * }
   * ```
   *
   * @returns An item for each image, in order.
   * @throws {@link HandfulError} with one of the codes of {@link FeatureClassifier.assignFeatures}, or `no-encoder`; the reason of an abort.
   */
  async assign(
    images: Iterable<ImageSource>,
    options: ImageOptions & AssignOptions = {},
  ): Promise<PredictResult[]> {
    checkOptions("options", options, ASSIGN_OPTIONS);
    const { counts, signal } = options;
    return this.#together(images, options, (rows) => this.assignFeatures(rows, { counts, signal }));
  }

  /**
   * The examples that are most like an image, the likest first: what an answer rests on.
   *
   * @throws {@link HandfulError} with one of the codes of {@link Encoder.encode}, `zero-feature` or `no-encoder`.
   *
   * @example
   * ```ts
   * const neighbours = await classifier.nearest(photo, 3);
   * console.log(neighbours.map(({ label }) => label)); // ["apple", "apple", "apple"]
   * ```
   */
  async nearest(
    image: ImageSource,
    count: number,
    options: ImageOptions = {},
  ): Promise<readonly Neighbour[]> {
    check("count", count, COUNT);
    const { features } = await this.#images().encode(image, options);
    return this.nearestFeatures(features, count);
  }

  /**
   * What to label next: the places of the `count` images of a pile that would teach most, the most wanted first. Those are
   * wanted that the set is unsure of and that are unlike all that is taught or wanted already. An image that cannot be read
   * is not among them.
   *
   * @throws {@link HandfulError} with code `zero-feature`, `no-encoder` or `disposed`; the reason of an abort.
   *
   * @example
   * ```ts
   * const [place] = await classifier.suggest([photo, tablePhoto], 1);
   * console.log(place); // 1
   * ```
   */
  async suggest(images: Iterable<ImageSource>, count: number, options: ImageOptions = {}): Promise<number[]> {
    check("count", count, COUNT);
    const [rows, places]: [Float32Array[], number[]] = [[], []];
    for await (const { index, features } of this.#each(images, options, (encoding) => encoding)) {
      if (!features) continue;
      rows.push(features);
      places.push(index);
    }
    await this.prepare({ signal: options.signal });
    return this.suggestFeatures(rows, count).map((row) => places[row] as number);
  }

  /**
   * All that answers an image, as a ZIP file that runs without handful: `model.onnx` from pixels to probabilities with the encoder in
   * it, `labels.json`, `predict.py` for Python, `index.html` for browsers, and a `README.md` that says how good the answers are. Of the
   * heads of {@link FeatureClassifier.exportOnnx}; nothing of the automatic one is lost. The encoder's files are fetched once more.
   *
   * @throws {@link HandfulError} with one of the codes of {@link FeatureClassifier.exportOnnx} and {@link Encoder.load}; `model` too where the
   * encoder is one of yours without {@link ImageEncoder.files}, or of an operator set before 11; `no-encoder`.
   *
   * @example
   * ```ts
   * const zip = await classifier.exportModel({ onProgress });
   * link.href = URL.createObjectURL(new Blob([zip], { type: "application/zip" }));
   * link.download = "fruit.zip";
   * ```
   */
  async exportModel(options: CallOptions = {}): Promise<Uint8Array<ArrayBuffer>> {
    checkOptions("options", options, CALL_OPTIONS);
    const encoder = this.#images();
    // What is exported is the set as it is now. Pages that export nothing do not load how.
    const [answer, saved] = [this.exportOnnx(), this.save()];
    const [{ bundle }, files] = await Promise.all([import("./export/bundle.js"), encoder.files(options)]);
    return bundle(await FeatureClassifier.load(saved), answer, files);
  }

  /**
   * Frees the memory of the set, and ends the encoder if this classifier loaded it. Doing it twice is fine.
   *
   * @example
   * ```ts
   * const guest = await Classifier.load(bytes, { encoder });
   * console.log((await guest.predict(photo)).label); // apple
   * guest.dispose(); // the encoder was handed over, so it stays
   * ```
   */
  override dispose(): void {
    super.dispose();
    this.#endEncoder();
  }

  #answer({ features, timings }: Encoding): Answer {
    const answer = this.predictFeatures(features);
    return { ...answer, timings: { ...timings, classify: answer.timings.classify } };
  }

  /** Adds to a class that may be new. Once it was there, whoever took it away meant it: it is not made anew. */
  #adding<Added>(
    label: string,
    put: (features: Float32Array) => Added,
  ): { add(features: Float32Array): Added; end(): void } {
    let known = this.hasClass(label);
    const end = this.subscribe(() => {
      known ||= this.hasClass(label);
    });
    const add = (features: Float32Array): Added => {
      if (known && !this.hasClass(label)) {
        throw new HandfulError(
          "unknown-class",
          `The class “${label}” was removed or renamed while the image was encoded.`,
        );
      }
      return put(features);
    };
    return { add, end };
  }

  /** Adds each image, and says which photo it has become. */
  #addEach(
    images: Iterable<ImageSource>,
    options: EncodeOptions,
    add: (features: Float32Array) => number,
  ): Promise<AddResult[]> {
    const end = ({ features, thumbnail }: Encoding) => ({
      id: add(features),
      ...(thumbnail && { thumbnail }),
    });
    return all(batch(images, options, ENCODE_OPTIONS, this.#images(), end));
  }

  /** What is answered for many images at once, when all are encoded. */
  async #together(
    images: Iterable<ImageSource>,
    options: ImageOptions,
    ask: (rows: Float32Array[]) => Promise<Answer[]>,
  ): Promise<PredictResult[]> {
    const encoded = await all(this.#each(images, options, (encoding) => encoding));
    const rows = encoded.flatMap(({ features }) => features ?? []);
    await this.prepare({ signal: options.signal });
    const next = (await ask(rows)).values();
    return encoded.map(({ index, error, timings }) => {
      if (error) return { index, error };
      const answer = next.next().value as Answer;
      return { index, answer: { ...answer, timings: { ...timings, classify: answer.timings.classify } } };
    });
  }

  /** What `end` makes of each image's features, in order; an image that fails is one item. */
  #each<Value extends object>(
    images: Iterable<ImageSource>,
    options: ImageOptions,
    end: (encoding: Encoding) => Value,
  ): AsyncGenerator<BatchItem<Value>, void> {
    return batch(images, options, IMAGE_OPTIONS, this.#images(), end);
  }

  #images(): CheckedEncoder {
    void this.core; // says `disposed` rather than anything about the encoder
    if (this.#encoder) return this.#encoder;
    throw new HandfulError(
      "no-encoder",
      "This classifier has no encoder, so it takes features, not images: use addFeatures and predictFeatures.",
    );
  }
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const list: Item[] = [];
  for await (const item of items) list.push(item);
  return list;
}

/** An encoder, or none, and what ends it. */
interface Opened {
  readonly encoder: CheckedEncoder | null;
  end(): void;
}

async function openEncoder(options: ClassifierOptions): Promise<Opened> {
  const { encoder, encoderWasm: wasm, worker, workers, signal, onProgress } = options;
  if (encoder === null) return { encoder, end: () => {} };
  if (encoder === "auto") return openEncoder({ ...options, encoder: undefined });
  if (isImageEncoder(encoder)) return { encoder: new CheckedEncoder(encoder), end: () => {} };
  const loaded = await Encoder.load(encoder, { wasm, worker, workers, signal, onProgress });
  return { encoder: new CheckedEncoder(loaded), end: () => loaded.dispose() };
}

/** A set without classes. */
function emptyOf(Core: CoreConstructor, streams: Streams, encoder: CheckedEncoder | null): CoreClassifier {
  const core = guarded(() => new Core(streams, encoder?.id));
  if (!encoder || fits(encoder, { streams: core.streams() })) return core;
  core.free();
  throw new HandfulError(
    "parameter",
    `The streams of the encoder “${encoder.id}” should come in another order: \`clip\` first, the others by name.`,
  );
}

/** What may have made a set: whatever is no preset may be the encoder of the package, which loading finds out. */
function makerOf(bytes: Uint8Array): EncoderSource | undefined {
  const name = presetOf(inspect(bytes));
  return name && preset(name);
}

function describe(id: string | undefined, streams: Streams): string {
  return `“${id ?? "an unnamed encoder"}” with ${streams.map(({ name, dim }) => `${name} (${dim})`).join(" and ")}`;
}
