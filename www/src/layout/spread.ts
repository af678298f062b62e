/** Moves points apart that lie closer together than a photo is wide, each pair by half of what is missing, until none does, or nearly. */

/** Times that all pairs are looked at, at most. */
const ROUNDS = 50;

/** Moves `points`, x and y by turns, so that squares with sides of `side` around them hardly cover each other. */
export function spread(points: Float32Array, side: number): void {
  // Points by the cells that they lie in, each cell a chain from its last point on. Two cells may share a chain: distances tell.
  const last = new Int32Array(points.length);
  const previous = new Int32Array(points.length);
  for (let round = 0, moved = true; moved && round < ROUNDS; round += 1) {
    moved = false;
    last.fill(-1);
    for (let own = 0; own < points.length; own += 2) {
      const column = Math.floor((points[own] as number) / side);
      const row = Math.floor((points[own + 1] as number) / side);
      for (let c = column - 1; c <= column + 1; c += 1)
        for (let r = row - 1; r <= row + 1; r += 1)
          for (let other = last[chain(c, r, last)] as number; other >= 0; other = previous[other] as number)
            moved = part(points, own, other, side) || moved;
      const at = chain(column, row, last);
      previous[own] = last[at] as number;
      last[at] = own;
    }
  }
}

function chain(column: number, row: number, { length }: Int32Array): number {
  return ((Math.imul(column, 73856093) ^ Math.imul(row, 19349663)) >>> 0) % length;
}

/** Moves two points apart along the axis where less is missing; false where they are far enough. */
function part(points: Float32Array, a: number, b: number, side: number): boolean {
  const dx = (points[a] as number) - (points[b] as number);
  const dy = (points[a + 1] as number) - (points[b + 1] as number);
  const missing = side - Math.max(Math.abs(dx), Math.abs(dy));
  if (missing < 0.01 * side) return false;
  const axis = Math.abs(dx) < Math.abs(dy) ? 1 : 0;
  // Where they are the same, either way will do.
  const half = ((axis ? dy : dx) < 0 ? -1 : 1) * (missing / 2);
  (points[a + axis] as number) += half;
  (points[b + axis] as number) -= half;
  return true;
}
