/** Draws the map: of each photo its picture, or a point while it is small, in a ring of its class's colour. */
import type { Point } from "../state/plane";
import type { Bitmaps } from "./bitmaps";
import { TONES } from "./tone";

/** A photo where the window shows it. */
export interface Spot extends Point {
  readonly id: number;
  /** The number of its class's colour; without a class there is none. */
  readonly tone: number | undefined;
  readonly suspect: boolean;
  /** It was asked about: it is round. */
  readonly round: boolean;
  readonly picture: () => string | undefined;
  readonly picked: boolean;
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
/** The share of the map's width that a name takes at most. */
const NAME = 0.4;

export function draw(canvas: HTMLCanvasElement, drawing: Drawing, bitmaps: Bitmaps): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round(height * devicePixelRatio);
  context.scale(devicePixelRatio, devicePixelRatio);
  const { side, spots, names, line } = drawing;
  const within = (room: number) => (point: Point) =>
    point.x > -room && point.y > -room && point.x < width + room && point.y < height + room;
  // What is picked lies above the rest.
  const seen = spots.filter(within(side)).sort((a, b) => Number(a.picked) - Number(b.picked));
  const half = (side < LEAST ? POINT * side : side) / 2;
  if (side >= LEAST) bitmaps.want(seen);
  drawPhotos(context, seen, half, side < LEAST ? null : bitmaps);
  const style = getComputedStyle(canvas);
  context.strokeStyle = style.backgroundColor;
  context.fillStyle = style.color;
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.font = `800 18px ${style.fontFamily}`;
  for (const { suspect, x, y } of seen) if (suspect) write(context, "?", x + half, y - half);
  context.font = `600 13px ${style.fontFamily}`;
  drawNames(context, names.filter(within(0)), half, width);
  if (line.length === 0) return;
  context.beginPath();
  for (const { x, y } of line) context.lineTo(x, y);
  context.closePath();
  context.strokeStyle = style.color;
  context.lineWidth = 2;
  context.setLineDash([6, 4]);
  context.stroke();
}

/** Of points there are no pictures. */
function drawPhotos(
  context: CanvasRenderingContext2D,
  spots: readonly Spot[],
  half: number,
  bitmaps: Bitmaps | null,
): void {
  const style = getComputedStyle(context.canvas);
  const [ink, ground] = [style.color, style.backgroundColor];
  const tones = Array.from({ length: TONES }, (_, tone) => style.getPropertyValue(`--tone-${tone}`));
  const ring = Math.max(1, Math.min(3, half / 7));
  const outline = ({ x, y, round }: Spot, more: number) => {
    const reach = half + more;
    context.beginPath();
    context.roundRect(x - reach, y - reach, 2 * reach, 2 * reach, round ? reach : reach / 3);
  };
  for (const spot of spots) {
    context.fillStyle = (spot.tone !== undefined && tones[spot.tone]) || ink;
    // Without a class it is grey.
    context.globalAlpha = spot.tone === undefined ? 0.5 : 1;
    outline(spot, 0);
    context.fill();
    context.globalAlpha = 1;
    const bitmap = bitmaps?.get(spot.id);
    const inner = half - ring;
    context.save();
    if (spot.round) {
      outline(spot, -ring);
      context.clip();
    }
    if (bitmap) context.drawImage(bitmap, spot.x - inner, spot.y - inner, 2 * inner, 2 * inner);
    context.restore();
    if (!spot.picked) continue;
    context.lineWidth = ring;
    for (const [colour, more] of [
      [ground, ring],
      [ink, 2 * ring],
    ] as const) {
      outline(spot, more);
      context.strokeStyle = colour;
      context.stroke();
    }
  }
}

/** Each above its photos, unless it would cover one that is there: closer up there is room for all. */
function drawNames(
  context: CanvasRenderingContext2D,
  names: readonly Name[],
  half: number,
  width: number,
): void {
  const written: { x: number; y: number; reach: number }[] = [];
  for (const { label, ...middle } of names) {
    const words = fitting(context, label, NAME * width);
    const reach = context.measureText(words).width / 2 + 4;
    const x = Math.max(reach, Math.min(width - reach, middle.x));
    const y = Math.max(LINE / 2, middle.y - half - LINE / 2);
    if (written.some((other) => Math.abs(other.y - y) < LINE && Math.abs(other.x - x) < other.reach + reach))
      continue;
    written.push({ x, y, reach });
    write(context, words, x, y);
  }
}

/** As much of a name as there is room for. */
function fitting(context: CanvasRenderingContext2D, name: string, room: number): string {
  const letters = [...name];
  const fits = (words: string) => context.measureText(words).width <= room;
  if (fits(name)) return name;
  while (letters.length > 1 && !fits(`${letters.join("")}…`)) letters.pop();
  return `${letters.join("")}…`;
}

/** Words with a seam that sets them off from what is below. */
function write(context: CanvasRenderingContext2D, words: string, x: number, y: number): void {
  context.strokeText(words, x, y);
  context.fillText(words, x, y);
}
