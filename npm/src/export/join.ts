// One model of three parts: the preprocessing, the image side of an encoder, and the answer.
import { HandfulError } from "../errors.js";
import { BYTE, FLOAT, Nodes, valueInfo } from "./nodes.js";
import { preprocess, type Recipe } from "./preprocess.js";
import { type Field, field, fieldsOf, int, type Parts, textOf } from "./protobuf.js";

/** What is read of a manifest, which the encoder has checked. */
export interface Graph extends Recipe {
  readonly licence?: unknown;
  readonly outputs: Readonly<
    Record<string, { readonly tensor?: string; readonly token?: number; readonly shape: readonly unknown[] }>
  >;
}

// ModelProto: ir_version = 1, producer_name = 2, graph = 7, opset_import = 8, metadata_props = 14, functions = 25. GraphProto: node = 1,
// name = 2, initializer = 5, input = 11, output = 12, sparse_initializer = 15. OperatorSetIdProto: domain = 1, version = 2.
// NodeProto: input = 1, output = 2, op_type = 4, attribute = 5. AttributeProto: g = 6, graphs = 11. TensorProto: name = 8,
// data_location = 14. ValueInfoProto: name = 1.

/** The first operator set whose operators mean what those of ours do. */
const OPERATOR_SET = 11;

/**
 * A model from images to answers.
 *
 * @param manifest - Of the encoder.
 * @param encoder - Its ONNX file.
 * @param answer - What `exportOnnx` gives for a set of this encoder.
 * @returns An ONNX file. Its first input are bytes `(N, H, W, 3)`; its outputs are those of `answer`. An underscore follows a name that the
 * encoder uses itself.
 * @throws {@link HandfulError} with code `model` for an ONNX file that cannot be joined with another.
 */
export function join(manifest: Graph, encoder: Uint8Array, answer: Uint8Array): Parts {
  const [whole, head] = [parsed(encoder), parsed(answer)];
  const [before, after] = [new Nodes("handful/image/"), new Nodes("handful/row/")];
  const streams = head.inputs.map((input) => nameOf(input));
  const sources = streams.map((name) => manifest.outputs[name]?.tensor ?? name);
  const kept = needed(whole, sources);
  const taken = new Set(kept.flatMap(({ outputs }) => outputs));
  const free = (name: string): string =>
    taken.has(name) || name === manifest.input.name ? free(`${name}_`) : name;

  const image = free("image");
  preprocess(before, image, manifest, inputType(whole, manifest.input.name));
  // The answer's inputs are the encoder's outputs, as rows.
  const renamed = new Map(streams.map((name, i) => [name, `handful/stream/${i}`]));
  for (const [i, name] of streams.entries()) {
    const { shape = [], token = 0 } = manifest.outputs[name] ?? {};
    const [source, row] = [sources[i] as string, renamed.get(name) as string];
    const of =
      shape.length === 3
        ? after.of("Gather", [source, after.integers([token], [])], { axis: 1 })
        : after.of("Flatten", [source], { axis: 1 });
    after.of("Cast", [of], { to: FLOAT }, row);
  }
  for (const output of head.outputs) renamed.set(nameOf(output), free(nameOf(output)));

  const used = new Set(kept.flatMap(({ inputs }) => [...inputs]));
  const constants = whole.constants.filter((constant) => used.has(nameOf(constant, 8)));
  if (constants.some(({ body }) => fieldsOf(body).some(({ number, value }) => number === 14 && value === 1)))
    throw refused("its numbers lie in another file");
  const graph = [
    ...before.nodes.flatMap((node) => field(1, node)),
    ...kept.map(({ whole }) => whole),
    ...after.nodes.flatMap((node) => field(1, node)),
    ...head.nodes.flatMap(({ body }) => field(1, withNames(body, [1, 2], renamed))),
    ...field(2, "handful"),
    ...constants.map(({ whole }) => whole),
    ...whole.sparse.map(({ whole }) => whole),
    ...[...before.constants, ...after.constants].flatMap((constant) => field(5, constant)),
    ...head.constants.map(({ whole }) => whole),
    ...field(11, valueInfo(image, BYTE, ["N", "H", "W", 3])),
    ...head.outputs.flatMap(({ body }) => field(12, withNames(body, [1], renamed))),
  ];
  const part = (of: Parsed, number: number): Uint8Array[] =>
    of.fields.filter((field) => field.number === number).map(({ whole }) => whole);
  return [
    int(1, Math.max(whole.version, head.version)),
    ...field(2, "handful"),
    ...field(7, graph),
    ...part(whole, 8),
    ...part(head, 14),
    ...part(whole, 25),
  ];
}

