/** The plane that photos lie in, and the part of it that a window shows. */

export interface Point {
  readonly x: number;
  readonly y: number;
}

export interface Size {
  readonly width: number;
  readonly height: number;
}

/** What a window shows: the point in its middle, and pixels for a length of 1. */
export interface View extends Point {
  readonly scale: number;
}

/** The most that a part of the plane is enlarged, beside the whole. */
const CLOSEST = 40;

/** The view of all points, with room for a margin around each. */
export function whole(points: readonly Point[], margin: number, { width, height }: Size): View {
  const farthest = (values: readonly number[]) =>
    values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const [x, y] = [farthest(points.map((point) => point.x)), farthest(points.map((point) => point.y))];
  return { x: 0, y: 0, scale: Math.min(width / (2 * x + margin), height / (2 * y + margin)) };
}

/** Where a window shows a point, in pixels. */
export function shownAt(point: Point, view: View, { width, height }: Size): Point {
  return { x: (point.x - view.x) * view.scale + width / 2, y: (point.y - view.y) * view.scale + height / 2 };
}

/** The view so many times closer, or farther, with what is shown at a pixel still there; null where that is the whole or more. */
export function zoomed(
  view: View,
  all: View,
  times: number,
  at: Point,
  { width, height }: Size,
): View | null {
  const scale = Math.min(view.scale * times, all.scale * CLOSEST);
  // One step closer and one farther may round to a little more than the whole.
  if (scale <= all.scale * (1 + 1e-9)) return null;
  const move = 1 / view.scale - 1 / scale;
  return { scale, x: view.x + (at.x - width / 2) * move, y: view.y + (at.y - height / 2) * move };
}

/** The view moved by pixels. */
export function moved(view: View, dx: number, dy: number): View {
  return { ...view, x: view.x - dx / view.scale, y: view.y - dy / view.scale };
}

/** The nearest to a point of those in whose square it lies. */
export function hit<Place extends Point>(
  places: readonly Place[],
  at: Point,
  side: number,
): Place | undefined {
  return least(places, (place) => {
    const away = Math.max(Math.abs(place.x - at.x), Math.abs(place.y - at.y));
    return away <= side / 2 ? away : Number.POSITIVE_INFINITY;
  });
}

/** The nearest place in a direction along an axis: no more aside than ahead. */
export function ahead<Place extends Point>(
  places: readonly Place[],
  from: Point,
  [across, down]: readonly [number, number],
): Place | undefined {
  return least(places, (place) => {
    const [dx, dy] = [place.x - from.x, place.y - from.y];
    const forward = dx * across + dy * down;
    const aside = Math.abs(dx * down) + Math.abs(dy * across);
    return forward > 0 && aside <= forward ? forward + aside : Number.POSITIVE_INFINITY;
  });
}

/** The place of the least cost, of those whose cost is finite. */
function least<Place>(places: readonly Place[], costOf: (place: Place) => number): Place | undefined {
  let best: Place | undefined;
  let cost = Number.POSITIVE_INFINITY;
  for (const place of places) {
    const own = costOf(place);
    if (own < cost) [best, cost] = [place, own];
  }
  return best;
}

/** Whether a point lies within a line that is drawn around it. */
export function isAround(line: readonly Point[], { x, y }: Point): boolean {
  let inside = false;
  for (const [i, a] of line.entries()) {
    const b = line.at(i - 1) as Point;
    if (a.y > y !== b.y > y && x < a.x + ((b.x - a.x) * (y - a.y)) / (b.y - a.y)) inside = !inside;
  }
  return inside;
}
