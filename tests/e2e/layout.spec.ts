/** Where photos lie on the map, without a page: each step against what is known. */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, test } from "@playwright/test";
import { components, type Matrix } from "../../www/src/layout/components.js";
import { layOut } from "../../www/src/layout/layout.js";
import { nearest } from "../../www/src/layout/neighbours.js";
import { createNumbers } from "../../www/src/numbers.js";
import { ahead, hit, isAround, shownAt, whole, zoomed } from "../../www/src/state/plane.js";

/** Rows around as many middles as there are groups, by turns. */
function blobs(count: number, groups: number, width: number, noise: number): Matrix {
  const random = createNumbers(3);
  const normal = () => Math.sqrt(-2 * Math.log(1 - random())) * Math.cos(2 * Math.PI * random());
  const middles = Array.from({ length: groups }, () => Array.from({ length: width }, normal));
  const values = Float32Array.from(
    { length: count * width },
    (_, i) => (middles[Math.floor(i / width) % groups]?.[i % width] ?? 0) + noise * normal(),
  );
  return { values, width };
}

function squareOf(values: Float32Array, width: number, a: number, b: number): number {
  let sum = 0;
  for (let k = 0; k < width; k += 1)
    sum += ((values[a * width + k] ?? 0) - (values[b * width + k] ?? 0)) ** 2;
  return sum;
}

/** The other rows, those nearest to one first. */
function others(values: Float32Array, width: number, own: number): number[] {
  const rows = Array.from({ length: values.length / width }, (_, i) => i).filter((i) => i !== own);
  const squares = rows.map((i) => [i, squareOf(values, width, own, i)] as const);
  return squares.sort((a, b) => a[1] - b[1]).map(([i]) => i);
}

/** How far the nearest on the map are from being the nearest of all, as Venna and Kaski (2001) define it: 1 is the best. */
function trustworthiness(values: Float32Array, width: number, points: Float32Array, k: number): number {
  const count = points.length / 2;
  // Every seventh stands for all.
  const asked = Array.from({ length: Math.ceil(count / 7) }, (_, i) => 7 * i);
  let sum = 0;
  for (const own of asked) {
    const ranks = new Map(others(values, width, own).map((i, rank) => [i, rank + 1]));
    for (const i of others(points, 2, own).slice(0, k)) sum += Math.max(0, (ranks.get(i) ?? 0) - k);
  }
  return 1 - (2 * sum) / (asked.length * k * (2 * count - 3 * k - 1));
}

test("finds the directions in which rows differ most, and by how much", () => {
  // Along each axis of a turned cross lie two rows, so its length squared, twice, is what is seen in that direction.
  const width = 6;
  const lengths = [9, 5, 2, 1];
  const mirror = [1, 2, -1, 3, 1, -2];
  const axis = (k: number) => mirror.map((m, i) => (i === k ? 1 : 0) - (2 * m * (mirror[k] ?? 0)) / 20);
  const rows = lengths.flatMap((length, k) =>
    [1, -1].map((side) => axis(k).map((v) => 7 + side * length * v)),
  );
  const seen = components({ values: Float32Array.from(rows.flat()), width }, 4);
  expect(seen.width).toBe(4);
  for (const [k, length] of lengths.entries()) {
    for (let row = 0; row < rows.length; row += 1) {
      const expected = Math.floor(row / 2) === k ? length : 0;
      expect(Math.abs(seen.values[4 * row + k] ?? 0), `row ${row}, direction ${k}`).toBeCloseTo(expected, 3);
    }
    expect(seen.values[8 * k + k]).toBeCloseTo(-(seen.values[8 * k + 4 + k] ?? 0), 3);
  }
});

test("finds the very neighbours that sorting finds", () => {
  const rows = blobs(90, 3, 8, 1);
  const found = nearest(rows, 7);
  for (let own = 0; own < 90; own += 1)
    expect([...found.subarray(7 * own, 7 * own + 7)]).toEqual(others(rows.values, 8, own).slice(0, 7));
});

