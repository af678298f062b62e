// `npm run bench:pictures [-- MANIFEST.json]`: what a set loses that is taught anew from the small pictures that are kept of its photos
// (`thumbnail`), in Chromium, on the photos of ../shared: their bytes, the cosine of their features with those of the photo, and how many
// photos the default answer recognises that was taught by them, beside one that was taught by the photos themselves, on the same
// tasks. Builds nothing. Figures are for docs/guide.md; nothing is asserted.
import { existsSync, readdirSync } from "node:fs";
import { join, resolve } from "node:path";
import { main, ROOT, Trouble } from "../scripts/shell.mjs";
import { createRandom } from "../tests/images/random.mjs";
import { onPage } from "./serving.mjs";

const PHOTOS = join(ROOT, "../shared/data/photos");
const SETS = ["caltech", "grocery", "clothing"];
const SIDES = [96, 160, 224, 256];
/** Classes of a task, photos of each that teach, and at most so many that are asked about. */
const [FEWEST, MOST] = [5, 10];
const [TAUGHT, ASKED] = [4, 10];
const TASKS = 200;

/** Runs in the page: of each photo its features, and of each side the bytes and features of its picture. */
async function look([manifest, files, sides]) {
  const { Encoder } = await import("/npm/dist/index.js");
  globalThis.encoder ??= await Encoder.load({ manifest });
  const seen = [];
  for (const file of files) {
    const photo = await (await fetch(file)).blob();
    const { features } = await globalThis.encoder.encode(photo);
    const small = [];
    for (const thumbnail of sides) {
      const { thumbnail: bytes } = await globalThis.encoder.encode(photo, { thumbnail });
      const picture = new Blob([bytes], { type: "image/jpeg" });
      small.push({ bytes: bytes.length, features: (await globalThis.encoder.encode(picture)).features });
    }
    seen.push({ features, small });
  }
  globalThis.rows ??= [];
  globalThis.rows.push(...seen);
  return seen.map(({ features, small }) =>
    small.map((picture) => ({ bytes: picture.bytes, cosine: cosine(features, picture.features) })),
  );

  function cosine(a, b) {
    const dot = (x, y) => x.reduce((sum, value, at) => sum + value * y[at], 0);
    return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
  }
}

/** Runs in the page: the share of right answers of each task, taught by the photos and by pictures of each side. */
async function ask([tasks, sides]) {
  const { FeatureClassifier } = await import("/npm/dist/index.js");
  const { rows, encoder } = globalThis;
  const shares = [];
  for (const { taught, asked } of tasks) {
    const of = async (rowOf) => {
      const set = await FeatureClassifier.create({ streams: encoder.streams, encoderId: encoder.id });
      for (const [label, photos] of taught.entries())
        for (const photo of photos) set.addFeatures(rowOf(rows[photo]), `${label}`);
      const right = asked.map(
        ({ photo, label }) => set.predictFeatures(rows[photo].features).label === `${label}`,
      );
      set.dispose();
      return right.filter(Boolean).length / right.length;
    };
    const share = [await of(({ features }) => features)];
    for (const side of sides.keys()) share.push(await of(({ small }) => small[side].features));
    shares.push(share);
  }
  return shares;
}

/** The same tasks for each side: places of photos, class by class. */
function draw(classes, random) {
  const shuffled = (list) => {
    const left = [...list];
    return list.map(() => left.splice(Math.floor(random.between(0, left.length)), 1)[0]);
  };
  const count = FEWEST + Math.floor(random.between(0, MOST - FEWEST + 1));
  const chosen = shuffled(classes).slice(0, count).map(shuffled);
  return {
    taught: chosen.map((photos) => photos.slice(0, TAUGHT)),
    asked: chosen.flatMap((photos, label) =>
      photos.slice(TAUGHT, TAUGHT + ASKED).map((photo) => ({ photo, label })),
    ),
  };
}

const mean = (numbers) => numbers.reduce((sum, number) => sum + number, 0) / numbers.length;
const least = (numbers) => numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 20)];
const error = (numbers) =>
  Math.sqrt(mean(numbers.map((number) => (number - mean(numbers)) ** 2)) / numbers.length);

await main(async () => {
  if (!existsSync(PHOTOS)) throw new Trouble("The photos of ../shared are not here.");
  const manifest = resolve(process.argv[2] ?? join(ROOT, "models/handful-lite0.json"));
  await onPage([manifest, join(PHOTOS, "README")], async (page, [address, folder]) => {
    console.log(
      "| photos | side | bytes | cosine, mean | 1 in 20 below | right, taught by photos | by pictures | difference |",
    );
    console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: | ---: |");
    for (const set of SETS) {
      const named = readdirSync(join(PHOTOS, set), { withFileTypes: true }).filter((one) =>
        one.isDirectory(),
      );
      const [files, classes] = [[], []];
      for (const { name } of named) {
        const photos = readdirSync(join(PHOTOS, set, name)).sort();
        classes.push(photos.map((_, at) => files.length + at));
        files.push(
          ...photos.map((file) => new URL(`${set}/${name}/${file}`, new URL(folder, "http://x/")).pathname),
        );
      }
      await page.evaluate(() => {
        globalThis.rows = [];
      });
      const seen = [];
      for (let at = 0; at < files.length; at += 50)
        seen.push(...(await page.evaluate(look, [address, files.slice(at, at + 50), SIDES])));
      const random = createRandom(7);
      const tasks = Array.from({ length: TASKS }, () => draw(classes, random));
      const shares = await page.evaluate(ask, [tasks, SIDES]);
      for (const [at, side] of SIDES.entries()) {
        const cosines = seen.map((small) => small[at].cosine);
        const gaps = shares.map((share) => 100 * (share[at + 1] - share[0]));
        const cells = [
          set,
          side,
          Math.round(mean(seen.map((small) => small[at].bytes))),
          mean(cosines).toFixed(4),
          least(cosines).toFixed(4),
          (100 * mean(shares.map(([share]) => share))).toFixed(1),
          (100 * mean(shares.map((share) => share[at + 1]))).toFixed(1),
          `${mean(gaps).toFixed(2)} ± ${error(gaps).toFixed(2)}`,
        ];
        console.log(`| ${cells.join(" | ")} |`);
      }
    }
  });
});
