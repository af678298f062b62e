// A saved set in parts, so that of a large one only those are written that have changed: a photo more is its row at the end of each tensor.
import { openSet } from "../set-bytes.js";

/** Most bytes of a part. */
const MOST = 65_536;

/** The parts of a set by their names, in the order in which they make it: what stands before the tensors, then the pieces of each. */
export function partsOf(bytes: Uint8Array): ReadonlyMap<string, Uint8Array> {
  const { tensors } = openSet(bytes);
  const parts = new Map<string, Uint8Array>();
  let rest = bytes.length;
  for (const { data } of tensors.values()) rest -= data.length;
  parts.set("", bytes.subarray(0, rest));
  for (const [name, { data }] of tensors)
    for (let at = 0; at < data.length; at += MOST) parts.set(`${name}/${at}`, data.subarray(at, at + MOST));
  return parts;
}

/** The set that parts in their order make. */
export function whole(parts: readonly Uint8Array[]): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(parts.reduce((sum, { length }) => sum + length, 0));
  let at = 0;
  for (const part of parts) {
    bytes.set(part, at);
    at += part.length;
  }
  return bytes;
}
