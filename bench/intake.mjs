// `npm run bench:intake`: many photos are taught at once, 300 of 640 x 480 and 100 of 12 megapixels, by `addExamples` and by a page of
// onnxruntime-web, with the same model on one thread, and knn-classifier, by turns. The photos are made of those of ../shared, or drawn
// where these are missing, with grain. Beside the times: what the encoder itself took, the longest task of the page's thread, and the
// processor time of the whole browser, of which other programs take nothing.
// `-- SMALL LARGE` takes other numbers of photos. Wants `npm ci` in bench/. Builds nothing, asserts nothing.
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { cpus } from "node:os";
import { join } from "node:path";
import { main, ROOT } from "../scripts/shell.mjs";
import { drawPhoto } from "../tests/images/photo.mjs";
import { middle, onPage } from "./serving.mjs";

const ROUNDS = 3;
const [SMALL, LARGE] = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [300, 100];
const SETS = [
  { size: [640, 480], count: SMALL },
  { size: [4000, 3000], count: LARGE },
];
/** Pictures that the photos are made of. */
const SOURCES = 40;
const PHOTOS = join(ROOT, "../shared/data/photos");
const SCRIPTS = ["tfjs-core/dist/tf-core", "tfjs-backend-cpu/dist/tf-backend-cpu"];

function sources() {
  if (!existsSync(PHOTOS))
    return Array.from({ length: SOURCES }, (_, seed) => ["image/png", drawPhoto("mug", seed)]);
  const paths = readdirSync(PHOTOS, { recursive: true })
    .filter((path) => path.endsWith(".jpg"))
    .sort();
  const step = Math.floor(paths.length / SOURCES);
  return Array.from({ length: SOURCES }, (_, i) => [
    "image/jpeg",
    readFileSync(join(PHOTOS, paths[i * step])),
  ]);
}