test("keeps groups together, whatever their number, and is the same each time", () => {
  for (const [count, groups] of [
    [24, 4],
    [300, 6],
    [1200, 20],
  ] as const) {
    const rows = blobs(count, groups, 40, 0.5);
    const { points, side } = layOut({ ...rows, values: rows.values.slice() });
    let same = 0;
    let covered = 0;
    for (let own = 0; own < count; own += 1) {
      const [first = 0, second = 0] = others(points, 2, own);
      same += [first, second].filter((i) => i % groups === own % groups).length / 2 / count;
      const apart = [0, 1].map((k) => Math.abs((points[2 * own + k] ?? 0) - (points[2 * first + k] ?? 0)));
      if (Math.max(...apart) < 0.5 * side) covered += 1 / count;
    }
    expect(same, `${count}`).toBeGreaterThan(0.95);
    expect(covered, `${count}`).toBeLessThan(0.05);
    expect(layOut(rows).points).toEqual(points);
  }
});

test("has a place of its own for each of a few photos, also where they are the same", () => {
  const rows: Record<string, number[][]> = {
    one: [[1, 0, 0]],
    two: [
      [1, 0, 0],
      [0, 1, 0],
    ],
    three: [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ],
    "three in a line": [[1], [2], [4]],
    "the same": Array(9).fill([0.5, 0.5, 0]),
  };
  for (const [name, list] of Object.entries(rows)) {
    const { points, side } = layOut({ values: Float32Array.from(list.flat()), width: list[0]?.length ?? 0 });
    expect(points.every(Number.isFinite) && side > 0, name).toBe(true);
    const places = new Set(list.map((_, i) => `${points[2 * i]} ${points[2 * i + 1]}`));
    expect(places.size, name).toBe(list.length);
  }
});

const REAL = fileURLToPath(new URL("../../../shared/data/features/dtd.safetensors", import.meta.url));

test("neighbours of real photos stay neighbours", () => {
  test.skip(!existsSync(REAL), "../shared is not there");
  const file = readFileSync(REAL);
  const end = 8 + Number(file.readBigUInt64LE());
  const { shape, data_offsets } = JSON.parse(file.toString("utf8", 8, end))["test.features"];
  const width: number = shape[1];
  const halves = file.subarray(end + data_offsets[0], end + data_offsets[1]);
  const values = Float32Array.from({ length: halves.length / 2 }, (_, i) => half(halves.readUInt16LE(2 * i)));
  const { points } = layOut({ values: values.slice(), width });
  // UMAP reaches 0.933 on these (umap-js 1.4.0, 15 neighbours, of 50 principal components).
  expect(trustworthiness(values, width, points, 10)).toBeGreaterThan(0.92);
});

/** A number of 16 bits. */
function half(bits: number): number {
  const [exponent, rest] = [(bits >> 10) & 31, bits & 1023];
  const size = exponent === 0 ? rest * 2 ** -24 : 2 ** (exponent - 15) * (1 + rest / 1024);
  return bits >> 15 ? -size : size;
}

test("a window shows the whole, comes closer to what is pointed at, and no farther than the whole", () => {
  const size = { width: 400, height: 200 };
  const all = whole(
    [
      { x: -3, y: 1 },
      { x: 3, y: -1 },
    ],
    2,
    size,
  );
  expect(all).toEqual({ x: 0, y: 0, scale: 50 });
  const at = shownAt({ x: 3, y: -1 }, all, size);
  expect(at).toEqual({ x: 350, y: 50 });
  const closer = zoomed(all, all, 2, at, size);
  expect(closer?.scale).toBe(100);
  expect(shownAt({ x: 3, y: -1 }, closer ?? all, size)).toEqual(at);
  expect(zoomed(closer ?? all, all, 0.5, at, size)).toBeNull();
});

test("finds what lies under a finger, ahead, and within a line", () => {
  const places = [
    { x: 0, y: 0 },
    { x: 10, y: 2 },
    { x: 12, y: -30 },
    { x: -5, y: 4 },
  ];
  expect(hit(places, { x: 9, y: 0 }, 6)).toBe(places[1]);
  expect(hit(places, { x: 5, y: 0 }, 6)).toBeUndefined();
  const [from = { x: 0, y: 0 }] = places;
  expect(ahead(places, from, [1, 0])).toBe(places[1]);
  expect(ahead(places, from, [-1, 0])).toBe(places[3]);
  expect(ahead(places, from, [0, -1])).toBe(places[2]);
  expect(ahead(places, from, [0, 1])).toBeUndefined();
  const line = [
    { x: -6, y: -6 },
    { x: 11, y: -6 },
    { x: 11, y: 6 },
    { x: 2, y: 1 },
    { x: -6, y: 6 },
  ];
  expect(places.map((place) => isAround(line, place))).toEqual([true, true, false, true]);
});
