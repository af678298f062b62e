// `npm run bench:drop`: 25 photos of 5 classes are dropped, then one more is asked about: how long until the answer, in this
// package and in a page as Teachable Machine makes it: MobileNet features, here by onnxruntime-web from the encoder of ../shared, and
// knn-classifier of TensorFlow.js. Both have loaded everything before. Wants `npm ci` in bench/. Builds nothing, asserts nothing.
import { existsSync } from "node:fs";
import { join } from "node:path";
import { main, ROOT, Trouble } from "../scripts/shell.mjs";
import { drawPhoto } from "../tests/images/photo.mjs";
import { middle, onPage } from "./serving.mjs";

const ROUNDS = 7;
const THINGS = ["tomato", "leaf", "bread", "mug", "banana"];
const EACH = 5;
const SIZE = { width: 640, height: 480 };
const MOBILENET = join(ROOT, "../shared/models/mobilenet_v2_clip_f32.json");
const SCRIPTS = ["tfjs-core/dist/tf-core", "tfjs-backend-cpu/dist/tf-backend-cpu"];

/** Runs in the page: milliseconds of each round, and how often the answer was right. */
async function race([manifest, photos, question, rounds]) {
  const { Classifier, Encoder } = await import("/npm/dist/index.js");
  const ort = await import("/ort/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  const blob = async (url) => (await fetch(url)).blob();
  const files = await Promise.all(photos.map(async ({ label, url }) => ({ label, file: await blob(url) })));
  const asked = await blob(question.url);

  const encoder = await Encoder.load();
  const ours = async () => {
    const classifier = await Classifier.create({ encoder });
    for (const { label, file } of files) await classifier.addExample(file, label);
    const { label } = await classifier.predict(asked);
    classifier.dispose();
    return label;
  };

  const { file, input } = await (await fetch(manifest)).json();
  const session = await ort.InferenceSession.create(new URL(file, new URL(manifest, location.href)).href);
  const side = input.shape.at(-1);
  const canvas = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  const embed = async (photo) => {
    const bitmap = await createImageBitmap(photo);
    const crop = Math.min(bitmap.width, bitmap.height);
    const [left, top] = [(bitmap.width - crop) / 2, (bitmap.height - crop) / 2];
    canvas.drawImage(bitmap, left, top, crop, crop, 0, 0, side, side);
    bitmap.close();
    const { data } = canvas.getImageData(0, 0, side, side);
    const plane = side * side;
    const numbers = new Float32Array(3 * plane);
    for (let i = 0; i < plane; i += 1)
      for (let c = 0; c < 3; c += 1) numbers[c * plane + i] = data[4 * i + c] / 127.5 - 1;
    const tensor = new ort.Tensor("float32", numbers, [1, 3, side, side]);
    const { aux } = await session.run({ [input.name]: tensor }, ["aux"]);
    return globalThis.tf.tensor1d(aux.data);
  };
  const theirs = async () => {
    const knn = globalThis.knnClassifier.create();
    for (const { label, file } of files) {
      const features = await embed(file);
      knn.addExample(features, label);
      features.dispose();
    }
    const features = await embed(asked);
    const { label } = await knn.predictClass(features);
    features.dispose();
    knn.dispose();
    return label;
  };

  const results = [
    { name: "handful", run: ours, times: [], right: 0 },
    { name: "onnxruntime-web and knn-classifier", run: theirs, times: [], right: 0 },
  ];
  for (let round = -1; round < rounds; round += 1)
    for (const result of results) {
      const start = performance.now();
      const label = await result.run();
      if (round < 0) continue;
      result.times.push(performance.now() - start);
      result.right += label === question.label ? 1 : 0;
    }
  return results.map(({ name, times, right }) => ({ name, times, right }));
}

const draw = (label, seed) => {
  const png = drawPhoto(label, seed, SIZE);
  return { label, url: `data:image/png;base64,${png.toString("base64")}` };
};

await main(async () => {
  if (!existsSync(MOBILENET))
    throw new Trouble("The encoder to compare with is not there: ../shared/models.");
  const photos = THINGS.flatMap((thing) => Array.from({ length: EACH }, (_, seed) => draw(thing, seed)));
  await onPage([MOBILENET], async (page, [manifest]) => {
    for (const script of SCRIPTS)
      await page.addScriptTag({ url: `/tensorflow/@tensorflow/${script}.min.js` });
    await page.addScriptTag({
      url: "/tensorflow/@tensorflow-models/knn-classifier/dist/knn-classifier.min.js",
    });
    const results = await page.evaluate(race, [manifest, photos, draw("mug", 9), ROUNDS]);
    console.log(
      "| from the drop to the answer | median ms | least ms | right |\n| --- | ---: | ---: | ---: |",
    );
    for (const { name, times, right } of results)
      console.log(
        `| ${name} | ${middle(times).toFixed(0)} | ${Math.min(...times).toFixed(0)} | ${right} of ${ROUNDS} |`,
      );
  });
});
