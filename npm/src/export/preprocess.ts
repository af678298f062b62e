// The preprocessing of a manifest as operators, to the bit that of the package: what Pillow does, with the coefficients of
// fast_image_resize. Each direction is a product with a matrix that has the coefficients of each pixel in a row.
import { DOUBLE, FLOAT, INTEGER, type Nodes } from "./nodes.js";

/** What is read of a manifest, which the encoder has checked. */
export interface Recipe {
  readonly input: {
    readonly name: string;
    readonly shape: readonly unknown[];
    readonly layout: "NCHW" | "NHWC";
  };
  readonly preprocess: {
    readonly resize: { readonly shorter_side?: number; readonly filter: Filter };
    readonly mean: readonly number[];
    readonly std: readonly number[];
  };
}

type Filter = "box" | "bilinear" | "hamming" | "bicubic" | "lanczos";

/** Adds what turns `image`, bytes `(N, H, W, 3)`, into the input of the manifest's model, of some type; that gets its name. */
export function preprocess(
  graph: Nodes,
  image: string,
  { input, preprocess: recipe }: Recipe,
  type: number,
): void {
  const spatial = input.layout === "NHWC" ? input.shape.slice(1, 3) : input.shape.slice(2, 4);
  const crop = spatial.map(Number);
  const { shorter_side: target, filter } = recipe.resize;
  const shape = graph.of("Shape", [image]);
  const sides = [1, 2].map((axis) => graph.of("Gather", [shape, graph.integers([axis], [])]));
  const shorter = graph.of(
    "Cast",
    [
      graph.of(
        "Min",
        sides.map((side) => double(graph, side)),
      ),
    ],
    { to: INTEGER },
  );
  const [down, across] = sides.map((side, axis) => {
    const length = crop[axis] as number;
    const stretched = (target: number): string =>
      graph.of("Div", [graph.of("Mul", [side, graph.integers([target], [])]), shorter]);
    const resized = target === undefined ? graph.integers([length], []) : stretched(target);
    return coefficients(graph, side, resized, length, filter);
  }) as [string, string];

  const planes = graph.of("Transpose", [image], { perm: [0, 3, 1, 2] });
  const levels = graph.of("Cast", [planes], { to: FLOAT });
  const columns = level(
    graph,
    graph.of("MatMul", [levels, graph.of("Transpose", [across], { perm: [1, 0] })]),
  );
  const pixels = level(graph, graph.of("MatMul", [down, columns]));
  const share = graph.of("Div", [pixels, graph.floats([255], [])]);
  const rest = graph.of("Sub", [share, graph.floats(recipe.mean, [3, 1, 1])]);
  const normal = graph.of("Div", [rest, graph.floats(recipe.std, [3, 1, 1])]);
  const perm = input.layout === "NHWC" ? [0, 2, 3, 1] : [0, 1, 2, 3];
  graph.of("Cast", [graph.of("Transpose", [normal], { perm })], { to: type }, input.name);
}

/** Whole levels from 0 to 255, to which Pillow rounds after each direction, halves upwards. */
function level(graph: Nodes, values: string): string {
  const whole = graph.of("Floor", [graph.of("Add", [values, graph.floats([0.5], [])])]);
  const most = graph.of("Min", [whole, graph.floats([255], [])]);
  return graph.of("Max", [most, graph.floats([0], [])]);
}

function double(graph: Nodes, value: string): string {
  return graph.of("Cast", [value], { to: DOUBLE });
}

/** The matrix `(crop, side)` that resizes one axis from `side` to `resized` pixels and keeps `crop` of them in the middle. */
function coefficients(graph: Nodes, side: string, resized: string, crop: number, filter: Filter): string {
  const [one, half] = [graph.double(1), graph.double(0.5)];
  const scale = graph.of("Div", [double(graph, side), double(graph, resized)]);
  const surplus = graph.of("Sub", [double(graph, resized), graph.double(crop)]);
  // Round takes halves to even, as Python does.
  const start = graph.of("Round", [graph.of("Mul", [surplus, half])]);
  const middles = double(graph, graph.integers([...Array(crop).keys()], [crop, 1]));
  const places = graph.of("Mul", [graph.of("Add", [graph.of("Add", [middles, half]), start]), scale]);
  const numbers = graph.of("Range", [graph.integers([0], []), side, graph.integers([1], [])]);
  const pixels = graph.of("Add", [double(graph, numbers), half]);
  // Reducing, the filter grows with the scale.
  const reach = graph.of("Max", [scale, one]);
  const distance = graph.of("Div", [graph.of("Sub", [pixels, places]), reach]);
  const weights = weigh(graph, distance, filter);
  const column = graph.of("Reshape", [pixels, graph.integers([-1, 1], [2])]);
  const ones = graph.of("Div", [column, column]);
  const shares = graph.of("Div", [weights, graph.of("MatMul", [weights, ones])]);
  // Whole numbers of 16 bits over the largest power of two with which all are that.
  const most = graph.of("ReduceMax", [shares]);
  const powers = graph.doubles(Array.from({ length: 21 }, (_, power) => 2 ** (power + 1)));
  const largest = graph.of("Round", [graph.of("Mul", [most, powers])]);
  const fits = graph.of("Less", [largest, graph.double(2 ** 15)]);
  const parts = graph.of("ReduceMax", [graph.of("Where", [fits, powers, one])]);
  const whole = graph.of("Round", [graph.of("Mul", [shares, parts])]);
  return graph.of("Cast", [graph.of("Div", [whole, parts])], { to: FLOAT });
}

/** The filters of Pillow, of distances in pixels of the smaller picture. */
function weigh(graph: Nodes, distance: string, filter: Filter): string {
  const number = (value: number): string => graph.double(value);
  // A box has its right border and not its left one.
  const t = graph.of("Abs", [graph.of("Sub", [distance, number(filter === "box" ? 1e-9 : 0)])]);
  const zero = number(0);
  const within = (most: number, value: string): string =>
    graph.of("Where", [graph.of("Less", [t, number(most)]), value, zero]);
  /** A polynomial of t, its highest coefficient first. */
  const polynomial = ([first, ...rest]: readonly number[]): string =>
    rest.reduce(
      (sum, coefficient) => graph.of("Add", [graph.of("Mul", [sum, t]), number(coefficient)]),
      number(first as number),
    );
  /** sin(pi t / n) / (pi t / n). */
  const sinc = (n: number): string => {
    const angle = graph.of("Max", [graph.of("Mul", [t, number(Math.PI / n)]), number(1e-9)]);
    return graph.of("Div", [graph.of("Sin", [angle]), angle]);
  };
  switch (filter) {
    case "box":
      return within(0.5, number(1));
    case "bilinear":
      return within(1, polynomial([-1, 1]));
    case "bicubic": {
      const inner = polynomial([1.5, -2.5, 0, 1]);
      const outer = within(2, polynomial([-0.5, 2.5, -4, 2]));
      return graph.of("Where", [graph.of("Less", [t, number(1)]), inner, outer]);
    }
    case "hamming": {
      // A cosine is a sine a quarter turn on.
      const angle = graph.of("Add", [graph.of("Mul", [t, number(Math.PI)]), number(Math.PI / 2)]);
      const window = graph.of("Add", [
        graph.of("Mul", [graph.of("Sin", [angle]), number(0.46)]),
        number(0.54),
      ]);
      return within(1, graph.of("Mul", [sinc(1), window]));
    }
    case "lanczos":
      return within(3, graph.of("Mul", [sinc(1), sinc(3)]));
  }
}
