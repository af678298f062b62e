/** Where photos lie on a map on which those that are alike lie close together. The same photos always lie alike. */
import { components, type Matrix } from "./components";
import { embed } from "./embed";
import { nearest } from "./neighbours";
import { spread } from "./spread";

/** Directions that likeness is told by; the others hold little but chance. */
const DIRECTIONS = 50;
/** Neighbours of each photo, of many photos; of few, the root of their number. */
const NEIGHBOURS = 15;
/** The share of the map that photos cover: of few, which are to be seen, and of many, which would have to leave their neighbours. */
const COVERED = { few: 0.4, many: 0.1 };
/** Of so many photos the share is in the middle between these. */
const SEVERAL = 500;
/** How far apart photos lie at first, the root of their mean square: so far that neighbours have yet to come together. */
const WIDE = 5;

export interface Layout {
  /** Of each photo x and y, around 0. */
  points: Float32Array<ArrayBuffer>;
  /** The side of a photo that hardly covers others. */
  side: number;
}

/** Takes the rows of features of at least one photo. They are overwritten. */
export function layOut(rows: Matrix): Layout {
  const count = rows.values.length / rows.width;
  const seen = components(rows, Math.min(DIRECTIONS, rows.width));
  const points = new Float32Array(2 * count);
  for (let i = 0; i < count; i += 1)
    for (let axis = 0; axis < Math.min(2, seen.width); axis += 1)
      points[2 * i + axis] = seen.values[i * seen.width + axis] as number;
  const size = Math.sqrt(points.reduce((sum, value) => sum + value * value, 0) / count) || 1;
  for (let i = 0; i < points.length; i += 1) (points[i] as number) *= WIDE / size;
  const neighbours = Math.min(NEIGHBOURS, Math.ceil(Math.sqrt(count)), count - 1);
  if (neighbours > 0) embed(points, nearest(seen, neighbours));
  const [width, height] = centre(points);
  const share = COVERED.many + (COVERED.few - COVERED.many) / (1 + count / SEVERAL);
  // Where all lie in a line, they have the room beside it too.
  const room = Math.max(width * height, 0.1 * Math.max(width, height) ** 2);
  const side = Math.sqrt((share * room) / count) || 1;
  spread(points, side);
  centre(points);
  return { points, side };
}

/** Moves points so that the middle of the rectangle around them is 0; gives its width and height. */
function centre(points: Float32Array): [number, number] {
  const sides = [0, 1].map((axis) => {
    let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
    for (let i = axis; i < points.length; i += 2) {
      low = Math.min(low, points[i] as number);
      high = Math.max(high, points[i] as number);
    }
    for (let i = axis; i < points.length; i += 2) (points[i] as number) -= (low + high) / 2;
    return high - low;
  });
  return sides as [number, number];
}
