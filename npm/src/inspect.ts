import { BYTES, check } from "./check.js";
import { openSet, recordOf, refuse, type Tensor } from "./set-bytes.js";
import { type ClassSummary, HEAD_NAMES, type HeadName, type Stream, type Streams } from "./types.js";

/** What a saved set holds; see {@link inspect}. */
export interface SetSummary {
  /** What identifies the encoder that made the features; `undefined` where nobody said. */
  readonly encoderId: string | undefined;
  /** The parts of a feature row, in order. */
  readonly streams: Streams;
  /** The classes in their order. */
  readonly classes: readonly ClassSummary[];
  /** Number of examples. */
  readonly examples: number;
  /** Number of negatives, photos that show none of the classes. */
  readonly negatives: number;
  /** Number of unlabelled photos. */
  readonly unlabelled: number;
  /** How many rows the set has observed; see `observeFeatures`. */
  readonly observed: number;
  /** How answers are computed; its hyper-parameters are read by loading the set. */
  readonly head: HeadName;
  /** Number of small pictures of photos in the file, which `writeSetFile` of `handful/store` adds. */
  readonly pictures: number;
}

/**
 * What a set that `save` wrote holds, without loading it: no WebAssembly is needed. To be shown in a list, or to find the
 * encoder that a set needs: `encoder.fits(inspect(bytes))`, `presetOf(inspect(bytes))` and `fromEarlierEncoder(inspect(bytes))`
 * take it. From its pictures, where there are some, `Classifier.reencode` teaches it anew with another encoder.
 *
 * The order of the file is checked, and every number that is told here; whether the features are right is found out by
 * loading the set.
 *
 * @throws {@link HandfulError} with code `format` for bytes that are no saved set, or one that was cut.
 *
 * @example
 * ```ts
 * const bytes = new Uint8Array(await file.arrayBuffer());
 * const { classes, examples } = inspect(bytes);
 * const labels = classes.map(({ label }) => label);
 * console.log(`${examples} examples of ${labels.join(" and ")}`); // 8 examples of apple and pear
 * ```
 */
export function inspect(bytes: Uint8Array): SetSummary {
  check("bytes", bytes, BYTES);
  const { meta, tensors } = openSet(bytes);
  const { encoder = null, streams: given, classes: listed, head } = meta;
  if (encoder !== null && typeof encoder !== "string") refuse("its encoder is no text");
  if (!Array.isArray(listed)) refuse("it lists no classes");
  const streams = streamsOf(given);
  const width = streams.reduce((sum, { dim }) => sum + dim, 0);
  const counts = countsOf(tensors, width, listed.length);
  const clip = streams.find(({ name }) => name === "clip");
  const texts = clip && textsOf(tensors, clip.dim, listed.length);
  const classes = counts.map((count, at) => {
    const { label, disabled = false } = recordOf(listed[at], "a class");
    if (typeof label !== "string") refuse("a class has no label");
    return { label, count, hasText: texts?.[at] ?? false, enabled: disabled !== true };
  });
  return {
    encoderId: encoder ?? undefined,
    streams,
    classes,
    examples: counts.reduce((sum, count) => sum + count, 0),
    negatives: classlessOf(tensors, width, "negatives", "negative_features"),
    unlabelled: classlessOf(tensors, width, "unlabelled", "unlabelled_features"),
    observed: observedOf(tensors, listed.length),
    head: headName(head),
    pictures: [...tensors.keys()].filter((name) => /^picture\.\d+$/.test(name)).length,
  };
}

/** The number of rows of a matrix, and its bytes. */
function matrix(
  tensors: ReadonlyMap<string, Tensor>,
  name: string,
  type: "U32" | "F32",
  columns: number,
): { rows: number; data: Uint8Array } {
  const tensor = tensors.get(name);
  if (!tensor) refuse(`it has no tensor "${name}"`);
  const { dtype, shape, data } = tensor;
  const rows = data.length / (4 * columns);
  if (dtype !== type || shape.length !== 2 || shape[0] !== rows || shape[1] !== columns)
    refuse(`tensor "${name}" is not ${type} with ${columns} columns`);
  return { rows, data };
}

