/** Names of the encoders that came with earlier versions of the package. */
const EARLIER = ["handful-tiny"];

/**
 * Whether a set was made with an encoder that came with an earlier version of this package. Features of two encoders cannot
 * be compared, so such a set has to be taught anew from its photos.
 */
export function fromEarlierEncoder({ encoderId = "" }: { readonly encoderId?: string | undefined }): boolean {
  return EARLIER.some((name) => encoderId.startsWith(`${name}@`));
}
