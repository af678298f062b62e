import type { HandfulError } from "./errors.js";

/**
 * Upright pixels in sRGB, row by row: red, green, blue and alpha of 8 bits each. `ImageData` is that, and so is what decoders
 * give in Node.
 */
export interface Pixels {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
}

/**
 * Anything with pixels. The caller keeps what was passed: nothing is closed, transferred or changed.
 * A video, canvas or `ImageData` is captured at the moment of the call.
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

/** Where a WebAssembly file comes from. Strings are URLs, relative to the page. */
export type WasmSource = URL | string | Request | Response | BufferSource | WebAssembly.Module;

/** How far a long call is. */
export interface Progress {
  /**
   * `download`: the encoder's model, in bytes; `compile` and `load`: steps; `encode`: images.
   */
  readonly stage: "download" | "compile" | "load" | "encode";
  readonly done: number;
  /** 0 where it is not known. */
  readonly total: number;
}

/** Options of every call that takes a while. */
export interface CallOptions {
  /** Stops the call, which then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Called as the work goes on. */
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/**
 * How closely an image is looked at: `photo`, or `live`, which takes less time (of the encoder that ships three quarters) and is meant for a
 * camera's pictures. Features of both can be compared. An encoder whose manifest names no size for `live` treats both alike.
 */
export type Detail = "photo" | "live";

/** Options of every call that looks at images. */
export interface ImageOptions extends CallOptions {
  /** Default: `photo`. */
  readonly detail?: Detail | undefined;
}

/** Options of calls that give features of images. */
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

/** An image encoder: an ONNX model and the manifest that says how to feed it. */
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

/** One named part of a feature row, with its length. */
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

/** The parts of a feature row, in order. A stream named `clip` shares its space with text. */
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

/** How answers are computed; see {@link HEAD_NAMES}. */
export type HeadName = (typeof HEAD_NAMES)[number];

/** Heads whose weights can be exported whatever the set holds; see {@link HEAD_NAMES}. */
export const LINEAR_HEADS: readonly HeadName[] = [
  "zero_shot",
  "prototype",
  "logistic",
  "naive_bayes",
  "naive_bayes_full",
  "uer",
];

/** A class of the set. */
export interface ClassSummary {
  readonly label: string;
  /** Number of examples. */
  readonly count: number;
  /** Whether the class has a text row: its label was understood, or `setText` gave one. */
  readonly hasText: boolean;
  /** Whether the class takes part in answers; see `setEnabled`. */
  readonly enabled: boolean;
}

/** An example of the set. */
export interface ExampleSummary {
  /** Stable: survives moves, renames, undo, and saving. */
  readonly id: number;
  readonly label: string;
}

/** An example and how alike it is to an image. */
export interface Neighbour {
  readonly id: number;
  readonly label: string;
  /** Cosine of the features in [-1, 1], each stream weighted by how much it is trusted on this set. */
  readonly similarity: number;
}

/** A class and how probable it is. */
export interface LabelScore {
  readonly label: string;
  /** In [0, 1]; the scores of one answer sum to 1. */
  readonly probability: number;
}

/** What encoding one image cost, in milliseconds. */
export interface EncodeTimings {
  /** From file or element to pixels. */
  readonly decode: number;
  /** From pixels to the encoder's input. */
  readonly preprocess: number;
  /** Running the encoder. */
  readonly encode: number;
}

/** What an answer cost, in milliseconds; 0 for a stage that did not run. */
export interface AnswerTimings extends EncodeTimings {
  /** From features to probabilities. */
  readonly classify: number;
}

/** What the classifier makes of an image. */
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

/** What one head says of an image, whether the answer is made of it or not. */
export interface Opinion {
  readonly head: Exclude<HeadName, "auto">;
  /** All classes that it can score, best first; the probabilities sum to 1. */
  readonly scores: readonly LabelScore[];
  /** Entropy of the probabilities, in [0, 1]: 1 where all classes are equally likely. */
  readonly uncertainty: number;
  /** Its share of the answer, in [0, 1]; 0 for a head that the answer is not made of. */
  readonly weight: number;
}

/** A share of images, in [0, 1], with the interval that holds its true value 95 times in 100. */
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

/** An example whose label looks wrong. */
export interface SuspectLabel {
  readonly id: number;
  /** The label that it has. */
  readonly label: string;
  /** The label of the class that it looks like. */
  readonly looksLike: string;
  /** The example of that class that it is most like. */
  readonly nearest: number;
  /** Probability of its own class less that of the other, in [-1, 0). */
  readonly margin: number;
}

/** An example that was taken for another class when it was held out. */
export interface Mistake {
  readonly id: number;
  /** The label that it has. */
  readonly label: string;
  /** The label of the class that it was taken for. */
  readonly takenFor: string;
  /** Probability of that class, in (0, 1]. */
  readonly probability: number;
}

/** How well a set works, judged by its own examples: each was answered as if it had not been taught. */
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

/** Features of an image. */
export interface Encoding {
  /** One feature row: the streams of the encoder one after another, as the encoder gave them. */
  readonly features: Float32Array;
  readonly timings: EncodeTimings;
  /** Where it was asked for: a JPEG file. */
  readonly thumbnail?: Uint8Array<ArrayBuffer>;
}

/** A model of images as files. */
export interface ModelFiles {
  /** The manifest's text. */
  readonly manifest: string;
  /** The ONNX file. */
  readonly model: Uint8Array;
}

/** Features of a name. */
export interface TextEncoding {
  /** A row in the space of the stream `clip`, as long as it, as the encoder gave it. */
  readonly features: Float32Array;
  /**
   * How likely the row points roughly where it should, in [0, 1]; below a half the name is better left out. 1 for encoders
   * that cannot tell.
   */
  readonly confidence: number;
}

/** One image of a batch: its position and either a value or what went wrong with it. */
export type BatchItem<Value> =
  | (Value & { readonly index: number; readonly error?: undefined })
  | ({ readonly [Key in keyof Value]?: undefined } & {
      readonly index: number;
      readonly error: HandfulError;
    });

/** One image of `addExamples` or `addUnlabelled`: the id of the new photo, or the error. */
export type AddResult = BatchItem<{ readonly id: number }>;

/** One image of `predictMany`. */
export type PredictResult = BatchItem<{ readonly answer: Answer }>;

/** One image of `encodeMany`. */
export type EncodeResult = BatchItem<Encoding>;
