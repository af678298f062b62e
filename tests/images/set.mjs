// The file of a set of many photos: features drawn around the mean of each class, pictures of things.
import { Encoder, FeatureClassifier } from "../../npm/dist/node.js";
import { writeSetFile } from "../../npm/dist/store/node.js";
import { mosaic } from "./jpeg.mjs";
import { drawPixels } from "./photo.mjs";
import { createRandom } from "./random.mjs";
import { THINGS } from "./things.mjs";

/** How far features lie from the mean of their class, where means are 1 from nothing in each direction. */
const SPREAD = 1.2;
/** Different pictures; each has 8 times as many pixels a side. */
const PICTURES = 50;
const SIDE = { width: 28, height: 28 };

export const labelAt = (number) => `class ${number + 1}`;

/**
 * A set for the encoder that the page comes with: photos are of each class in turn.
 * @returns {Promise<Buffer>}
 */
export async function setFile(photos, classes) {
  const encoder = await Encoder.load();
  const { streams, id: encoderId } = encoder;
  encoder.dispose();
  const { next } = createRandom(1);
  const near = () => 2 * (next() + next() + next()) - 3;
  const numbers = streams.reduce((sum, { dim }) => sum + dim, 0);
  const means = Array.from({ length: classes }, () => Float32Array.from({ length: numbers }, near));
  const things = Object.keys(THINGS);
  const drawn = Array.from({ length: PICTURES }, (_, i) =>
    Uint8Array.from(mosaic(drawPixels(things[i % things.length], i, SIDE))),
  );
  const set = await FeatureClassifier.create({ streams, encoderId });
  const pictures = new Map();
  for (let i = 0; i < photos; i += 1) {
    const features = means[i % classes].map((value) => value + SPREAD * near());
    pictures.set(set.addFeatures(features, labelAt(i % classes)), drawn[i % PICTURES]);
  }
  const file = writeSetFile({ name: "many", pictures, bytes: set.save() });
  set.dispose();
  return Buffer.from(await file.arrayBuffer());
}
