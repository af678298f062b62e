/** Draws the map: of each photo its picture, or a point while it is small, in a ring of its class's colour. */
import type { Point } from "../state/plane";
import type { Bitmaps } from "./bitmaps";

/** A photo where the window shows it. */
export interface Spot extends Point {
  readonly id: number;
  /** The number of its class's colour; without a class there is none. */
  readonly tone: number | undefined;
  readonly suspect: boolean;
  readonly picked: boolean;
  readonly url: string | undefined;
}

/** The name of a class, over its photos. */
export interface Name extends Point {
  readonly label: string;
}

export interface Drawing {
  spots: readonly Spot[];
  names: readonly Name[];
  /** The line that is being drawn around photos. */
  line: readonly Point[];
  /** Side of a photo, in pixels. */
  side: number;
}

/** Smaller pictures would show nothing. */
const LEAST = 14;
/** The share of its room that a point takes: beside each other they can be counted. */
const POINT = 0.7;
/** Pixels of a line of text. */
const LINE = 16;

export function draw(
  canvas: HTMLCanvasElement,
  { spots, names, line, side }: Drawing,
  bitmaps: Bitmaps,
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  [canvas.width, canvas.height] = [width, height].map((pixels) => Math.round(pixels * devicePixelRatio)) as [
    number,
    number,
  ];
  context.scale(devicePixelRatio, devicePixelRatio);
  const style = getComputedStyle(canvas);
  const [ink, ground] = [style.color, style.backgroundColor];
  const tones = Array.from({ length: 8 }, (_, tone) => style.getPropertyValue(`--tone-${tone}`));
  const within = ({ x, y }: Point) => x > -side && y > -side && x < width + side && y < height + side;
  // What is picked lies above the rest.
  const seen = spots.filter(within).sort((a, b) => Number(a.picked) - Number(b.picked));
  const pictures = side >= LEAST;
  if (pictures) bitmaps.want(seen.flatMap(({ url }) => url ?? []));
  const half = (pictures ? 0.5 : POINT / 2) * side;
  const ring = Math.max(1, Math.min(3, side / 14));
  const square = ({ x, y }: Point, more: number) => {
    const reach = half + more;
    context.beginPath();
    context.roundRect(x - reach, y - reach, 2 * reach, 2 * reach, reach / 3);
  };
  for (const spot of seen) {
    const bitmap = pictures && spot.url !== undefined ? bitmaps.get(spot.url) : null;
    context.fillStyle = (spot.tone !== undefined && tones[spot.tone]) || ink;
    // Without a class it is grey.
    context.globalAlpha = spot.tone === undefined ? 0.5 : 1;
    square(spot, 0);
    context.fill();
    context.globalAlpha = 1;
    const inner = half - ring;
    if (bitmap) context.drawImage(bitmap, spot.x - inner, spot.y - inner, 2 * inner, 2 * inner);
    if (!spot.picked) continue;
    context.lineWidth = ring;
    for (const [colour, more] of [
      [ground, ring],
      [ink, 2 * ring],
    ] as const) {
      square(spot, more);
      context.strokeStyle = colour;
      context.stroke();
    }
  }
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = ground;
  const write = (words: string, x: number, y: number) => {
    context.strokeText(words, x, y);
    context.fillText(words, x, y);
  };
  context.fillStyle = ink;
  context.font = `800 18px ${style.fontFamily}`;
  for (const { suspect, x, y } of seen) if (suspect) write("?", x + half, y - half);
  context.font = `600 13px ${style.fontFamily}`;
  const written: { x: number; y: number; reach: number }[] = [];
  for (const { label, x, y } of names) {
    const reach = context.measureText(label).width / 2 + 4;
    const place = {
      reach,
      x: Math.max(reach, Math.min(width - reach, x)),
      y: Math.max(LINE / 2, y - half - LINE / 2),
    };
    const covers = (other: typeof place) =>
      Math.abs(other.y - place.y) < LINE && Math.abs(other.x - place.x) < other.reach + reach;
    // Closer up there is room for all.
    if (x < 0 || y < 0 || x > width || y > height || written.some(covers)) continue;
    written.push(place);
    write(label, place.x, place.y);
  }
  if (line.length === 0) return;
  context.beginPath();
  for (const { x, y } of line) context.lineTo(x, y);
  context.closePath();
  context.strokeStyle = ink;
  context.lineWidth = 2;
  context.setLineDash([6, 4]);
  context.stroke();
}
