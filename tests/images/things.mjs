// The things that are drawn. Each takes random numbers and gives a function from a point to what is there:
// null outside, else a colour and how far it rises towards the viewer (0 at the rim, 1 on top) for the light.
// The thing fills about the disc of radius 1 around the origin.

const length = Math.hypot;
const mix = (from, to, share) => from.map((value, i) => value + (to[i] - value) * share);

/** A red fruit with a green star of a stalk. */
function tomato(random) {
  const skin = [random.between(190, 225), random.between(35, 75), random.between(25, 50)];
  const squash = random.between(0.82, 0.95);
  const [stalkX, stalkY] = [random.between(-0.2, 0.2), random.between(-0.35, -0.1)];
  const leaves = random.pick([5, 6]);
  return (x, y) => {
    const radius = length(x, y / squash);
    if (radius > 1) return null;
    const rise = Math.sqrt(1 - radius * radius);
    const [dx, dy] = [x - stalkX, y - stalkY];
    const reach = 0.2 + 0.2 * Math.cos(leaves * Math.atan2(dy, dx));
    if (length(dx, dy) < reach) return { colour: [70, 120, 40], rise: rise * 0.9 };
    return { colour: skin, rise };
  };
}

/** A yellow crescent with dark ends. */
function banana(random) {
  const skin = [random.between(225, 245), random.between(190, 215), random.between(50, 90)];
  const bend = random.between(0.75, 0.95);
  const thick = random.between(0.24, 0.31);
  return (x, y) => {
    const angle = Math.atan2(y + 0.75, x);
    const along = (angle - Math.PI / 2) / bend;
    if (Math.abs(along) > 1) return null;
    const width = thick * Math.sqrt(1 - along ** 4);
    const across = (length(x, y + 0.75) - 0.85) / width;
    if (Math.abs(across) > 1) return null;
    const tip = Math.max(0, Math.abs(along) - 0.86) / 0.14;
    return { colour: mix(skin, [85, 65, 35], tip), rise: Math.sqrt(1 - across * across) };
  };
}

/** A glazed mug from the side, with a handle and a band. */
function mug(random) {
  const glaze = random
    .pick([
      [60, 95, 150],
      [45, 110, 120],
      [90, 85, 140],
    ])
    .map((value) => value + random.between(-15, 15));
  const side = random.pick([-1, 1]);
  const band = random.between(-0.2, 0.4);
  return (x, y) => {
    const across = (x * side + 0.2) / 0.62;
    if (Math.abs(across) < 1 && Math.abs(y) < 0.85) {
      const rim = length(across, (y + 0.85) / 0.16) < 1 || y < -0.72;
      const colour = rim ? [235, 230, 220] : Math.abs(y - band) < 0.09 ? [240, 235, 225] : glaze;
      return { colour, rise: Math.sqrt(1 - across * across) };
    }
    const ring = Math.abs(length((x * side - 0.45) / 0.9, y / 1.15) - 0.36);
    return ring < 0.085 ? { colour: glaze, rise: 0.8 - 6 * ring } : null;
  };
}

/** A green leaf with veins. */
function leaf(random) {
  const green = [random.between(60, 110), random.between(120, 160), random.between(40, 70)];
  const slim = random.between(0.42, 0.55);
  return (x, y) => {
    const width = slim * (1 - x * x) * (1 - 0.25 * x);
    if (Math.abs(x) > 1 || Math.abs(y) > width) {
      return x > 0.9 && x < 1.25 && Math.abs(y) < 0.035 ? { colour: [110, 90, 50], rise: 0.6 } : null;
    }
    const vein = Math.abs(y) < 0.02 || Math.abs(((x + Math.abs(y) * 0.9 + 2) % 0.28) - 0.14) < 0.012;
    const colour = vein ? mix(green, [200, 215, 150], 0.6) : green;
    return { colour, rise: 0.65 + 0.2 * Math.cos(12 * x) * (Math.abs(y) / width) };
  };
}

/** A slice of bread: pale crumb, brown crust. */
function bread(random) {
  const crumb = [random.between(225, 240), random.between(200, 215), random.between(160, 180)];
  const crust = [random.between(130, 160), random.between(80, 100), random.between(40, 60)];
  const shoulder = random.between(0.55, 0.7);
  return (x, y) => {
    const body = Math.max(Math.abs(x) / 0.78, Math.abs(y - 0.15) / 0.72);
    const top = length(Math.abs(x) - 0.35, y + 0.35) / shoulder;
    const edge = Math.min(body, top);
    if (edge > 1) return null;
    const pore = Math.sin(37 * x + 11 * Math.sin(23 * y)) * Math.sin(41 * y + 7 * x) > 0.82;
    return { colour: edge > 0.88 ? crust : pore ? mix(crumb, crust, 0.35) : crumb, rise: 0.85 };
  };
}

export const THINGS = { tomato, banana, mug, leaf, bread };