/** Runs in the page: makes the photos, each with a cut and grain of its own. */
async function make([urls, width, height, count]) {
  const pictures = await Promise.all(
    urls.map(async (url) => createImageBitmap(await (await fetch(url)).blob())),
  );
  const grain = new ImageData(512, 512);
  const levels = new Uint32Array(1);
  for (let i = 0; i < grain.data.length; i += 4) {
    levels[0] = (Math.imul(i, 2654435761) >>> 13) ^ Math.imul(i + 7, 40503);
    grain.data.set([levels[0] & 255, (levels[0] >> 8) & 255, (levels[0] >> 16) & 255, 255], i);
  }
  const tile = await createImageBitmap(grain);
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  const photos = [];
  for (let i = 0; i < count; i += 1) {
    const picture = pictures[i % pictures.length];
    const inset = 0.02 * Math.floor(i / pictures.length);
    const [left, top] = [inset * picture.width, inset * picture.height];
    context.globalAlpha = 1;
    context.drawImage(
      picture,
      left,
      top,
      picture.width - 2 * left,
      picture.height - 2 * top,
      0,
      0,
      width,
      height,
    );
    context.globalAlpha = 0.06;
    context.fillStyle = context.createPattern(tile, "repeat");
    context.setTransform(1, 0, 0, 1, (i * 37) % 512, (i * 91) % 512);
    context.fillRect(-512, -512, width + 1024, height + 1024);
    context.setTransform(1, 0, 0, 1, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
    photos.push(new File([blob], `${i}.jpg`, { type: "image/jpeg" }));
  }
  globalThis.intake = photos;
  return photos.reduce((sum, { size }) => sum + size, 0) / count / 1e6;
}

/** Milliseconds of processor time that the browser's processes have had. */
async function processorTime(session) {
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  return 1000 * processInfo.reduce((sum, { cpuTime }) => sum + cpuTime, 0);
}

/** Runs in the page: milliseconds of each round, and what the encoder itself took in ours. */
async function race([manifest, rounds]) {
  const { Classifier, Encoder } = await import("/npm/dist/index.js");
  const ort = await import("/ort/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  const photos = globalThis.intake;
  let longest = 0;
  new PerformanceObserver((list) => {
    longest = Math.max(longest, ...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: "longtask" });

  const encoder = await Encoder.load();
  // What `addExamples` does not tell: where the time went.
  const spent = { decode: 0, preprocess: 0, encode: 0 };
  encoder.encode = async (...asked) => {
    const made = await Encoder.prototype.encode.apply(encoder, asked);
    for (const [stage, time] of Object.entries(made.timings)) spent[stage] += time / photos.length / rounds;
    return made;
  };
  const ours = async () => {
    const classifier = await Classifier.create({ encoder });
    const added = await classifier.addExamples(photos, "things");
    const failed = added.find(({ error }) => error);
    if (failed) throw failed.error;
    classifier.dispose();
  };

  const { file, input, preprocess } = await (await fetch(manifest)).json();
  const session = await ort.InferenceSession.create(new URL(file, new URL(manifest, location.href)).href);
  const side = input.shape.at(-1);
  const canvas = new OffscreenCanvas(side, side).getContext("2d", { willReadFrequently: true });
  const theirs = async () => {
    const knn = globalThis.knnClassifier.create();
    for (const photo of photos) {
      const bitmap = await createImageBitmap(photo);
      const crop = Math.min(bitmap.width, bitmap.height);
      const [left, top] = [(bitmap.width - crop) / 2, (bitmap.height - crop) / 2];
      canvas.drawImage(bitmap, left, top, crop, crop, 0, 0, side, side);
      bitmap.close();
      const { data } = canvas.getImageData(0, 0, side, side);
      const plane = side * side;
      const numbers = new Float32Array(3 * plane);
      for (let i = 0; i < plane; i += 1)
        for (let c = 0; c < 3; c += 1)
          numbers[c * plane + i] = (data[4 * i + c] / 255 - preprocess.mean[c]) / preprocess.std[c];
      const tensor = new ort.Tensor("float32", numbers, [1, 3, side, side]);
      const { aux } = await session.run({ [input.name]: tensor }, ["aux"]);
      const features = globalThis.tf.tensor1d(aux.data);
      knn.addExample(features, "things");
      features.dispose();
    }
    knn.dispose();
  };

  // Of pixels that need no decoding.
  const alone = async () => {
    for (let i = 0; i < photos.length; i += 1)
      await Encoder.prototype.encode.call(encoder, new ImageData(side, side));
  };

  const results = [
    { name: "handful", run: ours, times: [], tasks: [], processor: [] },
    { name: "the encoder of handful alone", run: alone, times: [], tasks: [], processor: [] },
    { name: "onnxruntime-web and knn-classifier", run: theirs, times: [], tasks: [], processor: [] },
  ];
  for (let round = 0; round < rounds; round += 1)
    for (const result of results) {
      await new Promise((resolve) => setTimeout(resolve, 500));
      longest = 0;
      const before = await globalThis.processorTime();
      const start = performance.now();
      await result.run();
      result.times.push(performance.now() - start);
      result.processor.push((await globalThis.processorTime()) - before);
      await new Promise((resolve) => setTimeout(resolve, 100));
      result.tasks.push(longest);
    }
  encoder.dispose();
  return { results: results.map(({ run, ...found }) => found), spent };
}

await main(async () => {
  const manifest = join(ROOT, "npm/dist/models/handful-lite0.json");
  const urls = sources().map(([type, bytes]) => `data:${type};base64,${bytes.toString("base64")}`);
  await onPage([manifest], async (page, [address]) => {
    for (const script of SCRIPTS)
      await page.addScriptTag({ url: `/tensorflow/@tensorflow/${script}.min.js` });
    await page.addScriptTag({
      url: "/tensorflow/@tensorflow-models/knn-classifier/dist/knn-classifier.min.js",
    });
    const session = await page.context().browser().newBrowserCDPSession();
    await page.exposeFunction("processorTime", () => processorTime(session));
    console.log(
      "| photos | page | median s | least s | ms a photo | processor ms a photo | longest task ms |\n| --- | --- | ---: | ---: | ---: | ---: | ---: |",
    );
    const notes = [];
    for (const { size, count } of SETS) {
      const megabytes = await page.evaluate(make, [urls, ...size, count]);
      const { results, spent } = await page.evaluate(race, [address, ROUNDS]);
      const photos = `${count} of ${size.join(" x ")}, ${megabytes.toFixed(1)} MB`;
      for (const { name, times, tasks, processor } of results) {
        const seconds = [middle(times), Math.min(...times)].map((time) => (time / 1000).toFixed(2));
        const each = [times, processor].map((taken) => (middle(taken) / count).toFixed(1));
        // Browsers tell of tasks from 50 ms on.
        const longest = Math.max(...tasks).toFixed(0);
        console.log(
          `| ${[photos, name, ...seconds, ...each, longest === "0" ? "below 50" : longest].join(" | ")} |`,
        );
      }
      const [ours, , theirs] = results.map(({ times }) => times);
      const faster = middle(theirs.map((time, round) => time / ours[round]));
      const own = middle(ours) / count / spent.encode;
      const [all, engine] = results.map(({ processor }) => middle(processor));
      const shared = all / cpus().length / engine;
      notes.push(
        `${photos}: ${faster.toFixed(2)} times as fast, ${own.toFixed(2)} times what the encoder took (${spent.encode.toFixed(1)} ms a photo); ` +
          `by processor time, shared by all cores, ${shared.toFixed(2)} times what the encoder alone takes.`,
      );
    }
    console.log(`\n${notes.join("\n")}\n${cpus().length} cores, ${ROUNDS} rounds`);
  });
});
