// The bytes of a saved set, taken apart and put together: `docs/format.md` is the specification.
import { RECORD } from "./check.js";
import { HandfulError } from "./errors.js";

/** A tensor of a set: how many numbers of which type, and their bytes. */
export interface Tensor {
  readonly dtype: unknown;
  readonly shape: readonly unknown[];
  readonly data: Uint8Array;
}

/** An object of JSON, of which nothing is known yet. */
export type Fields = Readonly<Record<string, unknown>>;

/** The description of the set, and the tensors by their names: `docs/format.md` is the specification. */
export function openSet(bytes: Uint8Array): { meta: Fields; tensors: ReadonlyMap<string, Tensor> } {
  if (bytes.length < 8) refuse("it is too short");
  const end = 8 + Number(new DataView(bytes.buffer, bytes.byteOffset).getBigUint64(0, true));
  if (end > bytes.length) refuse("its header is longer than the file");
  const { __metadata__: metadata, ...entries } = parse(
    new TextDecoder().decode(bytes.subarray(8, end)),
    "its header",
  );
  const { handful } = recordOf(metadata, "its metadata");
  if (typeof handful !== "string") refuse('it has no entry "handful"');
  const meta = parse(handful, 'its entry "handful"');
  if (meta.version !== 1) refuse(`it has version ${String(meta.version)}, this program reads version 1`);
  return { meta, tensors: tensorsOf(entries, bytes.subarray(end)) };
}

/** The tensors lie one behind another, and fill the file. */
function tensorsOf(entries: Fields, data: Uint8Array): Map<string, Tensor> {
  const placed = Object.entries(entries).map(([name, entry]) => {
    const { dtype, shape, data_offsets: offsets } = recordOf(entry, `tensor "${name}"`);
    if (!Array.isArray(shape) || !Array.isArray(offsets)) refuse(`tensor "${name}" has no place`);
    const [start, end]: unknown[] = offsets;
    return { name, dtype, shape, start, end };
  });
  placed.sort((a, b) => Number(a.start) - Number(b.start) || Number(a.end) - Number(b.end));
  const tensors = new Map<string, Tensor>();
  let filled = 0;
  for (const { name, dtype, shape, start, end } of placed) {
    if (start !== filled || typeof end !== "number" || !Number.isInteger(end) || end < start)
      refuse(`tensor "${name}" does not begin where the one before it ends`);
    tensors.set(name, { dtype, shape, data: data.subarray(start, end) });
    filled = end;
  }
  if (filled !== data.length) refuse("its tensors do not fill the file");
  return tensors;
}

/** The other way round: bytes that {@link openSet} reads. */
export function writeSet(meta: Fields, tensors: ReadonlyMap<string, Tensor>): Uint8Array<ArrayBuffer> {
  let end = 0;
  const placed = Array.from(tensors, ([name, { dtype, shape, data }]) => {
    const start = end;
    end += data.length;
    return [name, { dtype, shape, data_offsets: [start, end] }] as const;
  });
  const header = { __metadata__: { handful: JSON.stringify(meta) }, ...Object.fromEntries(placed) };
  const words = new TextEncoder().encode(JSON.stringify(header));
  // The numbers behind the header stay at multiples of eight.
  const first = 8 + words.length + (-words.length & 7);
  const bytes = new Uint8Array(first + end).fill(0x20, 8, first);
  new DataView(bytes.buffer).setUint32(0, first - 8, true);
  bytes.set(words, 8);
  let at = first;
  for (const { data } of tensors.values()) {
    bytes.set(data, at);
    at += data.length;
  }
  return bytes;
}

function parse(text: string, what: string): Fields {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    refuse(`${what} is no JSON`);
  }
  return recordOf(value, what);
}

export function recordOf(value: unknown, what: string): Fields {
  if (!RECORD.holds(value)) refuse(`${what} is no object`);
  return value as Fields;
}

export function refuse(why: string): never {
  throw new HandfulError("format", `not a readable handful set: ${why}`);
}
