// `npm run bench:reencode`: how long a set of 300 photos takes to be taught anew from its kept pictures of 224 pixels with the encoder that
// comes with the package, in Chromium, and how evenly it tells of it. The pictures are made of drawn photos, with grain. `-- COUNT` takes
// another number. Builds nothing, asserts nothing.
import { main } from "../scripts/shell.mjs";
import { drawPhoto } from "../tests/images/photo.mjs";
import { middle, onPage } from "./serving.mjs";

const COUNT = Number(process.argv[2] ?? 300);
const THINGS = ["tomato", "leaf", "bread", "mug", "banana"];
const ROUNDS = 3;

/** Runs in the page: of each round milliseconds, calls of progress and photos that were lost. */
async function reteach([urls, count, things, rounds]) {
  const { Classifier, Encoder, FeatureClassifier } = await import("/npm/dist/index.js");
  const encoder = await Encoder.load();
  const photos = await Promise.all(urls.map(async (url) => (await fetch(url)).blob()));
  const small = await Promise.all(
    photos.map(async (photo) => {
      const { thumbnail } = await encoder.encode(photo, { thumbnail: 224 });
      return new Blob([thumbnail], { type: "image/jpeg" });
    }),
  );
  const old = await FeatureClassifier.create({ streams: [{ name: "old", dim: 8 }], encoderId: "another" });
  const pictures = new Map();
  for (let i = 0; i < count; i += 1) {
    const row = Float32Array.from({ length: 8 }, (_, at) => 1 + ((i * 7 + at * 13) % 11));
    pictures.set(old.addFeatures(row, things[i % things.length]), small[i % small.length]);
  }
  const bytes = old.save();
  const results = [];
  for (let round = 0; round < rounds; round += 1) {
    const told = [];
    const start = performance.now();
    const { classifier, lost } = await Classifier.reencode(bytes, {
      encoder,
      picture: (id) => pictures.get(id),
      onProgress: () => told.push(performance.now()),
    });
    const gaps = told.map((time, i) => time - (told[i - 1] ?? start));
    results.push([performance.now() - start, told.length, Math.max(...gaps), lost.length]);
    classifier.dispose();
  }
  return results;
}

await main(async () => {
  const photos = Array.from({ length: 60 }, (_, seed) => drawPhoto(THINGS[seed % THINGS.length], seed));
  const urls = photos.map((png) => `data:image/png;base64,${png.toString("base64")}`);
  await onPage([], async (page) => {
    const rounds = await page.evaluate(reteach, [urls, COUNT, THINGS, ROUNDS]);
    const [seconds, told, gap, lost] = [0, 1, 2, 3].map((at) => middle(rounds.map((round) => round[at])));
    console.log(
      `${COUNT} photos: ${(seconds / 1000).toFixed(1)} s, told ${told} times, at most ${Math.round(gap)} ms apart, ${lost} lost`,
    );
  });
});
