// A page that keeps one set, whose browser is put in danger from outside.
import { FeatureClassifier } from "./package/dist/index.js";
import { Store } from "./package/dist/store/index.js";

/** As many numbers as the encoder that ships gives. */
const WIDTH = 1792;
const LABEL = "mug";

const set = await new Store().openOrCreate("Mugs", FeatureClassifier, {
  streams: [{ name: "aux", dim: WIDTH }],
});
const { classifier, pictures } = set;

/** A picture as large as one of a photo. */
async function draw() {
  const canvas = new OffscreenCanvas(160, 160);
  const context = canvas.getContext("2d");
  for (let i = 0; i < 500; i += 1) {
    context.fillStyle = `hsl(${360 * Math.random()} 80% 50%)`;
    context.fillRect(160 * Math.random(), 160 * Math.random(), 20, 20);
  }
  const file = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.82 });
  return new Uint8Array(await file.arrayBuffer());
}

async function canBeShown(id) {
  const picture = pictures.get(id);
  if (!picture) return false;
  return (await createImageBitmap(new Blob([picture], { type: "image/jpeg" }))).width === 160;
}

window.keep = {
  /** How many examples there are, each with its picture. */
  async count() {
    const shown = await Promise.all(classifier.examples.map(({ id }) => canBeShown(id)));
    if (shown.includes(false)) throw new Error(`a picture is missing: ${shown}`);
    return shown.length;
  },
  async add(count) {
    for (let i = 0; i < count; i += 1) {
      const picture = await draw();
      const features = Float32Array.from({ length: WIDTH }, Math.random);
      // At once, so that they are saved together.
      set.setPicture(classifier.addFeatures(features, LABEL), picture);
    }
  },
  empty: async () => classifier.removeClass(LABEL),
  state: async () => set.state.kind,
};
