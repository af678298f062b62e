// Operators of an ONNX graph under construction. Field numbers are those of
// https://github.com/onnx/onnx/blob/main/onnx/onnx.proto. What is used means the same in every operator set from 11 on.
import { concat, field, int, type Parts } from "./protobuf.js";

// `TensorProto.DataType`.
export const FLOAT = 1;
export const BYTE = 2;
export const INTEGER = 7;
export const DOUBLE = 11;

/** Nodes and constants, of values that are known by their names. */
export class Nodes {
  readonly #prefix: string;
  readonly nodes: Uint8Array[] = [];
  readonly constants: Uint8Array[] = [];

  /** @param prefix - What the names of its values begin with. */
  constructor(prefix: string) {
    this.#prefix = prefix;
  }

  /** What an operator gives, with its attributes: whole numbers or lists of them. */
  of(
    operator: string,
    inputs: readonly string[],
    attributes: Readonly<Record<string, number | readonly number[]>> = {},
    output: string = this.#fresh(),
  ): string {
    // NodeProto: input = 1, output = 2, op_type = 4, attribute = 5.
    const node = [...inputs.flatMap((input) => field(1, input)), ...field(2, output), ...field(4, operator)];
    for (const [name, value] of Object.entries(attributes)) {
      // AttributeProto: name = 1, i = 3, ints = 8, type = 20 (of an integer 2, of a list 7).
      const numbers =
        typeof value === "number"
          ? [int(3, value), int(20, 2)]
          : [...value.map((v) => int(8, v)), int(20, 7)];
      node.push(...field(5, [...field(1, name), ...numbers]));
    }
    this.nodes.push(concat(node));
    return output;
  }

  /** A constant of single precision. */
  floats(numbers: readonly number[], shape: readonly number[]): string {
    return this.#constant(FLOAT, Float32Array.from(numbers), shape);
  }

  /** A constant of double precision. */
  double(number: number): string {
    return this.#constant(DOUBLE, Float64Array.of(number), []);
  }

  /** A row of such. */
  doubles(numbers: readonly number[]): string {
    return this.#constant(DOUBLE, Float64Array.from(numbers), [numbers.length]);
  }

  /** A constant of whole numbers. */
  integers(numbers: readonly number[], shape: readonly number[]): string {
    return this.#constant(INTEGER, BigInt64Array.from(numbers, BigInt), shape);
  }

  #constant(type: number, { buffer }: { readonly buffer: ArrayBuffer }, shape: readonly number[]): string {
    const name = this.#fresh();
    // TensorProto: dims = 1, data_type = 2, name = 8, raw_data = 9, which is little-endian as every machine with a browser is.
    const dims = shape.map((side) => int(1, side));
    this.constants.push(
      concat([...dims, int(2, type), ...field(8, name), ...field(9, new Uint8Array(buffer))]),
    );
    return name;
  }

  #fresh(): string {
    return `${this.#prefix}${this.nodes.length + this.constants.length}`;
  }
}

/**
 * ValueInfoProto: name = 1, type = 2. TypeProto: tensor_type = 1. TypeProto.Tensor: elem_type = 1, shape = 2.
 * TensorShapeProto: dim = 1. Dimension: dim_value = 1, dim_param = 2, the name of what is free.
 */
export function valueInfo(name: string, type: number, shape: readonly (number | string)[]): Parts {
  const sides = shape.flatMap((side) => field(1, typeof side === "number" ? [int(1, side)] : field(2, side)));
  return [...field(1, name), ...field(2, field(1, [int(1, type), ...field(2, sides)]))];
}
