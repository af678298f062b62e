/** Faces as a child draws them: a felt pen, a round head, and a feeling. */
import { type Draw, ground, placed, type Random } from "./brush";

/** Points of a curve; so few that a shaken line stays smooth. */
const STEPS = 10;

/** A line that no steady hand drew. */
function scrawl(
  context: CanvasRenderingContext2D,
  random: Random,
  points: readonly (readonly [number, number])[],
) {
  const shaken = points.map(
    ([x, y]) => [x + random.between(-0.03, 0.03), y + random.between(-0.03, 0.03)] as const,
  );
  context.beginPath();
  for (const [i, [x, y]] of shaken.entries()) {
    const before = shaken[i - 1];
    if (!before) context.moveTo(x, y);
    else context.quadraticCurveTo(before[0], before[1], (before[0] + x) / 2, (before[1] + y) / 2);
  }
  const last = shaken.at(-1);
  if (last) context.lineTo(...last);
  context.stroke();
}

function arc(x: number, y: number, radiusX: number, radiusY: number, from: number, to: number) {
  return Array.from({ length: STEPS + 1 }, (_, i) => {
    const angle = from + ((to - from) * i) / STEPS;
    return [x + radiusX * Math.cos(angle), y + radiusY * Math.sin(angle)] as const;
  });
}

function face(feeling: (context: CanvasRenderingContext2D, random: Random) => void): Draw {
  return (context, random) => {
    ground(context, random, random.pick([45, 50, 210]), random.between(90, 95));
    placed(context, random, 0.25, () => {
      context.fillStyle = `hsl(${random.pick([48, 26, 340, 190, 130])} 70% ${random.between(74, 84)}%)`;
      context.beginPath();
      context.ellipse(0.02, 0, 0.78, 0.8, 0, 0, 7);
      context.fill();
      context.strokeStyle = `hsl(${random.pick([0, 220, 275, 150])} 45% ${random.between(20, 30)}%)`;
      context.lineWidth = random.between(0.06, 0.09);
      context.lineCap = "round";
      scrawl(context, random, arc(0, 0, 0.8, 0.82, 0, 6.4));
      context.fillStyle = context.strokeStyle;
      feeling(context, random);
    });
  };
}

function eyes(context: CanvasRenderingContext2D, random: Random, radius: number) {
  for (const side of [-1, 1]) {
    context.beginPath();
    context.arc(side * 0.28 + random.between(-0.03, 0.03), -0.2, radius, 0, 7);
    context.fill();
  }
}

const happy = face((context, random) => {
  eyes(context, random, 0.08);
  scrawl(context, random, arc(0, 0.12, 0.44, random.between(0.3, 0.42), 0.1, Math.PI - 0.1));
  scrawl(context, random, [
    [-0.44, 0.16],
    [0.44, 0.16],
  ]);
});

const sad = face((context, random) => {
  eyes(context, random, 0.07);
  scrawl(context, random, arc(0, 0.62, 0.34, random.between(0.24, 0.34), Math.PI + 0.1, 2 * Math.PI - 0.1));
  for (const side of [-1, 1]) {
    scrawl(context, random, [
      [side * 0.14, -0.5],
      [side * 0.44, -0.36],
    ]);
  }
  context.fillStyle = "hsl(205 80% 58%)";
  context.beginPath();
  context.ellipse(random.pick([-0.3, 0.3]), random.between(0.05, 0.2), 0.07, 0.13, 0, 0, 7);
  context.fill();
});

const surprised = face((context, random) => {
  eyes(context, random, random.between(0.12, 0.15));
  context.beginPath();
  context.ellipse(0, 0.4, random.between(0.17, 0.22), random.between(0.22, 0.28), 0, 0, 7);
  context.fill();
  for (const side of [-1, 1])
    scrawl(context, random, arc(side * 0.28, -0.42, 0.16, 0.12, Math.PI, 2 * Math.PI));
});

const angry = face((context, random) => {
  eyes(context, random, 0.07);
  for (const side of [-1, 1]) {
    scrawl(context, random, [
      [side * 0.1, -0.3],
      [side * 0.46, -0.54],
    ]);
  }
  const half = random.between(0.3, 0.4);
  context.strokeRect(-half, 0.3, 2 * half, 0.2);
  scrawl(context, random, [
    [-half, 0.4],
    [half, 0.4],
  ]);
});

export const faces = { happy, sad, surprised, angry };
