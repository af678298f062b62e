// `npm run bench:encoders [-- MANIFEST.json …]`: how long encoders take for one image in Chromium, in this package and in
// onnxruntime-web, one thread each, all by turns; for live pictures too, where the manifest has a size for them. Without names: the one that ships and, where it is there, the larger one of
// ../shared. Builds nothing. Figures are for models/README.md; nothing is asserted.
import { existsSync } from "node:fs";
import { join, resolve } from "node:path";
import { main, ROOT } from "../scripts/shell.mjs";
import { middle, onPage } from "./serving.mjs";

const ROUNDS = 40;
const LARGER = join(ROOT, "../shared/models/mobilenet_v2_clip_f32.json");

/** Runs in the page: milliseconds of each round, by encoder and engine. */
async function race([manifests, rounds]) {
  const { Encoder } = await import("/npm/dist/index.js");
  const ort = await import("/ort/ort.wasm.min.mjs");
  ort.env.wasm.numThreads = 1;
  const contestants = [];
  for (const manifest of manifests) {
    const { name, file, input, outputs, detail } = await (await fetch(manifest)).json();
    const encoder = await Encoder.load({ manifest });
    const session = await ort.InferenceSession.create(new URL(file, new URL(manifest, location.href)).href);
    const wanted = Object.entries(outputs).map(([output, { tensor = output }]) => tensor);
    for (const [kind, side] of Object.entries({ photo: input.shape.at(-1), ...detail })) {
      const pixels = new ImageData(side, side);
      for (let i = 0; i < pixels.data.length; i += 1) pixels.data[i] = (i * 37) % 256;
      const ours = async () => (await encoder.encode(pixels, { detail: kind })).timings.encode;
      const numbers = Float32Array.from(
        pixels.data.subarray(0, 3 * side * side),
        (value) => value / 127.5 - 1,
      );
      const feeds = { [input.name]: new ort.Tensor("float32", numbers, [1, 3, side, side]) };
      const theirs = async () => {
        const start = performance.now();
        await session.run(feeds, wanted);
        return performance.now() - start;
      };
      const title = `${name} at ${side}`;
      contestants.push({ name: title, engine: "handful", run: ours, times: [] });
      contestants.push({ name: title, engine: "onnxruntime-web", run: theirs, times: [] });
    }
  }
  for (let round = -3; round < rounds; round += 1)
    for (const { run, times } of contestants) {
      const time = await run();
      if (round >= 0) times.push(time);
    }
  return contestants.map(({ name, engine, times }) => ({ name, engine, times }));
}

await main(async () => {
  const named = process.argv.slice(2).map((path) => resolve(path));
  const shipped = [LARGER, join(ROOT, "models/handful-lite0.json")].filter(existsSync);
  await onPage(named.length > 0 ? named : shipped, async (page, addresses) => {
    const results = await page.evaluate(race, [addresses, ROUNDS]);
    console.log(
      "| encoder | engine | median ms | least ms | times the first |\n| --- | --- | ---: | ---: | ---: |",
    );
    for (const { name, engine, times } of results) {
      // Of each round by itself: what else the machine does slows both.
      const ratios = times.map((time, round) => time / results[0].times[round]);
      const numbers = [middle(times).toFixed(1), Math.min(...times).toFixed(1), middle(ratios).toFixed(2)];
      console.log(`| ${[name, engine, ...numbers].join(" | ")} |`);
    }
  });
});
