// Seeded random numbers, so that every run draws the same photos.

/** mulberry32: a number in [0, 1) at each call. */
export function createRandom(seed) {
  let state = seed >>> 0;
  const next = () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
  return {
    next,
    /** Between two bounds. */
    between: (low, high) => low + (high - low) * next(),
    /** One of a list. */
    pick: (list) => list[Math.floor(next() * list.length)],
  };
}
