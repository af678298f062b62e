// What exportModel gives says the same in onnxruntime for Node as the package does.
import { Classifier } from "handful";
import { InferenceSession, Tensor } from "onnxruntime-node";

const SIDE = 32;

/** A picture of stripes, as many as `count` says, in RGBA. */
const stripes = (count, light = 200) => ({
  data: Uint8Array.from({ length: 4 * SIDE * SIDE }, (_, i) =>
    i % 4 === 3 || Math.floor(((i >> 2) * count) / SIDE) % 2 === 0 ? 255 : light,
  ),
  width: SIDE,
  height: SIDE,
});
const classifier = await Classifier.create();
for (const count of [1, 2, 4])
  for (const light of [0, 40, 80]) await classifier.addExample(stripes(count, light), `${count} stripes`);
const zip = await classifier.exportModel();

// The model is the first of the files, which are stored as they are.
const view = new DataView(zip.buffer);
const start = 30 + view.getUint16(26, true);
const model = await InferenceSession.create(zip.subarray(start, start + view.getUint32(18, true)));
for (const count of [1, 2, 3, 4]) {
  const picture = stripes(count, 60);
  const { label, scores } = await classifier.predict(picture);
  const image = new Tensor(
    "uint8",
    picture.data.filter((_, i) => i % 4 < 3),
    [1, SIDE, SIDE, 3],
  );
  const { probabilities } = await model.run({ image });
  const said = [...probabilities.data];
  const places = new Map(classifier.classes.map((known, place) => [known.label, place]));
  if (places.get(label) !== said.indexOf(Math.max(...said)))
    throw new Error(`${count} stripes: not ${label}`);
  for (const score of scores)
    if (!(Math.abs(said[places.get(score.label)] - score.probability) < 1e-3))
      throw new Error(`${count} stripes: ${score.label} ${score.probability}, there ${said}`);
}
classifier.dispose();
