/** Which rows are nearest to each: every pair is looked at, so it is exact. */
import type { Matrix } from "./components";

/** The `count` nearest rows of each row, by their numbers, the nearest first; there must be more rows than that. */
export function nearest({ values, width }: Matrix, count: number): Uint32Array {
  const rows = values.length / width;
  const found = new Uint32Array(rows * count);
  const distances = new Float32Array(rows * count).fill(Number.POSITIVE_INFINITY);
  const offer = (row: number, other: number, distance: number) => {
    const first = row * count;
    let at = first + count - 1;
    if (distance >= (distances[at] as number)) return;
    for (; at > first && distance < (distances[at - 1] as number); at -= 1) {
      distances[at] = distances[at - 1] as number;
      found[at] = found[at - 1] as number;
    }
    distances[at] = distance;
    found[at] = other;
  };
  for (let i = 1; i < rows; i += 1) {
    for (let j = 0; j < i; j += 1) {
      let distance = 0;
      for (let k = 0, a = i * width, b = j * width; k < width; k += 1, a += 1, b += 1)
        distance += ((values[a] as number) - (values[b] as number)) ** 2;
      offer(i, j, distance);
      offer(j, i, distance);
    }
  }
  return found;
}
