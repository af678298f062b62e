/** Long enough for Firefox to search it 32 bytes at a time, with what is sought among the first of them. */
const SEARCHED = "a".repeat(128);

/** Kept, so that no compiler leaves the search out. */
let found = 0;

/**
 * Call this right before WebAssembly that computes much.
 *
 * In Firefox as GCC builds it (Debian's is), a search in a long text or typed array leaves the upper halves of the vector
 * registers in use. Processors of Intel then pay for each change between AVX and SSE instructions, which Firefox's
 * WebAssembly mixes, until something clears these halves: `docs/speed.md` has what that costs. One path of the same search
 * does clear them, that of a long text which begins with what is sought. Elsewhere this finds a letter at once.
 */
export function clearRegisters(): void {
  found = SEARCHED.indexOf("a", found);
}
