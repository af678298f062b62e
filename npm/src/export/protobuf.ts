// The part of the protobuf wire format that ONNX files need: https://protobuf.dev/programming-guides/encoding/.

/** A field of a message. */
export interface Field {
  readonly number: number;
  /** All of it, its tag too: what is written where it stays as it is. */
  readonly whole: Uint8Array;
  /** What is in it, where it is bytes, text or a message; of a number nothing. */
  readonly body: Uint8Array;
  /** The number, where it is one of few bits; else 0. */
  readonly value: number;
}

const [VARINT, WIDE, LENGTH, NARROW] = [0, 1, 2, 5];
const UTF8 = new TextDecoder();

/**
 * The fields of a message, in order.
 *
 * @throws `RangeError` for bytes that are none.
 */
export function fieldsOf(message: Uint8Array): Field[] {
  const fields: Field[] = [];
  let at = 0;
  const varint = (): number => {
    for (let [value, scale] = [0, 1]; ; scale *= 128) {
      const byte = message[at++];
      if (byte === undefined) throw new RangeError("a message ends within a number");
      value += (byte % 128) * scale;
      if (byte < 128) return value;
    }
  };
  while (at < message.length) {
    const start = at;
    const tag = varint();
    const wire = tag % 8;
    const value = wire === VARINT || wire === LENGTH ? varint() : 0;
    const length = wire === LENGTH ? value : wire === WIDE ? 8 : wire === NARROW ? 4 : 0;
    const body = message.subarray(at, at + length);
    at += length;
    if (at > message.length || ![VARINT, WIDE, LENGTH, NARROW].includes(wire))
      throw new RangeError("a field does not end where its message does");
    fields.push({ number: Math.floor(tag / 8), whole: message.subarray(start, at), body, value });
  }
  return fields;
}

/** The text of a field. */
export function textOf({ body }: Field): string {
  return UTF8.decode(body);
}

/** Bytes one behind another, which are not copied before all are there: a model may be large. */
export type Parts = readonly Uint8Array[];

/** How many bytes there are. */
export function lengthOf(parts: Parts): number {
  return parts.reduce((sum, { length }) => sum + length, 0);
}

/** Parts as one. */
export function concat(parts: Parts): Uint8Array<ArrayBuffer> {
  const whole = new Uint8Array(lengthOf(parts));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

/** A field with a whole number that is not negative. */
export function int(number: number, value: number): Uint8Array {
  return Uint8Array.from([...varintOf(number * 8 + VARINT), ...varintOf(value)]);
}

/** A field with bytes, text or a message of such fields. */
export function field(number: number, value: Uint8Array | string | Parts): Parts {
  const bytes = typeof value === "string" ? new TextEncoder().encode(value) : value;
  const body = bytes instanceof Uint8Array ? [bytes] : bytes;
  return [Uint8Array.from([...varintOf(number * 8 + LENGTH), ...varintOf(lengthOf(body))]), ...body];
}

/** Seven bits a byte, the lowest first; the top bit says that more follow. */
function varintOf(value: number): number[] {
  const bytes: number[] = [];
  for (; value >= 128; value = Math.floor(value / 128)) bytes.push((value % 128) + 128);
  return [...bytes, value];
}
