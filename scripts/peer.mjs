// `npm run peer`: how often handful is right beside Teachable Machine, on the same draws of the same photos.
//   npm run peer -- [FOLDER ...] [--encoder MANIFEST] [--peer MANIFEST] [--write]
// FOLDER holds one folder of photos a class; those of ../shared/data/photos stand in. --encoder is ours; --peer a base of theirs with
// a manifest, or the model.json of any model that Teachable Machine exported.
// --write puts the tables into docs/results.md and README.md. Nothing is asserted.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { basename, dirname, join, relative, resolve } from "node:path";
import { parseArgs } from "node:util";
import { about, header, withRows } from "../bench/peer/features.js";
import { report, summary } from "../bench/peer/tables.mjs";
import { build } from "./build.mjs";
import { cargo, encoder, features, foldersOf } from "./features.mjs";
import { writeMarked } from "./marks.mjs";
import { main, ROOT, run, say, Trouble } from "./shell.mjs";
import { add, NOTHING, under, weigh } from "./sizes.mjs";
import { BROWSER_ADVICE, browsers } from "./toolchain.mjs";

const COMMAND = "npm run peer -- --write";
const KEPT = join(ROOT, "test-results", "peer");
const SHARED = join(ROOT, "..", "shared");
/** Examples of each class. */
const SHOTS = [1, 4, 8];
/** Draws of the examples. */
const DRAWS = 5;
/** What Teachable Machine needs of TensorFlow.js; the first back end that works without a graphics card. */
const SCRIPTS = [
  "tfjs-core/dist/tf-core",
  "tfjs-layers/dist/tf-layers",
  "tfjs-backend-wasm/dist/tf-backend-wasm",
];
const MODULE = "tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm";

/** Where the page finds the features, an exported model, and from there on the folders of photos: see `onPage`. */
const [FEATURES, EXPORTED, PHOTOS] = [0, 1, 2];

/** An encoder by its manifest, or a model that Teachable Machine exported. */
function networkOf(path) {
  if (!existsSync(path))
    throw new Trouble(
      `There is no encoder ${relative(ROOT, resolve(path))}; name one with --encoder or --peer.`,
    );
  const { weightsManifest } = JSON.parse(readFileSync(path, "utf8"));
  if (!weightsManifest) return encoder(path);
  const beside = (file) => relative(ROOT, join(dirname(resolve(path)), file));
  const files = [basename(path), ...weightsManifest.flatMap(({ paths }) => paths)].map(beside);
  return { name: basename(dirname(resolve(path))), exported: resolve(path), files };
}

/** Features of a folder of photos: the path of the file, and what it says of itself. */
async function rowsOf(encoder, folder) {
  const path = join(KEPT, `${basename(folder)}-${encoder.name}.safetensors`);
  await features(encoder, folder, path);
  return { path, ...about(header(readFileSync(path))) };
}

/** The same of a model that Teachable Machine exported, for the photos of a file that is there. */
async function exportedFeatures(inPage, { name }, folder, place, like) {
  const path = join(KEPT, `${basename(folder)}-${name}.safetensors`);
  say(`Features of ${basename(folder)} by ${name}, in TensorFlow.js (usually 2 minutes) ...`);
  const addresses = like.files.map(
    (file) => `/${place}/${file.split("/").map(encodeURIComponent).join("/")}`,
  );
  const rows = await inPage("exportedRows", `/${EXPORTED}/model.json`, addresses);
  writeFileSync(path, withRows(readFileSync(like.path), name, rows));
  return { path, ...about(header(readFileSync(path))) };
}

/** Figures of one head on a file of features, as `evaluate` gives them. */
async function evaluate({ path }, head, options = []) {
  const out = path.replace(/safetensors$/, "json");
  const asked = ["--shots", SHOTS.join(), "--seeds", String(DRAWS), "--heads", head, ...options];
  await cargo("evaluate", ["--features", path, "--json", out, ...asked]);
  return JSON.parse(readFileSync(out, "utf8"));
}

