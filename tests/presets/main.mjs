// Encoders from elsewhere, in Chromium: how their files are downloaded, kept and checked, and that the committed small
// models of the presets' architectures (models/scripts/make_preset_models.py) give onnxruntime's features.
// `--models DIR` takes other models, such as full-size ones. Closes with `N passed, N failed`.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../../npm/packaging/browser.mjs";
import { main, ROOT } from "../../scripts/shell.mjs";
import { bytesOf, digest, noFaults, serve } from "./server.mjs";

const MB = 1024 * 1024;
const SIZE = 13 * MB + 5;
/** How far features may lie from onnxruntime's, as a part of the largest. */
const NEAR = 1e-3;

const wanted = process.argv.indexOf("--models");
const SMALL = join(ROOT, "tests/data/models/presets");
const MODELS = wanted < 0 ? SMALL : process.argv[wanted + 1];
const SHIPPED = join(ROOT, "models/presets");
const names = readdirSync(MODELS)
  .filter((name) => name.endsWith(".json"))
  .map((name) => name.slice(0, -5));

const server = await serve({ npm: join(ROOT, "npm"), models: MODELS, small: SMALL });
const { files, log, faults } = server;
const here = `http://127.0.0.1:${server.port}`;
const browser = await launch();
let page;
let passed = 0;
let failed = 0;

/** Runs one test in a browser that knows nothing yet. */
async function test(name, body) {
  const start = performance.now();
  const context = await browser.newContext();
  page = await context.newPage();
  await page.goto(here);
  log.length = 0;
  Object.assign(faults, noFaults());
  try {
    await body(context);
    passed += 1;
    console.log(`✔ ${name} (${((performance.now() - start) / 1000).toFixed(1)} s)`);
  } catch (error) {
    failed += 1;
    console.log(`✖ ${name}\n${error.stack}`);
  }
  await context.close();
}

/** What `keep` makes of an address: the sha256 of the bytes, or the code of its error; and how far it got. */
function keep(url, options = {}) {
  return page.evaluate(
    async ([url, { sha256, stopAt }]) => {
      const { keep } = await import("/npm/dist/keep.js");
      const stop = new AbortController();
      const steps = [];
      const onBytes = (done, total) => {
        steps.push([done, total]);
        if (stopAt !== undefined && done >= stopAt) stop.abort("enough");
      };
      const answer = await keep(url, { sha256, signal: stop.signal, onBytes }).then(
        async (bytes) => new Uint8Array(await crypto.subtle.digest("SHA-256", bytes)).toHex(),
        (error) => error.code ?? error,
      );
      const cache = await caches.open("handful-encoders");
      return { answer, steps, kept: (await cache.keys()).length };
    },
    [new URL(url, here).href, options],
  );
}

const ranges = (path) => log.filter((entry) => entry.path === path).map(({ range }) => range);

function near(got, expected, what) {
  assert.equal(got.length, expected.length, what);
  const largest = (values) => values.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  const apart = largest(got.map((value, i) => value - expected[i])) / largest(expected);
  assert.ok(apart <= NEAR, `${what}: ${apart} from onnxruntime`);
  return apart;
}

const file = (version = 0) => {
  const bytes = bytesOf(version, SIZE);
  files.set("/blob", bytes);
  return digest(bytes);
};

