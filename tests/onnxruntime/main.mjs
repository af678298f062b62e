// Encoders in onnxruntime-web beside the package's own engine, in Chromium: the same photos, the same features, on WebAssembly and,
// where Chromium starts its software adapter, on WebGPU. Closes with `N passed, N failed`.
import assert from "node:assert/strict";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../../npm/packaging/browser.mjs";
import { close, test } from "../../npm/packaging/report.mjs";
import { main, ROOT } from "../../scripts/shell.mjs";
import { drawPhoto } from "../images/photo.mjs";
import { THINGS } from "../images/things.mjs";
import { serve } from "../presets/server.mjs";

/** Photos of people's things, which are on the machines of this project alone. */
const REAL = join(ROOT, "../shared/data/photos");

/** Largest difference of two features, as a part of the largest of its stream, and the least cosine of two streams. */
const [DIFFERENCE, COSINE] = [1e-3, 0.9999];

const folders = { npm: join(ROOT, "npm"), ort: join(ROOT, "node_modules/onnxruntime-web/dist") };
const real = existsSync(REAL) ? { real: REAL } : {};
const server = await serve({ ...folders, ...real });

/** Up to so many photos of each set, of different classes. */
function realPhotos(each) {
  return readdirSync(REAL).flatMap((set) =>
    readdirSync(join(REAL, set), { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .slice(0, each)
      .map(({ name }) => `/real/${set}/${name}/${readdirSync(join(REAL, set, name)).sort()[0]}`),
  );
}

function drawnPhotos() {
  return Object.keys(THINGS).map((thing, i) => {
    const path = `/${thing}.png`;
    server.files.set(path, drawPhoto(thing, i, { width: 320 + 16 * i, height: 240 }));
    return path;
  });
}

/** In the page: the features of both engines. */
async function compare({ build, executionProviders, paths }) {
  const [{ Encoder }, { OrtEncoder }, ort] = await Promise.all([
    import("/npm/dist/index.js"),
    import("/npm/dist/onnxruntime.js"),
    import(build),
  ]);
  ort.env.wasm.numThreads = 1;
  ort.env.logLevel = "fatal";
  const [theirs, ours] = await Promise.all([OrtEncoder.load({ ort, executionProviders }), Encoder.load()]);
  const found = {
    provider: theirs.executionProvider,
    sameId: theirs.id === ours.id,
    worst: 0,
    cosine: 1,
    photos: 0,
  };
  const dot = (a, b) => a.reduce((sum, value, i) => sum + value * b[i], 0);
  for (const detail of ["photo", "live"]) {
    for (const path of paths) {
      const file = await (await fetch(path)).blob();
      const [a, b] = [
        await theirs.encode(file, { detail, thumbnail: 16 }),
        await ours.encode(file, { detail }),
      ];
      if (!a.thumbnail) throw new Error("no thumbnail");
      let start = 0;
      for (const { dim } of ours.streams) {
        const [x, y] = [a, b].map(({ features }) => features.subarray(start, start + dim));
        const largest = Math.max(...y.map(Math.abs));
        found.worst = Math.max(found.worst, ...x.map((value, i) => Math.abs(value - y[i]) / largest));
        found.cosine = Math.min(found.cosine, dot(x, y) / Math.sqrt(dot(x, x) * dot(y, y)));
        start += dim;
      }
      found.photos += 1;
    }
  }
  theirs.dispose();
  ours.dispose();
  return found;
}

async function agree(page, options, provider) {
  const found = await page.evaluate(compare, options);
  const { worst, cosine, photos } = found;
  console.log(
    `  ${found.provider}, ${photos} encodings: at most ${worst.toExponential(1)} off, cosine at least ${cosine}`,
  );
  assert.equal(found.provider, provider);
  assert.ok(found.sameId && photos === 2 * options.paths.length);
  assert.ok(worst < DIFFERENCE && cosine > COSINE, "the features are others");
}

const WASM = { build: "/ort/ort.wasm.min.mjs" };
const WEBGPU = { build: "/ort/ort.webgpu.min.mjs" };

await main(async () => {
  const drawn = drawnPhotos();
  /** A page in a browser of its own. */
  const inBrowser = async (flags, use) => {
    const browser = await launch(flags);
    try {
      const page = await browser.newPage();
      await page.goto(`http://127.0.0.1:${server.port}`);
      await use(page);
    } finally {
      await browser.close();
    }
  };
  await inBrowser([], async (page) => {
    await test("on WebAssembly, features of drawn pictures are the package's", () =>
      agree(page, { ...WASM, paths: drawn }, "wasm"));
    const photographs = "on WebAssembly, features of photographs are the package's";
    if (existsSync(REAL))
      await test(photographs, () => agree(page, { ...WASM, paths: realPhotos(4) }, "wasm"));
    else console.log(`skipped: ${photographs}: ../shared/data/photos is not there`);
    await test("where there is no graphics card, WebAssembly takes its place", () =>
      agree(page, { ...WEBGPU, paths: drawn.slice(0, 1) }, "wasm"));
  });
  const software = ["--enable-unsafe-webgpu", "--use-webgpu-adapter=swiftshader"];
  await inBrowser(software, async (page) => {
    const name = "on WebGPU, features are the package's";
    const adapter = await page.evaluate(async () => Boolean(await navigator.gpu?.requestAdapter()));
    // In software a picture takes some seconds.
    if (adapter) await test(name, () => agree(page, { ...WEBGPU, paths: drawn.slice(0, 1) }, "webgpu"));
    else console.log(`skipped: ${name}: Chromium starts no WebGPU here`);
  });
  close();
  process.exit();
});