/** How many examples each class has. */
function countsOf(tensors: ReadonlyMap<string, Tensor>, width: number, classes: number): number[] {
  const { rows, data } = matrix(tensors, "examples", "U32", 3);
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const counts: number[] = Array(classes).fill(0);
  let features = 0;
  for (let row = 0; row < rows; row += 1) {
    const place = view.getUint32(12 * row + 4, true);
    if (place >= classes) refuse("an example is of a class that is not there");
    counts[place] = (counts[place] ?? 0) + 1;
    features += view.getUint32(12 * row + 8, true);
  }
  if (matrix(tensors, "features", "F32", width).rows !== features)
    refuse("it has another number of features than its examples say");
  return counts;
}

/** How many photos without a class there are of a kind; earlier versions wrote none. */
function classlessOf(
  tensors: ReadonlyMap<string, Tensor>,
  width: number,
  name: string,
  features: string,
): number {
  if (!tensors.has(name)) return 0;
  const { rows } = matrix(tensors, name, "U32", 1);
  if (matrix(tensors, features, "F32", width).rows !== rows)
    refuse(`it has another number of ${features} than of ${name}`);
  return rows;
}

/** How many rows were observed, which stands before the places of their classes. */
function observedOf(tensors: ReadonlyMap<string, Tensor>, classes: number): number {
  const tensor = tensors.get("observed");
  if (!tensor) return 0;
  const { dtype, shape, data } = tensor;
  const rows = data.length / 8;
  if (dtype !== "U64" || shape.length !== 2 || shape[0] !== rows || shape[1] !== 1 || rows < 1)
    refuse('tensor "observed" is not U64 with one column');
  if (tensors.get("uer")?.dtype !== "U8") refuse("it lacks the state of what it has observed");
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  const [examples = 0n, ...places] = Array.from({ length: rows }, (_, i) => view.getBigUint64(8 * i, true));
  if (places.some((place) => place >= classes)) refuse("a class that it has observed is not there");
  return Number(examples);
}

/** Whether each class has a text: a row that is not all zeros. */
function textsOf(tensors: ReadonlyMap<string, Tensor>, columns: number, classes: number): boolean[] {
  const { rows, data } = matrix(tensors, "text", "F32", columns);
  if (rows !== classes) refuse("it has another number of texts than of classes");
  // A copy, since numbers cannot begin anywhere.
  const numbers = new Float32Array(data.slice().buffer);
  return Array.from({ length: rows }, (_, row) =>
    numbers.subarray(row * columns, (row + 1) * columns).some((number) => number !== 0),
  );
}

/** Most numbers of a feature row. */
const WIDEST = 65_536;

function streamsOf(given: unknown): Stream[] {
  if (!Array.isArray(given) || given.length === 0) refuse("it lists no streams");
  const streams = given.map((entry) => {
    const { name, dim, plain, ...traits } = recordOf(entry, "a stream");
    if (typeof name !== "string" || !Number.isInteger(dim) || (dim as number) < 1)
      refuse("a stream has no name or no length");
    const numbers = (["scale", "temperature", "weight"] as const).flatMap((trait) => {
      const value = traits[trait] ?? undefined;
      if (value !== undefined && typeof value !== "number") refuse(`the ${trait} of a stream is no number`);
      return value === undefined ? [] : [[trait, value]];
    });
    return { name, dim, ...Object.fromEntries(numbers), ...(plain === true && { plain }) } as Stream;
  });
  if (streams.reduce((sum, { dim }) => sum + dim, 0) > WIDEST) refuse("its feature rows are too long");
  return streams;
}

/** The automatic one is written as null, any other under its name. */
function headName(head: unknown): HeadName {
  if (head === null || head === undefined) return "auto";
  const [name] = Object.keys(recordOf(head, "its head"));
  return HEAD_NAMES.find((known) => known === name) ?? refuse("its head is not known here");
}
