// Draws a photo-like picture of a thing: somewhere on a table, in some light, with shadow and noise.
import { encodePng } from "./png.mjs";
import { createRandom } from "./random.mjs";
import { THINGS } from "./things.mjs";

/** Samples a pixel side, against jagged edges. */
const SAMPLES = 2;

const SIZE = { width: 208, height: 176 };

/** @param {keyof typeof THINGS} name @param {number} seed @returns {Buffer} a PNG file */
export function drawPhoto(name, seed, { width, height } = SIZE) {
  return encodePng(width, height, draw(name, seed, width, height));
}

/** The same picture as pixels with alpha. */
export function drawPixels(name, seed, { width, height } = SIZE) {
  const rgb = draw(name, seed, width, height);
  const data = new Uint8ClampedArray(4 * width * height).fill(255);
  for (let i = 0; i < width * height; i += 1) data.set(rgb.subarray(3 * i, 3 * i + 3), 4 * i);
  return { data, width, height };
}

/** Pixels of another size, each the nearest of the picture: drawing as many takes long. */
export function enlarge(picture, { width, height }) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const column = Math.floor((x * picture.width) / width);
      const place = 4 * (Math.floor((y * picture.height) / height) * picture.width + column);
      data.set(picture.data.subarray(place, place + 4), 4 * (y * width + x));
    }
  }
  return { data, width, height };
}

function draw(name, seed, width, height) {
  const random = createRandom(seed * 7919 + Object.keys(THINGS).indexOf(name) * 104729 + 1);
  const scene = createScene(random, THINGS[name](random), width, height);
  const rgb = new Uint8Array(3 * width * height);
  for (let y = 0; y < height; y += 1) {
    for (let x = 0; x < width; x += 1) {
      const sum = [0, 0, 0];
      for (let sample = 0; sample < SAMPLES ** 2; sample += 1) {
        const colour = scene(
          x + ((sample % SAMPLES) + 0.5) / SAMPLES,
          y + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES,
        );
        for (let i = 0; i < 3; i += 1) sum[i] += colour[i];
      }
      const grain = random.between(-7, 7);
      for (let i = 0; i < 3; i += 1) {
        const value = sum[i] / SAMPLES ** 2 + grain + random.between(-3, 3);
        rgb[3 * (width * y + x) + i] = Math.max(0, Math.min(255, Math.round(value)));
      }
    }
  }
  return rgb;
}

function createScene(random, thing, width, height) {
  const size = Math.min(width, height) * random.between(0.27, 0.4);
  const centreX = width * random.between(0.4, 0.6);
  const centreY = height * random.between(0.42, 0.58);
  const turn = random.between(-0.6, 0.6);
  const [cos, sin] = [Math.cos(turn) / size, Math.sin(turn) / size];
  const background = createBackground(random, width, height);
  const [lightX, lightY] = [random.between(-0.7, 0.7), random.between(-0.8, -0.2)];
  const exposure = random.between(0.78, 1.12);
  const tint = [random.between(0.95, 1.06), 1, random.between(0.9, 1.06)];

  const at = (x, y) => {
    const [dx, dy] = [x - centreX, y - centreY];
    return [cos * dx + sin * dy, cos * dy - sin * dx];
  };
  return (x, y) => {
    const [u, v] = at(x, y);
    const hit = thing(u, v);
    const shade = hit ? light(hit.rise, u, v) : thing(...at(x + lightX * 14, y - 12)) ? 0.72 : 1;
    const colour = hit ? hit.colour : background(x, y);
    const shine =
      hit && hit.rise > 0.5 ? 70 * Math.max(0, 1 - 5 * Math.hypot(u - lightX * 0.6, v - lightY * 0.6)) : 0;
    return colour.map((value, i) => (value * shade + shine) * exposure * tint[i]);
  };

  function light(rise, u, v) {
    return 0.5 + 0.42 * rise + 0.16 * (u * lightX + v * lightY);
  }
}

/** A table: a colour that changes slowly, with boards, cloth or nothing on it. */
function createBackground(random, width, height) {
  const base = random.pick([
    [205, 190, 165],
    [150, 120, 90],
    [225, 225, 220],
    [120, 130, 135],
    [175, 180, 160],
  ]);
  const [slopeX, slopeY] = [random.between(-0.25, 0.25), random.between(-0.25, 0.25)];
  const pattern = random.pick([boards, cloth, plain])(random);
  return (x, y) => {
    const slope = 1 + slopeX * (x / width - 0.5) + slopeY * (y / height - 0.5);
    return base.map((value) => value * (slope + pattern(x, y)));
  };
}

function boards(random) {
  const pitch = random.between(38, 70);
  const wave = random.between(0.02, 0.05);
  return (x, y) => (y % pitch < 1.6 ? -0.3 : 0.05 * Math.sin(y * 0.9 + 6 * Math.sin(x * wave)));
}

function cloth(random) {
  const pitch = random.between(18, 34);
  return (x, y) => (x % pitch < pitch / 2 ? 0.04 : -0.04) + (y % pitch < pitch / 2 ? 0.04 : -0.04);
}

function plain() {
  return () => 0;
}
