/**
 * The directions in which rows differ most: principal components by randomised subspace iteration (Halko, Martinsson and Tropp,
 * "Finding structure with randomness", 2011).
 */
import { createNumbers } from "../numbers";

/** Times that the rows turn a guess of the directions towards the right ones. */
const PASSES = 2;
/** Steps of the QR algorithm, which turns the few directions that are left to their main axes. */
const TURNS = 100;

/** Rows of numbers, one behind the other. */
export interface Matrix {
  readonly values: Float32Array;
  readonly width: number;
}

/** The rows, whose mean is taken from them, seen from `count` directions, the one in which they differ most first. */
export function components({ values, width }: Matrix, count: number): Matrix {
  centre({ values, width });
  const random = createNumbers(1);
  let directions = Float32Array.from({ length: count * width }, () => random() - 0.5);
  for (let pass = 0; pass < PASSES; pass += 1) {
    orthonormalise({ values: directions, width });
    const seen = times({ values, width }, directions);
    directions = transposedTimes({ values: seen, width: count }, { values, width });
  }
  orthonormalise({ values: directions, width });
  const seen = { values: times({ values, width }, directions), width: count };
  const spread = transposedTimes(seen, seen);
  let axes = Float32Array.from(spread, (_, i) => (i % (count + 1) === 0 ? 1 : 0));
  for (let turn = 0; turn < TURNS; turn += 1) {
    axes = times({ values: axes, width: count }, spread);
    orthonormalise({ values: axes, width: count });
  }
  return { values: times(seen, axes), width: count };
}

function centre({ values, width }: Matrix): void {
  const mean = new Float64Array(width);
  const rows = values.length / width;
  for (let i = 0; i < values.length; i += 1) (mean[i % width] as number) += (values[i] as number) / rows;
  for (let i = 0; i < values.length; i += 1) (values[i] as number) -= mean[i % width] as number;
}

/** Each row made orthogonal to those before it, and of length one; zeros where nothing is left. */
function orthonormalise({ values, width }: Matrix): void {
  for (let own = 0; own < values.length; own += width) {
    const before = length(values, own, width);
    for (let other = 0; other < own; other += width)
      add(values, own, -dot(values, own, values, other, width), values, other, width);
    const left = length(values, own, width);
    const scale = left > 1e-5 * before ? 1 / left : 0;
    for (let k = own; k < own + width; k += 1) (values[k] as number) *= scale;
  }
}

/** The product of each row with each of others, which are of the same width. */
function times({ values, width }: Matrix, others: Float32Array): Float32Array<ArrayBuffer> {
  const product = new Float32Array((values.length / width) * (others.length / width));
  let at = 0;
  for (let row = 0; row < values.length; row += width)
    for (let other = 0; other < others.length; other += width, at += 1)
      product[at] = dot(values, row, others, other, width);
  return product;
}

/** The sums of rows, of each as much as one of the columns says. */
function transposedTimes(shares: Matrix, { values, width }: Matrix): Float32Array<ArrayBuffer> {
  const sums = new Float32Array(shares.width * width);
  for (let row = 0, at = 0; row < values.length; row += width)
    for (let sum = 0; sum < sums.length; sum += width, at += 1)
      add(sums, sum, shares.values[at] as number, values, row, width);
  return sums;
}

function length(a: Float32Array, at: number, width: number): number {
  return Math.sqrt(dot(a, at, a, at, width));
}

function dot(a: Float32Array, i: number, b: Float32Array, j: number, width: number): number {
  // Four sums by turns, since each would have to wait for itself.
  let [p, q, r, s] = [0, 0, 0, 0];
  let k = 0;
  for (; k + 3 < width; k += 4) {
    p += (a[i + k] as number) * (b[j + k] as number);
    q += (a[i + k + 1] as number) * (b[j + k + 1] as number);
    r += (a[i + k + 2] as number) * (b[j + k + 2] as number);
    s += (a[i + k + 3] as number) * (b[j + k + 3] as number);
  }
  for (; k < width; k += 1) p += (a[i + k] as number) * (b[j + k] as number);
  return p + q + (r + s);
}

function add(to: Float32Array, i: number, share: number, b: Float32Array, j: number, width: number): void {
  for (let k = 0; k < width; k += 1) (to[i + k] as number) += share * (b[j + k] as number);
}
