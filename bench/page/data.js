// The same features for all: around a centre a class.
const NOISE = 1.2;

/** Repeatable numbers in [-1, 1) (mulberry32). */
function numbers(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 31 - 1;
  };
}

/** `{rows, labels, query}`; rows are Float32Arrays of the given width, class after class. */
export function photos(classes, shots, width) {
  const next = numbers(1);
  const centres = Array.from({ length: classes }, () => Float32Array.from({ length: width }, next));
  const around = (c) => centres[c].map((v) => v + NOISE * next());
  const labels = Array.from({ length: classes * shots }, (_, i) => Math.floor(i / shots));
  return { classes, width, labels, rows: labels.map(around), query: around(0) };
}

/** The rows one after another, each of length one. */
export function unitRows(rows) {
  const width = rows[0].length;
  const all = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) {
    const length = Math.hypot(...row);
    for (let d = 0; d < width; d++) all[i * width + d] = row[d] / length;
  }
  return all;
}
