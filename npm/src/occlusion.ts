import { abortable } from "./abort.js";
import { batch } from "./batch.js";
import { isFile } from "./capture.js";
import {
  CELLS,
  check,
  checkOptions,
  IMAGE_ENCODER,
  IMAGE_OPTIONS,
  type Kind,
  type Kinds,
  TEXT,
} from "./check.js";
import { HandfulError } from "./errors.js";
import { FeatureClassifier } from "./feature-classifier.js";
import { CheckedEncoder, fits, type ImageEncoder } from "./image-encoder.js";
import { smallPixels } from "./small-pixels.js";
import type { Answer, ImageOptions, ImageSource, Pixels } from "./types.js";

/**
 * Options of {@link occlusionSensitivity}.
 *
 * @example
 * ```ts
 * import type { OcclusionOptions } from "handful";
 *
 * const options: OcclusionOptions = { label: "pear", grid: 6, signal };
 * const { drop } = await occlusionSensitivity(classifier, photo, options);
 * ```
 */
export interface OcclusionOptions extends ImageOptions {
  /** The class in question. Default: the one that is answered for the image. */
  readonly label?: string | undefined;
  /** Cells along the longer side, 1 to 32; the shorter one has so many that they are nearly square. Default: 8. */
  readonly grid?: number | undefined;
  /** What made the features of the set. Default: the encoder of the classifier, which a {@link FeatureClassifier} has not. */
  readonly encoder?: ImageEncoder | undefined;
}

/** What each part of an image is worth to an answer; see {@link occlusionSensitivity}. */
export interface SensitivityMap {
  /** The class in question. */
  readonly label: string;
  /** Number of cells from top to bottom; together they cover the whole image. */
  readonly rows: number;
  /** Number of cells from left to right. */
  readonly columns: number;
  /**
   * Of `rows` times `columns` cells, row by row, how far the log-odds of the class fall when the cell is covered: natural logarithms, finite.
   * Above 0 where the image speaks for the class, below 0 where it speaks against it, 0 for what the encoder does not see.
   */
  readonly drop: Float32Array;
}

const OPTIONS: Kinds<OcclusionOptions> = {
  ...IMAGE_OPTIONS,
  label: TEXT,
  grid: CELLS,
  encoder: IMAGE_ENCODER,
};

const CLASSIFIER: Kind = {
  wanted: "a Classifier or a FeatureClassifier",
  holds: (value) => value instanceof FeatureClassifier,
};

/** Sides of a cell that a patch has, so that neighbours overlap. */
const PATCH = 2;

/** The least probability that counts, so that logarithms are finite. */
const LEAST = 2 ** -126;

/**
 * Where in an image the answer comes from: its occlusion sensitivity, after Zeiler and Fergus, “Visualizing and Understanding Convolutional
 * Networks” (2014). The image is asked about as it is, and with each cell of a grid covered by a patch of the image's mean colour, twice as
 * wide and high as the cell; what a cell is worth is how far the score of the class falls. So it works with any encoder and any head, and
 * costs as much as `rows * columns + 1` images, and a file one more. Nothing is taught.
 *
 * The score is the log-odds of the class, the logarithm of its probability against that of all the others together. The probability itself
 * hardly moves where an answer is sure: one that falls from 0.9999 to 0.999 has lost about as much as one from 0.9 to 0.5.
 *
 * A map says what mattered to this answer beside the other classes of this set, not where a thing ends. Abort it when the set changes: each
 * cell is judged by the set as it then is. A large image is decoded and made small once, with a canvas; in Node pixels are taken as they are.
 *
 * @param image - Asked about as a whole; what the encoder cuts off is 0.
 * @param options.onProgress - Told in the stage `encode`, of `rows * columns + 1` images.
 * @throws {@link HandfulError} with one of the codes of `Encoder.encode`, `unknown-class` for a `label` that cannot be recognised,
 * `not-enough-examples`, `zero-feature`, `no-encoder`, `other-encoder` for an `encoder` that did not make the set, or `disposed`; the reason of
 * an abort.
 *
 * @example
 * ```ts
 * const { rows, columns, drop } = await occlusionSensitivity(classifier, photo, { signal, onProgress });
 * const most = drop.indexOf(Math.max(...drop));
 * console.log(`row ${Math.floor(most / columns) + 1} of ${rows}, column ${(most % columns) + 1} of ${columns}`);
 * ```
 */