await main(async () => {
  await test("a file is downloaded once, and counted", async () => {
    const sha256 = file();
    const { answer, steps, kept } = await keep("/blob", { sha256 });
    assert.equal(answer, sha256);
    assert.equal(kept, 4);
    assert.deepEqual(
      [steps.at(0), steps.at(-1)],
      [
        [0, SIZE],
        [SIZE, SIZE],
      ],
    );
    assert.ok(steps.every(([done], i) => i === 0 || done >= steps[i - 1][0]));
    await page.reload();
    assert.equal((await keep("/blob", { sha256 })).answer, sha256);
    assert.deepEqual(ranges("/blob"), ["bytes=0-"]);
  });

  await test("a cut connection is taken up again where it broke", async () => {
    const sha256 = file();
    faults.cutAfter = [9 * MB];
    const { answer } = await keep("/blob", { sha256 });
    assert.equal(answer, sha256);
    const [first, second, ...more] = ranges("/blob");
    assert.deepEqual([first, more], ["bytes=0-", []]);
    assert.ok(Number(second.slice(6, -1)) >= 4 * MB, second);
  });

  await test("after a download that broke off, a reload goes on with the next part", async () => {
    const sha256 = file();
    faults.cutAfter = [9 * MB, MB];
    const { answer, kept } = await keep("/blob");
    assert.equal(answer, "network");
    assert.ok(kept >= 1 && kept <= 2, `${kept} parts`);
    await page.reload();
    log.length = 0;
    assert.equal((await keep("/blob", { sha256 })).answer, sha256);
    assert.deepEqual(ranges("/blob"), [`bytes=${kept * 4 * MB}-`]);
  });

  await test("an abort stops the download, and a reload goes on", async () => {
    const sha256 = file();
    faults.pause = 2;
    const { answer, kept } = await keep("/blob", { stopAt: 5 * MB });
    assert.equal(answer, "enough");
    assert.equal(kept, 1);
    await page.waitForTimeout(200);
    assert.ok(!log[log.length - 1].whole, "the server was hung up on");
    await page.reload();
    log.length = 0;
    faults.pause = 0;
    assert.equal((await keep("/blob", { sha256 })).answer, sha256);
    assert.deepEqual(ranges("/blob"), [`bytes=${4 * MB}-`]);
  });

  await test("a file that has changed is downloaded anew", async () => {
    file(0);
    faults.cutAfter = [9 * MB, MB];
    assert.equal((await keep("/blob")).answer, "network");
    const sha256 = file(1);
    log.length = 0;
    assert.equal((await keep("/blob", { sha256 })).answer, sha256);
    assert.equal(ranges("/blob").at(-1), "bytes=0-");
  });

  for (const [what, fault] of [
    ["ranges", { ranges: false, cutAfter: [9 * MB, MB] }],
    // Its range is of no use: it is asked for all of the file at once.
    ["a tag of the version", { tags: false, cutAfter: [9 * MB, MB, MB] }],
  ]) {
    await test(`from a server without ${what}, a broken download begins anew`, async () => {
      const sha256 = file();
      Object.assign(faults, structuredClone(fault));
      assert.equal((await keep("/blob")).answer, "network");
      await page.reload();
      const { answer, kept } = await keep("/blob", { sha256 });
      assert.deepEqual([answer, kept], [sha256, 4]);
      await page.reload();
      log.length = 0;
      assert.equal((await keep("/blob", { sha256 })).answer, sha256);
      assert.deepEqual(
        log.filter(({ path }) => path === "/blob"),
        [],
      );
    });
  }

  await test("a server that does not say how long a file is", async () => {
    const sha256 = file();
    Object.assign(faults, { ranges: false, length: false });
    const { answer, kept } = await keep("/blob", { sha256 });
    assert.deepEqual([answer, kept], [sha256, 4]);
  });

  await test("another sha256 is an error, and nothing is kept", async () => {
    file(0);
    const { answer, kept } = await keep("/blob", { sha256: digest(bytesOf(1, SIZE)) });
    assert.deepEqual([answer, kept], ["model-mismatch", 0]);
  });

  await test("an HTML page or a missing file is no model", async () => {
    const html = await keep("/");
    assert.deepEqual([html.answer, html.kept], ["network", 0]);
    assert.equal((await keep("/no-such-file")).answer, "network");
  });

  await test("from another origin a broken download goes on, without asking leave first", async () => {
    const sha256 = file();
    const there = `http://localhost:${server.port}/blob`;
    faults.cutAfter = [9 * MB, MB];
    assert.equal((await keep(there)).answer, "network");
    await page.reload();
    assert.equal((await keep(there, { sha256 })).answer, sha256);
    assert.ok(Number(ranges("/blob").at(-1).slice(6, -1)) >= 4 * MB);
    assert.ok(log.every(({ method }) => method === "GET"));
  });

  for (const zip of [false, true]) {
    await test(`a host that hides its ranges is asked for all of the file${zip ? ", which comes compressed" : ""}`, async () => {
      const sha256 = file();
      Object.assign(faults, { exposed: false, zip });
      const { answer, steps, kept } = await keep(`http://localhost:${server.port}/blob`, { sha256 });
      assert.deepEqual([answer, kept, steps.at(-1)], [sha256, 4, [SIZE, SIZE]]);
      assert.deepEqual(ranges("/blob"), ["bytes=0-", undefined]);
      faults.exposed = true;
      await page.reload();
      log.length = 0;
      assert.equal((await keep(`http://localhost:${server.port}/blob`, { sha256 })).answer, sha256);
      assert.deepEqual(ranges("/blob"), []);
    });
  }

  await test("a host that begins to hide its ranges is asked for all of the file anew", async () => {
    const sha256 = file();
    const there = `http://localhost:${server.port}/blob`;
    faults.cutAfter = [9 * MB, MB];
    assert.equal((await keep(there)).answer, "network");
    faults.exposed = false;
    await page.reload();
    assert.equal((await keep(there, { sha256 })).answer, sha256);
  });

  for (const name of names) {
    const expected = JSON.parse(readFileSync(join(MODELS, name, "expected.json"), "utf8"));
    const manifest = JSON.parse(readFileSync(join(MODELS, `${name}.json`), "utf8"));
    await test(`${name}: onnxruntime's features, of images and of texts`, async () => {
      const run = (texts) =>
        page.evaluate(
          async ([manifest, texts]) => {
            const { Encoder } = await import("/npm/dist/index.js");
            const [width, height] = [320, 240];
            const pixels = new ImageData(width, height);
            for (let y = 0; y < height; y += 1)
              for (let x = 0; x < width; x += 1) {
                const square = (Math.floor(x / 20) + Math.floor(y / 20)) % 2 === 0 ? 230 : 40;
                const colour = [Math.floor((x * 255) / width), Math.floor((y * 255) / height), square, 255];
                pixels.data.set(colour, 4 * (y * width + x));
              }
            const start = performance.now();
            const encoder = await Encoder.load({ manifest, keep: true });
            const loaded = performance.now();
            const image = await encoder.encode(pixels);
            const timings = { load: loaded - start, encode: (await encoder.encode(pixels)).timings.encode };
            const rows = [];
            for (const text of texts) {
              const since = performance.now();
              const { features, confidence } = await encoder.encodeText(text);
              rows.push([...features]);
              timings[rows.length === 1 ? "text" : "nextText"] = performance.now() - since;
              if (confidence !== 1) throw new Error(`confidence ${confidence}`);
            }
            const { streams } = encoder;
            encoder.dispose();
            return { image: [...image.features], rows, streams, timings };
          },
          [`/models/${name}.json`, texts],
        );
      const { image, streams } = await run([]);
      let start = 0;
      for (const { name: stream, dim } of streams) {
        near(image.slice(start, start + dim), expected.image[stream], stream);
        start += dim;
      }
      assert.ok(!log.some(({ path }) => /tokenizer/.test(path)), "no tokenizer for images");
      const paths = [manifest.file, manifest.text?.file]
        .filter(Boolean)
        .map((path) => `/models/${name}/${path}`);
      const texts = expected.texts.map(({ name }) => name);
      const { rows, timings } = await run(texts);
      const apart = rows.map((row, i) => near(row, expected.texts[i].features, texts[i]));
      if (wanted >= 0)
        console.log(name, JSON.stringify(timings), `texts ${Math.max(...apart).toExponential(1)}`);
      for (const path of paths) assert.equal(ranges(path).length, 1, `${path} is downloaded once`);
    });
  }

  const name = "clip-vit-b-32";
  const load = (source, then = "") =>
    page.evaluate(
      async ([source, then]) => {
        const { Encoder, preset } = await import("/npm/dist/index.js");
        const run = async () => {
          const encoder = await Encoder.load(source.preset ? preset(source.preset, source.options) : source);
          if (then === "abort") {
            const stop = new AbortController();
            const onProgress = ({ done }) => done > 0 && stop.abort("enough");
            await encoder.encodeText("cat", { signal: stop.signal, onProgress });
          } else if (then) return encoder.encodeText(then);
        };
        const answer = await run().then(
          () => "done",
          (error) => error.code ?? error,
        );
        const cache = await caches.open("handful-encoders");
        return { answer, kept: (await cache.keys()).map(({ url }) => new URL(url).pathname) };
      },
      [source, then],
    );

  await test("a text side that is stopped hangs up, and is there when it is wanted again", async () => {
    const path = `/models/${name}/onnx/text_model_fp16.onnx`;
    Object.assign(faults, { slow: "text_model", pause: 3000 });
    const source = { manifest: `/models/${name}.json`, keep: true };
    assert.equal((await load(source, "abort")).answer, "enough");
    await page.waitForTimeout(500);
    assert.ok(!log.find((entry) => entry.path === path)?.whole, "the server was hung up on");
    faults.pause = 0;
    assert.equal((await load(source, "cat")).answer, "done");
  });

  await test("an encoder without texts says so", async () => {
    const source = { manifest: "/small/dinov2-small.json", keep: true };
    assert.equal((await load(source, "cat")).answer, "no-text");
  });

  await test("the size of a download is known before it, and what is kept of it", async () => {
    const manifest = JSON.parse(readFileSync(join(MODELS, `${name}.json`), "utf8"));
    const size = () =>
      page.evaluate(async (manifest) => {
        const { Encoder } = await import("/npm/dist/index.js");
        return Encoder.downloadSize({ manifest, keep: true });
      }, `/models/${name}.json`);
    assert.deepEqual(await size(), { total: manifest.bytes, kept: 0 });
    assert.ok(!log.some(({ path }) => path.endsWith(".onnx")), "only the manifest is fetched");
    assert.equal((await load({ manifest: `/models/${name}.json`, keep: true })).answer, "done");
    assert.deepEqual(await size(), { total: manifest.bytes, kept: manifest.bytes });
  });

  await test("files that are not what the manifest says are refused and not kept", async () => {
    const manifest = JSON.parse(readFileSync(join(MODELS, `${name}.json`), "utf8"));
    files.set("/other/onnx/vision_model_fp16.onnx", bytesOf(0, 5 * MB));
    files.set("/other.json", Buffer.from(JSON.stringify({ ...manifest, base: "/other/" })));
    assert.deepEqual(await load({ manifest: "/other.json", keep: true }), {
      answer: "model-mismatch",
      kept: [],
    });
    const { sha256: _, ...unsigned } = manifest;
    files.set("/other.json", Buffer.from(JSON.stringify({ ...unsigned, base: "/other/" })));
    assert.deepEqual(await load({ manifest: "/other.json", keep: true }), { answer: "model", kept: [] });
    const { sha256: __, ...tokenizer } = manifest.text.tokenizer;
    const text = { ...manifest.text, tokenizer: { ...tokenizer, file: "bad.json" } };
    files.set("/bad.json", Buffer.from(JSON.stringify({ ...manifest, base: `/models/${name}/`, text })));
    files.set(`/models/${name}/bad.json`, Buffer.from("{}"));
    const { answer, kept } = await load({ manifest: "/bad.json", keep: true }, "cat");
    assert.equal(answer, "model");
    assert.ok(!kept.some((path) => path.endsWith("bad.json")), kept.join());
  });

  await test("the preset that made a set is found by the set", async (context) => {
    const manifest = JSON.parse(readFileSync(join(SMALL, `${name}.json`), "utf8"));
    // The package's description of the preset becomes that of the small model.
    await context.route(`**/models/presets/${name}.json`, (route) =>
      route.fulfill({ json: { ...manifest, base: `${here}/small/${name}/` } }),
    );
    const found = await page.evaluate(async (name) => {
      const { Classifier, inspect, preset, presetOf } = await import("/npm/dist/index.js");
      const made = await Classifier.create({ encoder: preset(name) });
      await made.addExample(new ImageData(40, 30), "apple");
      const bytes = made.save();
      const loaded = await Classifier.load(bytes, { encoder: "auto" });
      return [presetOf(inspect(bytes)), loaded.encoder.id === made.encoder.id, loaded.examples.length];
    }, name);
    assert.deepEqual(found, [name, true, 1]);
  });

  await test("every preset names files of the hub, or of the base that is given", async (context) => {
    const asked = [];
    await context.route(/^https:/, (route) => {
      asked.push(route.request().url());
      return route.abort();
    });
    for (const file of readdirSync(SHIPPED)) {
      const preset = file.slice(0, -5);
      const manifest = JSON.parse(readFileSync(join(SHIPPED, file), "utf8"));
      assert.equal(manifest.name, preset);
      assert.equal((await load({ preset })).answer, "network");
      assert.equal(asked.pop(), manifest.base + manifest.file);
      log.length = 0;
      assert.equal((await load({ preset, options: { base: "/mine" } })).answer, "network");
      assert.ok(log.some(({ path }) => path === `/mine/${manifest.file}`));
    }
    assert.deepEqual(asked, []);
    assert.equal((await load({ preset: "toString" })).answer, "parameter");
  });
}).finally(async () => {
  await browser.close();
  server.close();
});
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
