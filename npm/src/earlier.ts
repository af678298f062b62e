import { check, RECORD, TEXT } from "./check.js";

/** Names of the encoders that came with earlier versions of the package. */
const EARLIER = ["handful-tiny"];

/**
 * Whether a set was made with an encoder that came with an earlier version of this package. Features of two encoders cannot
 * be compared, so such a set has to be taught anew from its photos, as `Classifier.reencode` does.
 *
 * @example
 * ```ts
 * console.log(fromEarlierEncoder({ encoderId: "handful-tiny@0123456789abcdef" })); // true
 * console.log(fromEarlierEncoder(inspect(bytes))); // false
 * ```
 */
export function fromEarlierEncoder(set: { readonly encoderId?: string | undefined }): boolean {
  check("set", set, RECORD);
  const { encoderId = "" } = set;
  check("set.encoderId", encoderId, TEXT);
  return EARLIER.some((name) => encoderId.startsWith(`${name}@`));
}
