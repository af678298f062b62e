/** Patterns in any two colours: what tells them apart is the form alone. */
import { type Draw, ground, type Random } from "./brush";

/** How far the pattern reaches, so that it fills the square however it is turned. */
const REACH = 1.6;

function pattern(
  turn: number,
  draw: (context: CanvasRenderingContext2D, step: number, random: Random) => void,
): Draw {
  return (context, random) => {
    const hue = random.between(0, 360);
    ground(context, random, hue, random.between(80, 92));
    context.save();
    context.rotate(random.between(-turn, turn));
    context.fillStyle =
      context.strokeStyle = `hsl(${hue + random.between(120, 240)} 55% ${random.between(30, 42)}%)`;
    draw(context, random.between(0.26, 0.36), random);
    context.restore();
  };
}

function* grid(step: number): Generator<[number, number, boolean]> {
  const count = Math.ceil(REACH / step);
  for (let row = -count; row <= count; row += 1) {
    for (let column = -count; column <= count; column += 1) {
      yield [column * step, row * step, (row + column) % 2 === 0];
    }
  }
}

const stripes = pattern(0.5, (context, step) => {
  for (let x = -REACH; x < REACH; x += step) context.fillRect(x, -REACH, step / 2, 2 * REACH);
});

const dots = pattern(0.5, (context, step, random) => {
  const radius = step * random.between(0.24, 0.32);
  for (const [x, y] of grid(step)) {
    context.beginPath();
    context.arc(x, y, radius, 0, 7);
    context.fill();
  }
});

const checks = pattern(0.3, (context, step) => {
  for (const [x, y, dark] of grid(step)) if (dark) context.fillRect(x, y, step, step);
});

const waves = pattern(0.3, (context, step, random) => {
  context.lineWidth = step * 0.4;
  const height = step * random.between(0.4, 0.6);
  for (let y = -REACH; y < REACH; y += step) {
    context.beginPath();
    for (let x = -REACH; x < REACH; x += 0.03) context.lineTo(x, y + height * Math.sin((6 * x) / (step * 2)));
    context.stroke();
  }
});

export const patterns = { stripes, dots, checks, waves };
