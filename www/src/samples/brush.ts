/** What every drawing needs: repeatable chance, a ground to lie on, a place on it. */
import { createNumbers } from "../numbers";

export interface Random {
  /** Between two bounds. */
  between(low: number, high: number): number;
  pick<Item>(items: readonly [Item, ...Item[]]): Item;
}

/** Draws into the square from -1 to 1. */
export type Draw = (context: CanvasRenderingContext2D, random: Random) => void;

/** The same numbers for the same seed, so that the examples are the same for everybody. */
export function createRandom(seed: number): Random {
  const next = createNumbers(seed);
  return {
    between: (low, high) => low + (high - low) * next(),
    pick: (items) => items[Math.floor(next() * items.length)] ?? items[0],
  };
}

/** Fills the square with a colour that light falls on from one side. */
export function ground(context: CanvasRenderingContext2D, random: Random, hue: number, lightness: number) {
  const turn = random.between(0, 2 * Math.PI);
  const [x, y] = [Math.cos(turn), Math.sin(turn)];
  const light = context.createLinearGradient(-x, -y, x, y);
  light.addColorStop(0, `hsl(${hue} 30% ${lightness}%)`);
  light.addColorStop(1, `hsl(${hue} 34% ${lightness - 12}%)`);
  context.fillStyle = light;
  context.fillRect(-1, -1, 2, 2);
}

/** Draws something a little moved, turned and scaled. */
export function placed(context: CanvasRenderingContext2D, random: Random, turn: number, draw: () => void) {
  context.save();
  context.translate(random.between(-0.14, 0.14), random.between(-0.12, 0.12));
  context.rotate(random.between(-turn, turn));
  const scale = random.between(0.78, 1);
  context.scale(scale, scale);
  draw();
  context.restore();
}
