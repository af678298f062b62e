/** Fruit on a table. */
import { type Draw, ground, placed, type Random } from "./brush";

/** Fills a shape as something round that light falls on from above left, with its shadow. */
function round(
  context: CanvasRenderingContext2D,
  shape: Path2D,
  hue: number,
  saturation: number,
  light: number,
) {
  context.save();
  context.translate(0.07, 0.1);
  context.filter = "blur(6px)";
  context.fillStyle = "rgb(40 25 10 / 40%)";
  context.fill(shape);
  context.restore();
  const body = context.createRadialGradient(-0.25, -0.3, 0.05, 0, 0, 0.95);
  body.addColorStop(0, `hsl(${hue} ${saturation}% ${light + 18}%)`);
  body.addColorStop(0.45, `hsl(${hue} ${saturation}% ${light}%)`);
  body.addColorStop(1, `hsl(${hue} ${saturation}% ${light * 0.55}%)`);
  context.fillStyle = body;
  context.fill(shape);
}

function stalk(context: CanvasRenderingContext2D, random: Random, top: number, long: number) {
  context.strokeStyle = "hsl(28 40% 24%)";
  context.lineWidth = 0.06;
  context.lineCap = "round";
  context.beginPath();
  context.moveTo(0, top);
  context.quadraticCurveTo(0.02, top - long / 2, random.between(-0.1, 0.16), top - long);
  context.stroke();
}

/** A table in one of a few colours, none of them that of a fruit. */
function table(context: CanvasRenderingContext2D, random: Random) {
  ground(context, random, random.pick([30, 40, 205, 220, 160]), random.between(70, 88));
}

const apple: Draw = (context, random) => {
  table(context, random);
  placed(context, random, 0.4, () => {
    const shape = new Path2D(
      "M0-.42C.2-.62.72-.58.74-.08.76.42.4.72.18.7.08.7.06.66 0 .66-.06.66-.08.7-.18.7-.4.72-.76.42-.74-.08-.72-.58-.2-.62 0-.42z",
    );
    round(context, shape, random.between(-8, 10), 72, random.between(38, 46));
    stalk(context, random, -0.42, 0.26);
    if (random.between(0, 1) > 0.4) {
      context.fillStyle = "hsl(95 45% 34%)";
      context.fill(new Path2D("M.03-.52C.12-.78.36-.8.46-.74.4-.58.2-.48.03-.52z"));
    }
  });
};

const banana: Draw = (context, random) => {
  table(context, random);
  placed(context, random, 0.7, () => {
    const shape = new Path2D("M-.78-.3C-.62.3-.1.62.5.5.68.46.8.34.84.24.78.2.7.2.62.22.14.3-.34.06-.6-.42z");
    round(context, shape, random.between(46, 54), 88, random.between(50, 58));
    context.strokeStyle = "hsl(40 60% 36% / 60%)";
    context.lineWidth = 0.025;
    context.stroke(new Path2D("M-.68-.34C-.46.14.02.44.6.36"));
    context.fillStyle = "hsl(32 45% 22%)";
    context.fill(new Path2D("M-.78-.3-.6-.42-.68-.56-.8-.5zM.84.24.62.22.76.36z"));
  });
};

const pear: Draw = (context, random) => {
  table(context, random);
  placed(context, random, 0.4, () => {
    const shape = new Path2D(
      "M0-.72C.22-.72.26-.5.3-.3.36-.04.62.1.62.38.62.66.34.8 0 .8-.34.8-.62.66-.62.38-.62.1-.36-.04-.3-.3-.26-.5-.22-.72 0-.72z",
    );
    round(context, shape, random.between(72, 88), 52, random.between(44, 52));
    context.fillStyle = "hsl(60 40% 28% / 45%)";
    for (let spot = 0; spot < 14; spot += 1) {
      context.beginPath();
      context.arc(random.between(-0.4, 0.4), random.between(0, 0.66), 0.014, 0, 7);
      context.fill();
    }
    stalk(context, random, -0.7, 0.22);
  });
};

const plum: Draw = (context, random) => {
  table(context, random);
  placed(context, random, 0.8, () => {
    const shape = new Path2D();
    shape.ellipse(0, 0, 0.6, random.between(0.64, 0.74), 0, 0, 7);
    round(context, shape, random.between(255, 285), 42, random.between(27, 33));
    context.strokeStyle = "hsl(270 40% 15% / 70%)";
    context.lineWidth = 0.035;
    context.stroke(new Path2D("M.04-.66C.26-.3.26.3.06.66"));
    stalk(context, random, -0.62, 0.16);
  });
};

export const fruit = { apple, banana, pear, plum };