/** Every way on one folder: its accuracy for each draw, or null where it does not apply. */
async function compare(page, ours, theirs, folder, place) {
  const inPage = (name, ...words) =>
    page.evaluate(
      async ([name, words]) => (await import("/bench/peer/page.js"))[name](...words),
      [name, words],
    );
  const mine = await rowsOf(ours, folder);
  const other = theirs.exported
    ? await exportedFeatures(inPage, theirs, folder, place, mine)
    : await rowsOf(theirs, folder);
  if (mine.files.join() !== other.files.join())
    throw new Trouble(`The encoders could not read the same photos of ${folder}.`);
  const network = Object.keys(mine.streams).filter((name) => name !== "clip");
  const aux = network.map((name) => name.replace(/^aux\./, "")).join();
  const withNames = await evaluate(mine, "fused");
  const { draws } = withNames;
  const accuracies = ({ rows }) =>
    draws.map(
      ({ shots, seed }) => rows.find((row) => row.shots === shots && row.seed === seed)?.accuracy ?? null,
    );
  say(`Teachable Machine on ${basename(folder)} (usually 2 minutes) ...`);
  const [address, ourAddress] = [other, mine].map(({ path }) => `/${FEATURES}/${basename(path)}`);
  const shares = {
    theirs: await inPage("accuracies", address, draws, false),
    theirLibrary: await inPage("accuracies", address, draws, true),
    withNames: accuracies(withNames),
    withoutNames: accuracies(await evaluate(mine, "fused", ["--text", "off"])),
    nearestMean: accuracies(
      await evaluate(mine, "prototype", ["--text", "off", "--clip", "none", "--aux", aux]),
    ),
  };
  const cells = (values) =>
    SHOTS.map((count) => {
      const some = values.filter((value, i) => draws[i].shots === count && value !== null);
      return some.length > 0 ? (100 * some.reduce((sum, value) => sum + value, 0)) / some.length : null;
    });
  return {
    title: `${basename(folder)}, ${mine.classes.length} classes`,
    photos: mine.files.length,
    rows: Object.fromEntries(Object.entries(shares).map(([name, values]) => [name, cells(values)])),
    times: await inPage("times", [address, ourAddress], draws.at(-1)),
    taught: draws.at(-1).taught.length,
  };
}

/** Bytes of what a page loads before it can be taught: the network with its words, and the libraries. */
function sizes(ours, theirs) {
  const sum = (paths) => paths.map((path) => weigh({ path })).reduce(add, NOTHING).brotli;
  const scripts = under("npm/dist").filter(({ path }) => /^npm\/dist\/([^/]+|wasm\/.+)\.js$/.test(path));
  const modules = ["core", "encoder"].map((name) => `npm/dist/wasm/${name}/${name}_bg.wasm`);
  const tensorflow = [...SCRIPTS.map((script) => `${script}.min.js`), MODULE];
  return {
    theirs: [sum(theirs.files), sum(tensorflow.map((file) => `bench/node_modules/@tensorflow/${file}`))],
    ours: [sum(ours.files), sum([...modules, ...scripts.map(({ path }) => path)])],
  };
}

await main(async () => {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      encoder: { type: "string", default: join(ROOT, "models", "handful-lite0.json") },
      peer: { type: "string", default: join(SHARED, "models", "teachable-machine", "base.json") },
      write: { type: "boolean", default: false },
    },
  });
  const named = positionals.map((folder) => resolve(folder));
  const folders = named.length > 0 ? named : foldersOf(join(SHARED, "data", "photos"));
  const [ours, theirs] = [networkOf(values.encoder), networkOf(values.peer)];
  await build();
  say("TensorFlow.js ...");
  await run("npm ci", { cwd: join(ROOT, "bench") });
  const { CHROMIUM } = await browsers();
  if (!CHROMIUM) throw new Trouble(`There is no Chromium; ${BROWSER_ADVICE}`);
  process.env.CHROMIUM = CHROMIUM;
  const { onPage } = await import("../bench/serving.mjs");
  mkdirSync(KEPT, { recursive: true });
  const places = [join(KEPT, "any"), resolve(values.peer), ...folders.map((path) => join(path, "any"))];
  await onPage(places, async (page) => {
    for (const script of SCRIPTS)
      await page.addScriptTag({ url: `/tensorflow/@tensorflow/${script}.min.js` });
    const sets = [];
    for (const [number, folder] of folders.entries())
      sets.push(await compare(page, ours, theirs, folder, PHOTOS + number));
    const chromium = page.context().browser().version();
    const text = report(sets, {
      shots: SHOTS,
      draws: DRAWS,
      ours: ours.name,
      theirs: theirs.name,
      exported: theirs.exported !== undefined,
      chromium,
      sizes: sizes(ours, theirs),
    });
    console.log(`\n${text}`);
    if (!values.write) return;
    writeMarked(join(ROOT, "docs", "results.md"), COMMAND, text);
    writeMarked(join(ROOT, "README.md"), COMMAND, summary(sets, SHOTS));
  });
});
