import type { HandfulError } from "./errors.js";

/**
 * Upright pixels in sRGB, row by row: red, green, blue and alpha of 8 bits each. `ImageData` is that, and so is what decoders
 * give in Node.
 *
 * @example
 * ```ts
 * import type { Pixels } from "handful";
 *
 * const white: Pixels = { data: new Uint8Array(4 * 8 * 8).fill(255), width: 8, height: 8 };
 * const { label } = await classifier.predict(white);
 * ```
 */
export interface Pixels {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Anything with pixels. The caller keeps what was passed: nothing is closed, transferred or changed.
 * A video, canvas or `ImageData` is captured at the moment of the call.
 *
 * @example
 * ```ts
 * import type { ImageSource } from "handful";
 *
 * const images: ImageSource[] = [photo, video, await createImageBitmap(photo)];
 * await classifier.addExamples(images, "apple");
 * ```
 */
export type ImageSource =
  | Blob
  | ImageBitmap
  | ImageData
  | Pixels
  | VideoFrame
  | HTMLImageElement
  | HTMLVideoElement
  | HTMLCanvasElement
  | OffscreenCanvas;

/**
 * Where a WebAssembly file comes from. Strings are URLs, relative to the page.
 *
 * @example
 * ```ts
 * import type { WasmSource } from "handful/core";
 *
 * const source: WasmSource = new URL("/assets/core_bg.wasm", location.href);
 * await init(source);
 * ```
 */
export type WasmSource = URL | string | Request | Response | BufferSource | WebAssembly.Module;

/**
 * How far a long call is.
 *
 * @example
 * ```ts
 * import type { Progress } from "handful";
 *
 * const onProgress = ({ stage, done, total }: Progress) => {
 *   heading.textContent = stage === "download" && total > 0 ? `${Math.round((100 * done) / total)} %` : stage;
 * };
 * const classifier = await Classifier.create({ onProgress });
 * ```
 */
export interface Progress {
  /**
   * `download`: the encoder's model, in bytes; `compile` and `load`: steps; `encode`: images.
   */
  readonly stage: "download" | "compile" | "load" | "encode";
  readonly done: number;
  /** 0 where it is not known. */
  readonly total: number;
}

/**
 * Options of every call that takes a while.
 *
 * @example
 * ```ts
 * import type { CallOptions } from "handful";
 *
 * const stop = new AbortController();
 * const options: CallOptions = { signal: stop.signal, onProgress: ({ done }) => (bar.value = done) };
 * const { features } = await encoder.encodeText("plum", options);
 * ```
 */
export interface CallOptions {
  /** Stops the call, which then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Called as the work goes on. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * Options of calls that share photos out among classes which hold so many.
 *
 * @example
 * ```ts
 * import type { AssignOptions } from "handful/core";
 *
 * const options: AssignOptions = { counts: { apple: 20, pear: 4 } };
 * const answers = await classifier.assignFeatures(rows, options);
 * console.log(answers.filter(({ label }) => label === "pear").length); // 4
 * ```
 */
export interface AssignOptions extends Pick<CallOptions, "signal"> {
  /** How many photos each class holds at most, by label; a class that is not named holds none. Default: one each. */
  readonly counts?: Readonly<Record<string, number>> | undefined;
}

/**
 * How closely an image is looked at: `photo`, or `live`, which takes less time (of the encoder that ships three quarters) and is meant for a
 * camera's pictures. Features of both can be compared. An encoder whose manifest names no size for `live` treats both alike.
 *
 * @example
 * ```ts
 * import type { Detail } from "handful";
 *
 * const detail: Detail = "live";
 * const { label } = await classifier.predict(video, { detail });
 * ```
 */
export type Detail = "photo" | "live";

/**
 * Options of every call that looks at images.
 *
 * @example
 * ```ts
 * import type { ImageOptions } from "handful";
 *
 * const options: ImageOptions = { detail: "live", signal };
 * const { label } = await classifier.predict(video, options);
 * ```
 */
export interface ImageOptions extends CallOptions {
  /** Default: `photo`. */
  readonly detail?: Detail | undefined;
}

/**
 * Options of calls that give features of images, or keep them.
 *
 * @example
 * ```ts
 * import type { EncodeOptions } from "handful";
 *
 * const options: EncodeOptions = { thumbnail: 224 };
 * const { features, thumbnail } = await encoder.encode(photo, options);
 * if (thumbnail) link.href = URL.createObjectURL(new Blob([thumbnail], { type: "image/jpeg" }));
 * ```
 */
export interface EncodeOptions extends ImageOptions {
  /**
   * Pixels of a side, 1 to 1024: then the answer has a small picture of the image's middle, a square on white, as JPEG. To
   * be shown, or kept beside an example; made of the pixels that are decoded for the encoder.
   */
  readonly thumbnail?: number | undefined;
  /**
   * How many more images are about to come, where this is one of many. Calls on many images hand it over; an image without it is
   * alone, and goes before them.
   */
  readonly following?: number | undefined;
}

/**
 * An image encoder: an ONNX model and the manifest that says how to feed it.
 *
 * @example
 * ```ts
 * import type { EncoderSource } from "handful";
 *
 * const source: EncoderSource = { manifest: "/models/mine.json", keep: true };
 * const encoder = await Encoder.load(source);
 * ```
 */
export interface EncoderSource {
  /** URL of the manifest (JSON). Strings are relative to the page. */
  readonly manifest: URL | string;
  /** URL of the ONNX file. Default: the manifest's `file`, found as `base` says. */
  readonly model?: URL | string | undefined;
  /** URL of the file that reads names, where the manifest has one. Default: its `words.file`, found as `base` says. */
  readonly words?: URL | string | undefined;
  /** Address of the folder with the files that the manifest names. Default: the manifest's `base`, else its own place. */
  readonly base?: URL | string | undefined;
  /**
   * Keeps the files in the cache `handful-encoders`, so that they are downloaded once and a broken download goes on.
   * A file is looked up by its address: put a new version under a new one. Default: false; presets are kept.
   */
  readonly keep?: boolean | undefined;
}

/**
 * One named part of a feature row, with its length.
 *
 * @example
 * ```ts
 * import type { Stream } from "handful/core";
 *
 * const counts: Stream = { name: "counts", dim: 3, plain: true };
 * const classifier = await FeatureClassifier.create({ streams: [counts] });
 * classifier.addFeatures(Float32Array.of(4, 0, 1), "dog");
 * ```
 */
export interface Stream {
  readonly name: string;
  readonly dim: number;
  /**
   * Of `clip`: what the cosine with a text is multiplied by before probabilities are made of it. Default: CLIP's own 100.
   * Features whose mean was taken away need less.
   */
  readonly scale?: number | undefined;
  /**
   * How many times less sure likenesses in this stream make an answer than those of a full-size encoder, as long as no example
   * of the set can tell. Default: 1.
   */
  readonly temperature?: number | undefined;
  /**
   * How much likenesses in this stream count beside those of the others, as long as no example of the set can tell.
   * Default: 1.
   */
  readonly weight?: number | undefined;
  /**
   * Whether its numbers mean what they are, such as counts. What the photos of different classes have in common is else taken
   * out of a stream before photos are compared. Default: false.
   */
  readonly plain?: boolean | undefined;
}

/**
 * The parts of a feature row, in order. A stream named `clip` shares its space with text.
 *
 * @example
 * ```ts
 * import type { Streams } from "handful/core";
 *
 * const streams: Streams = [{ name: "clip", dim: 512 }, { name: "aux", dim: 384 }];
 * const classifier = await FeatureClassifier.create({ streams });
 * classifier.addFeatures(new Float32Array(896).fill(1), "apple");
 * console.log(classifier.examples.length); // 1
 * ```
 */
export type Streams = readonly Stream[];

/**
 * Every way to compute answers. `auto` is the best for most sets: `fused`.
 *
 * | name | what it does | weights can be exported |
 * | --- | --- | --- |
 * | `zero_shot` | cosine with the text of each class | yes |
 * | `prototype` | cosine with the mean of each class | yes |
 * | `knn` | vote of the nearest examples | no |
 * | `tip_adapter` | text and the likeness to all examples | no |
 * | `logistic` | logistic regression | yes |
 * | `naive_bayes` | Gaussian classes, one variance a feature | yes |
 * | `naive_bayes_full` | Gaussian classes, one full covariance | yes |
 * | `kernel_ridge` | regression on the likeness to all examples | no |
 * | `amu` | zero-shot with a bias from the other streams, its strength learned from the set | without texts |
 * | `amu_published` | zero-shot with a bias from the other streams, as published | no |
 * | `uer` | weights learned from a stream with a small memory | yes |
 * | `fused` | regression and Gaussian classes on the photos with the texts of the classes, kept up with each change | no |
 *
 * @example
 * ```ts
 * const accuracies = HEAD_NAMES.map((head) => {
 *   classifier.head = head;
 *   return `${head}: ${classifier.evaluate().accuracy?.value}`;
 * });
 * console.log(accuracies[0]); // auto: 1
 * ```
 */
export const HEAD_NAMES = [
  "auto",
  "zero_shot",
  "prototype",
  "knn",
  "tip_adapter",
  "logistic",
  "naive_bayes",
  "naive_bayes_full",
  "kernel_ridge",
  "amu",
  "amu_published",
  "uer",
  "fused",
] as const;

/**
 * How answers are computed; see {@link HEAD_NAMES}.
 *
 * @example
 * ```ts
 * import type { HeadName } from "handful/core";
 *
 * const isHeadName = (text: string): text is HeadName => HEAD_NAMES.some((name) => name === text);
 * console.log(isHeadName("knn"), isHeadName("forest")); // true false
 * ```
 */
export type HeadName = (typeof HEAD_NAMES)[number];

/**
 * Heads whose weights can be exported whatever the set holds; see {@link HEAD_NAMES}.
 *
 * @example
 * ```ts
 * classifier.head = "logistic";
 * const { head } = classifier.predictFeatures(appleRow);
 * console.log(LINEAR_HEADS.includes(head)); // true
 * ```
 */
export const LINEAR_HEADS: readonly HeadName[] = [
  "zero_shot",
  "prototype",
  "logistic",
  "naive_bayes",
  "naive_bayes_full",
  "uer",
];

/** A class of the set; see {@link FeatureClassifier.classes}. */
export interface ClassSummary {
  readonly label: string;
  /** Number of examples. */
  readonly count: number;
  /** Whether the class has a text row: its label was understood, or `setText` gave one. */
  readonly hasText: boolean;
  /** Whether the class takes part in answers; see `setEnabled`. */
  readonly enabled: boolean;
}

/** An example of the set; see {@link FeatureClassifier.examples}. */
export interface ExampleSummary {
  /** Stable: survives moves, renames, undo, and saving. */
  readonly id: number;
  readonly label: string;
}

/** An example and how alike it is to an image; see {@link FeatureClassifier.nearestFeatures}. */
export interface Neighbour {
  readonly id: number;
  readonly label: string;
  /** Cosine of the features in [-1, 1], each stream weighted by how much it is trusted on this set. */
  readonly similarity: number;
}

/** A class and how probable it is; see {@link FeatureClassifier.predictFeatures}. */
export interface LabelScore {
  readonly label: string;
  /** In [0, 1]; the scores of one answer sum to 1. */
  readonly probability: number;
}

/**
 * What encoding one image cost, in milliseconds.
 *
 * @example
 * ```ts
 * import type { EncodeTimings } from "handful";
 *
 * const sum = ({ decode, preprocess, encode }: EncodeTimings) => decode + preprocess + encode;
 * const { timings } = await encoder.encode(photo);
 * console.log(`${sum(timings).toFixed()} ms`);
 * ```
 */
export interface EncodeTimings {
  /** From file or element to pixels. */
  readonly decode: number;
  /** From pixels to the encoder's input. */
  readonly preprocess: number;
  /** Running the encoder. */
  readonly encode: number;
}

/** What an answer of {@link Classifier.predict} cost, in milliseconds; 0 for a stage that did not run. */
export interface AnswerTimings extends EncodeTimings {
  /** From features to probabilities. */
  readonly classify: number;
}

/** What the classifier makes of an image; see {@link FeatureClassifier.predictFeatures}. */
export interface Answer {
  /** The most probable class. */
  readonly label: string;
  /** Its probability, in [0, 1]. */
  readonly probability: number;
  /** The second most probable class. */
  readonly runnerUp: LabelScore;
  /** All classes that could be scored, best first. */
  readonly scores: readonly LabelScore[];
  /**
   * Labels of the likeliest classes, best first, which hold the right one in nine of ten answers. Empty where no class
   * fits well.
   */
  readonly candidates: readonly string[];
  /** None of these: the image is taken to show none of the classes. `label` is then only the closest. */
  readonly foreign: boolean;
  /** Share of images of known classes that look at least as foreign, in (0, 1]; a small one says "none of these". */
  readonly pValue: number;
  /**
   * Labels of the classes that could not be scored: they have neither examples nor text, or `uer` has observed others. Disabled ones are not
   * among them.
   */
  readonly unscored: readonly string[];
  /** The head that answered; never `auto`. */
  readonly head: Exclude<HeadName, "auto">;
  readonly timings: AnswerTimings;
}

/** What one head says of an image, whether the answer is made of it or not; see {@link FeatureClassifier.explainFeatures}. */
export interface Opinion {
  readonly head: Exclude<HeadName, "auto">;
  /** All classes that it can score, best first; the probabilities sum to 1. */
  readonly scores: readonly LabelScore[];
  /** Entropy of the probabilities, in [0, 1]: 1 where all classes are equally likely. */
  readonly uncertainty: number;
  /** Its share of the answer, in [0, 1]; 0 for a head that the answer is not made of. */
  readonly weight: number;
}

/**
 * A share of images, in [0, 1], with the interval that holds its true value 95 times in 100; see
 * {@link FeatureClassifier.evaluate}.
 */
export interface Estimate {
  /** The share that was seen. */
  readonly value: number;
  /** Lower end of the interval. */
  readonly low: number;
  /** Upper end of the interval. */
  readonly high: number;
  /** Number of examples that it was seen on; examples that are nearly alike count once. */
  readonly n: number;
}

/** An example whose label looks wrong, since another class is all but certain; see {@link FeatureClassifier.evaluate}. */
export interface SuspectLabel {
  readonly id: number;
  /** The label that it has. */
  readonly label: string;
  /** The label of the class that it looks like. */
  readonly looksLike: string;
  /** The example of that class that it is most like. */
  readonly nearest: number;
  /** Probability of its own class less that of the other, in [-1, -0.9). */
  readonly margin: number;
}

/** An example that was taken for another class when it was held out; see {@link FeatureClassifier.evaluate}. */
export interface Mistake {
  readonly id: number;
  /** The label that it has. */
  readonly label: string;
  /** The label of the class that it was taken for. */
  readonly takenFor: string;
  /** Probability of that class, in (0, 1]. */
  readonly probability: number;
}

/**
 * How well a set works, judged by its own examples: each was answered as if it had not been taught; see
 * {@link FeatureClassifier.evaluate}.
 */
export interface Quality {
  /** Share of new images that will be recognised; `undefined` before enough examples could be held out. */
  readonly accuracy: Estimate | undefined;
  /** Labels of all classes, in the order of the rows and columns below. */
  readonly labels: readonly string[];
  /** Number of examples of class `r` that were taken for class `c`: `confusion[r][c]`. */
  readonly confusion: readonly (readonly number[])[];
  /** Share of each class that is recognised; `undefined` for a class without examples that could be held out. */
  readonly recall: readonly (Estimate | undefined)[];
  /** Examples that were taken for another class: those that `confusion` counts off its diagonal. */
  readonly mistakes: readonly Mistake[];
  /** Examples whose label looks wrong, the most suspicious first. */
  readonly suspects: readonly SuspectLabel[];
  /** Ids of the examples that would be `foreign` if they were asked about; of more than 400, among the first only. */
  readonly refused: readonly number[];
}

/**
 * Features of an image.
 *
 * @example
 * ```ts
 * import type { Encoding } from "handful";
 *
 * const kept = new Map<File, Encoding>();
 * for (const photo of files) kept.set(photo, await encoder.encode(photo));
 * ```
 */
export interface Encoding {
  /** One feature row: the streams of the encoder one after another, as the encoder gave them. */
  readonly features: Float32Array;
  readonly timings: EncodeTimings;
  /** Where it was asked for: a JPEG file. */
  readonly thumbnail?: Uint8Array<ArrayBuffer>;
}

/**
 * A model of images as files.
 *
 * @example
 * ```ts
 * import type { ImageSource, ModelFiles } from "handful";
 *
 * const files = async (): Promise<ModelFiles> => ({
 *   manifest: await (await fetch("/models/mine.json")).text(),
 *   model: new Uint8Array(await (await fetch("/models/mine.onnx")).arrayBuffer()),
 * });
 * const encode = async (image: ImageSource) => ({ features: await embed(image) });
 * const classifier = await Classifier.create({
 *   encoder: { id: "mine-2", streams: [{ name: "aux", dim: 512 }], encode, files },
 * });
 * ```
 */
export interface ModelFiles {
  /** The manifest's text. */
  readonly manifest: string;
  /** The ONNX file. */
  readonly model: Uint8Array;
}

/**
 * Features of a name.
 *
 * @example
 * ```ts
 * import type { TextEncoding } from "handful/core";
 *
 * const vocabulary = new Map([["plum", appleRow]]);
 * const encodeText = async (label: string): Promise<TextEncoding> => {
 *   const features = vocabulary.get(label);
 *   return { features: features ?? new Float32Array(512), confidence: features ? 1 : 0 };
 * };
 * classifier.readLabels(encodeText);
 * ```
 */
export interface TextEncoding {
  /** A row in the space of the stream `clip`, as long as it, as the encoder gave it. */
  readonly features: Float32Array;
  /**
   * How likely the row points roughly where it should, in [0, 1]; below a half the name is better left out. 1 for encoders
   * that cannot tell.
   */
  readonly confidence: number;
}

/** One image of a batch, as of {@link Classifier.predictMany}: its position and either a value or what went wrong with it. */
export type BatchItem<Value> =
  | (Value & { readonly index: number; readonly error?: undefined })
  | ({ readonly [Key in keyof Value]?: undefined } & {
      readonly index: number;
      readonly error: HandfulError;
    });

/** One image of {@link Classifier.addExamples} or `addUnlabelled`: the id of the new photo, and its picture where one was asked for, or the error. */
export type AddResult = BatchItem<{ readonly id: number } & Pick<Encoding, "thumbnail">>;

/** One image of {@link Classifier.predictMany}. */
export type PredictResult = BatchItem<{ readonly answer: Answer }>;

/** One image of {@link encodeMany}. */
export type EncodeResult = BatchItem<Encoding>;