export async function occlusionSensitivity(
  classifier: FeatureClassifier & { readonly encoder?: ImageEncoder | null },
  image: ImageSource,
  options: OcclusionOptions = {},
): Promise<SensitivityMap> {
  check("classifier", classifier, CLASSIFIER);
  checkOptions("options", options, OPTIONS);
  const { grid = 8, detail, signal, onProgress } = options;
  const encoder = encoderOf(classifier, options.encoder);
  signal?.throwIfAborted();
  // What it refuses of a file, such as one that was cut, a canvas may draw in part.
  if (isFile(image)) await encoder.encode(image, { detail, signal });
  const pixels = await abortable(smallPixels(image), signal);
  await classifier.prepare({ signal });

  const { width, height } = pixels;
  const cells = (side: number): number => Math.max(1, Math.round((grid * side) / Math.max(width, height)));
  const [rows, columns] = [cells(height), cells(width)];
  const drop = new Float32Array(rows * columns);
  const views = { length: 1 + drop.length, [Symbol.iterator]: () => viewsOf(pixels, rows, columns) };
  const looking = { detail, signal, onProgress };
  const encoded = batch(views, looking, IMAGE_OPTIONS, encoder, (encoding) => encoding);
  let label = options.label === undefined ? undefined : (classifier.labelOf(options.label) ?? options.label);
  let whole: Float32Array = new Float32Array();
  for await (const { index, features, error } of encoded) {
    if (error) throw error;
    if (index === 0) whole = features;
    // Both are asked now, since the set may have learned meanwhile.
    const answer = classifier.predictFeatures(whole);
    label ??= answer.label;
    const worth = logOdds(answer, label) - logOdds(classifier.predictFeatures(features), label);
    if (index > 0) drop[index - 1] = worth;
  }
  return { label: label as string, rows, columns, drop };
}

function encoderOf(
  classifier: { readonly encoder?: ImageEncoder | null } & Pick<FeatureClassifier, "streams" | "encoderId">,
  given: ImageEncoder | undefined,
): CheckedEncoder {
  const encoder = given ?? classifier.encoder;
  if (!encoder) throw new HandfulError("no-encoder", "This classifier has no encoder: hand one over.");
  const checked = new CheckedEncoder(encoder);
  if (fits(checked, classifier)) return checked;
  throw new HandfulError("other-encoder", `The encoder “${checked.id}” did not make this set.`);
}

/** Natural logarithm of the probability of a class against that of all the others. */
function logOdds({ scores }: Answer, label: string): number {
  const own = scores.find((score) => score.label === label)?.probability;
  if (own === undefined)
    throw new HandfulError("unknown-class", `There is no class labelled “${label}” that can be recognised.`);
  // Of the likeliest class, which comes first, the sum is exact, however little the others have.
  const others = scores.reduce((sum, score) => sum + score.probability, -own);
  return Math.log(Math.max(own, LEAST)) - Math.log(Math.max(others, LEAST));
}

/** The image as it is, then with each cell covered, row by row. */
function* viewsOf(image: Pixels, rows: number, columns: number): Generator<Pixels, void> {
  yield image;
  const { data, width, height } = image;
  const colour = meanOf(data);
  for (let cell = 0; cell < rows * columns; cell += 1) {
    const [top, bottom] = patchAt(Math.floor(cell / columns), height / rows);
    const [left, right] = patchAt(cell % columns, width / columns);
    const copy = new Uint8ClampedArray(data);
    const pixels = new Uint32Array(copy.buffer);
    for (let y = top; y < Math.min(bottom, height); y += 1)
      pixels.fill(colour, y * width + left, y * width + Math.min(right, width));
    // What browsers can draw, for encoders that do.
    yield typeof ImageData === "undefined"
      ? { data: copy, width, height }
      : new ImageData(copy, width, height);
  }
}

/** First pixel of the patch on a cell, across or down, and the one after its last, which may lie beside the image. */
function patchAt(place: number, cell: number): [first: number, end: number] {
  const margin = (PATCH - 1) / 2;
  return [Math.max(0, Math.floor((place - margin) * cell)), Math.ceil((place + 1 + margin) * cell)];
}

/** The mean colour of pixels on white, as the four bytes of one. */
function meanOf(data: Pixels["data"]): number {
  const sums = [0, 0, 0, 0];
  for (let at = 0; at < data.length; at += 1) {
    const alpha = (data[at | 3] as number) / 255;
    sums[at % 4] = (sums[at % 4] as number) + 255 + ((data[at] as number) - 255) * alpha;
  }
  const [red = 0, green = 0, blue = 0] = sums.map((sum) => (4 * sum) / data.length);
  return new Uint32Array(Uint8ClampedArray.of(red, green, blue, 255).buffer)[0] as number;
}