interface Parsed {
  readonly version: number;
  readonly fields: readonly Field[];
  readonly nodes: readonly Field[];
  readonly constants: readonly Field[];
  readonly sparse: readonly Field[];
  readonly inputs: readonly Field[];
  readonly outputs: readonly Field[];
}

function parsed(model: Uint8Array): Parsed {
  try {
    const fields = fieldsOf(model);
    const graph = fields.filter(({ number }) => number === 7).flatMap(({ body }) => fieldsOf(body));
    const sets = fields.filter(({ number }) => number === 8).map(({ body }) => fieldsOf(body));
    const standard = sets.find((set) => set.every((field) => field.number !== 1 || textOf(field) === ""));
    const set = standard?.find(({ number }) => number === 2)?.value ?? 1;
    if (set < OPERATOR_SET) throw refused(`its operator set ${set} is older than ${OPERATOR_SET}`);
    const of = (wanted: number): Field[] => graph.filter(({ number }) => number === wanted);
    return {
      version: fields.find(({ number }) => number === 1)?.value ?? 0,
      fields,
      nodes: of(1),
      constants: of(5),
      sparse: of(15),
      inputs: of(11),
      outputs: of(12),
    };
  } catch (cause) {
    if (cause instanceof HandfulError) throw cause;
    throw refused("it is no ONNX file", cause);
  }
}

interface Node {
  readonly whole: Uint8Array;
  readonly outputs: readonly string[];
  readonly inputs: ReadonlySet<string>;
}

/** The nodes that values depend on, in whatever order they come: a text side stays away. */
function needed({ nodes }: Parsed, values: readonly string[]): Node[] {
  const all = nodes.map(({ whole, body }): Node => {
    const outputs = fieldsOf(body).filter(({ number }) => number === 2);
    return { whole, outputs: outputs.map(textOf), inputs: inputsOf(body) };
  });
  const makers = new Map(all.flatMap((node) => node.outputs.map((output) => [output, node] as const)));
  const [kept, wanted] = [new Set<Node>(), [...values]];
  for (let value = wanted.pop(); value !== undefined; value = wanted.pop()) {
    const node = makers.get(value);
    if (!node || kept.has(node)) continue;
    kept.add(node);
    wanted.push(...node.inputs);
  }
  return all.filter((node) => kept.has(node));
}

/** All values that a node reads, those of the graphs in its attributes too. */
function inputsOf(node: Uint8Array): Set<string> {
  const fields = fieldsOf(node);
  const own = fields.filter(({ number }) => number === 1).map(textOf);
  const attributes = fields.filter(({ number }) => number === 5).flatMap(({ body }) => fieldsOf(body));
  const graphs = attributes.filter(({ number }) => number === 6 || number === 11);
  const inner = graphs.flatMap(({ body }) => fieldsOf(body));
  const read = inner.flatMap((field) =>
    field.number === 1 ? [...inputsOf(field.body)] : field.number === 12 ? [nameOf(field)] : [],
  );
  return new Set([...own, ...read]);
}

/** A message whose fields of these numbers are names, with other names. */
function withNames(
  message: Uint8Array,
  numbers: readonly number[],
  names: ReadonlyMap<string, string>,
): Parts {
  return fieldsOf(message).flatMap((each) => {
    const other = numbers.includes(each.number) ? names.get(textOf(each)) : undefined;
    return other === undefined ? each.whole : field(each.number, other);
  });
}

/** The type of an input, which is the first number of its tensor's. */
function inputType({ inputs }: Parsed, name: string): number {
  const input = inputs.find((each) => nameOf(each) === name);
  const inside = (field: Field | undefined, number: number): Field | undefined =>
    field && fieldsOf(field.body).find((each) => each.number === number);
  return inside(inside(inside(input, 2), 1), 1)?.value ?? FLOAT;
}

/** The name of an input or output; that of a constant has another number. */
function nameOf({ body }: Field, place = 1): string {
  const name = fieldsOf(body).find(({ number }) => number === place);
  return name ? textOf(name) : "";
}

function refused(reason: string, cause?: unknown): HandfulError {
  return new HandfulError("model", `The encoder's model cannot be exported: ${reason}.`, { cause });
}
