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

export function draw(
  canvas: HTMLCanvasElement,
  { spots, names, line, side }: Drawing,
  bitmaps: Bitmaps,
): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const { clientWidth: width, clientHeight: height } = canvas;
  const dense = devicePixelRatio;
  [canvas.width, canvas.height] = [Math.round(width * dense), Math.round(height * dense)];
  context.scale(dense, dense);
  const style = getComputedStyle(canvas);
  const [ink, ground] = [style.color, style.backgroundColor];
  const tones = Array.from({ length: 8 }, (_, tone) => style.getPropertyValue(`--tone-${tone}`));
  const ring = Math.max(1, Math.min(3, side / 14));
  const within = ({ x, y }: Point) => x > -side && y > -side && x < width + side && y < height + side;
  const seen = spots.filter(within);
  const square = (spot: Spot, more: number) => {
    const half = side / 2 + more;
    context.beginPath();
    context.roundRect(spot.x - half, spot.y - half, 2 * half, 2 * half, half / 3);
  };
  const pictures = side >= LEAST;
  if (pictures) bitmaps.want(seen.flatMap(({ url }) => url ?? []));
  for (const spot of seen) {
    const colour = spot.tone === undefined ? ink : (tones[spot.tone] ?? ink);
    const bitmap = pictures && spot.url !== undefined ? bitmaps.get(spot.url) : null;
    context.globalAlpha = spot.tone === undefined && !bitmap ? 0.5 : 1;
    square(spot, 0);
    context.fillStyle = colour;
    context.fill();
    if (bitmap) {
      const inner = side - 2 * ring;
      context.drawImage(bitmap, spot.x - inner / 2, spot.y - inner / 2, inner, inner);
    }
    context.globalAlpha = 1;
    if (spot.picked) {
      for (const [colour, more] of [
        [ground, ring],
        [ink, 2 * ring],
      ] as const) {
        square(spot, more);
        context.lineWidth = ring;
        context.strokeStyle = colour;
        context.stroke();
      }
    }
    if (spot.suspect) mark(context, spot, Math.max(5, Math.min(8, side / 5)), side / 2, ink, ground);
  }
  context.font = `600 13px ${style.fontFamily}`;
  context.textAlign = "center";
  context.textBaseline = "bottom";
  context.lineWidth = 4;
  context.lineJoin = "round";
  context.strokeStyle = ground;
  context.fillStyle = ink;
  for (const { label, x, y } of names) {
    context.strokeText(label, x, y - side / 2);
    context.fillText(label, x, y - side / 2);
  }
  if (line.length > 1) {
    context.beginPath();
    for (const { x, y } of line) context.lineTo(x, y);
    context.closePath();
    context.strokeStyle = ink;
    context.lineWidth = 2;
    context.setLineDash([6, 4]);
    context.stroke();
    context.globalAlpha = 0.12;
    context.fill();
  }
}

/** A question mark at the corner of a photo whose label looks wrong. */
function mark(
  context: CanvasRenderingContext2D,
  { x, y }: Point,
  radius: number,
  out: number,
  ink: string,
  ground: string,
): void {
  const [cx, cy] = [x + out, y - out];
  context.beginPath();
  context.arc(cx, cy, radius, 0, 2 * Math.PI);
  context.fillStyle = ink;
  context.fill();
  context.lineWidth = 1;
  context.strokeStyle = ground;
  context.stroke();
  context.fillStyle = ground;
  context.font = `700 ${1.6 * radius}px sans-serif`;
  context.textAlign = "center";
  context.textBaseline = "middle";
  context.fillText("?", cx, cy + 0.5);
}
