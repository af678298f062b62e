// What becomes of photos in Chromium before the encoder sees them: large ones, cut ones, transparent ones, and those of another
// window. Closes with `N passed, N failed`.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { launch } from "../../npm/packaging/browser.mjs";
import { close, test as report } from "../../npm/packaging/report.mjs";
import { main, ROOT } from "../../scripts/shell.mjs";
import { GIF } from "../images/gif.mjs";
import { mosaic } from "../images/jpeg.mjs";
import { drawPixels, enlarge } from "../images/photo.mjs";
import { encodePng } from "../images/png.mjs";
import { serve } from "../presets/server.mjs";

/** Megabytes that the browser's process may take more at its highest, while it encodes a photo. */
const MEMORY = 300;
const ALPHA = join(ROOT, "../shared/fixtures/faults/alpha_hard.png");

const server = await serve({ npm: join(ROOT, "npm") });
const { files } = server;
const browser = await launch();
let page;

/** Runs one test in a process of its own, so that its memory is its own. */
function test(name, body) {
  return report(name, async () => {
    const context = await browser.newContext();
    try {
      page = await context.newPage();
      page.setDefaultTimeout(60_000);
      await page.goto(`http://127.0.0.1:${server.port}`);
      await page.evaluate(lend);
      await body();
    } finally {
      await context.close();
    }
  });
}

/** What the tests use in the page. */
async function lend() {
  const { Encoder } = await import("/npm/dist/index.js");
  const load = (worker) =>
    Encoder.load(undefined, worker && { worker: () => new Worker(worker, { type: "module" }) });
  let shipped;
  globalThis.photos = {
    fetched: async (path) => (await fetch(path)).blob(),
    async pixelsOf(source) {
      const canvas = new OffscreenCanvas(source.width, source.height);
      const context = canvas.getContext("2d");
      context.drawImage(source, 0, 0);
      return context.getImageData(0, 0, source.width, source.height);
    },
    /** Features of an image, or the code and the sentence of the error. */
    async encode(image, worker) {
      shipped ??= load();
      const encoder = await (worker ? load(worker) : shipped);
      const answer = await encoder.encode(image).then(
        ({ features }) => [...features],
        ({ name, code, message }) => `${name} ${code}: ${message}`,
      );
      if (worker) encoder.dispose();
      return answer;
    },
  };
}

/** What becomes of a file on the server. */
const encode = (path, worker) =>
  page.evaluate(async ([path, worker]) => photos.encode(await photos.fetched(path), worker), [path, worker]);

function cosine(a, b) {
  assert.ok(Array.isArray(a) && Array.isArray(b), `${a} ${b}`.slice(0, 300));
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const drawn = drawPixels("mug", 1);
const mug = (width, height) => enlarge(drawn, { width, height });

function turned({ data, width, height }) {
  const result = new Uint8Array(data.length);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      for (let c = 0; c < 4; c += 1)
        result[4 * (x * height + height - 1 - y) + c] = data[4 * (y * width + x) + c];
  return { data: result, width: height, height: width };
}

const rgb = ({ data }) => data.filter((_, i) => i % 4 !== 3);
const png = (picture) => encodePng(picture.width, picture.height, rgb(picture));

// A phone's photos of 12, 24 and 108 megapixels, and the same picture at an eighth of the size.
for (const [name, width, height] of [
  ["12", 500, 375],
  ["24", 750, 500],
  ["108", 1500, 1125],
]) {
  const picture = mug(width, height);
  files.set(`/${name}.jpg`, mosaic(picture));
  files.set(`/${name}-lying.jpg`, mosaic(picture, { orientation: 6 }));
  files.set(`/${name}.png`, png(picture));
  files.set(`/${name}-lying.png`, png(turned(picture)));
}
const small = mosaic(mug(80, 60));
files.set("/small.jpg", small);

/** A worker in which a program runs before that of the package; returns its address. */
function workerAfter(name, program) {
  files.set(`/${name}-first.js`, Buffer.from(program));
  files.set(`/${name}.js`, Buffer.from(`import "/${name}-first.js";\nimport "/npm/dist/worker.js";`));
  return `/${name}.js`;
}

/** One where canvases of more pixels take none, without an error, as on older iPhones. */
const limited = (most, more = "") =>
  workerAfter(
    `limited-${most}`,
    `${more}
    const Real = OffscreenCanvas;
    globalThis.OffscreenCanvas = class extends Real {
      getContext(...words) {
        const context = super.getContext(...words);
        if (this.width * this.height > ${most}) context.fillRect = context.drawImage = () => {};
        return context;
      }
    };`,
  );
const withoutDecoder = workerAfter("without-decoder", "delete globalThis.ImageDecoder;");

/** The most memory that a process of the browser's has had, in megabytes; undefined where the system does not tell. */
async function peak() {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const renderers = processInfo.filter(
    ({ type, id }) => type === "renderer" && existsSync(`/proc/${id}/status`),
  );
  const peaks = renderers.map(({ id }) =>
    Number(/VmHWM:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))[1] / 1024),
  );
  return peaks.length > 0 ? Math.max(...peaks) : undefined;
}

await main(async () => {
  for (const name of ["24", "108"]) {
    await test(`a photo of ${name} megapixels is seen as it is`, async () => {
      assert.ok(cosine(await encode(`/${name}.jpg`), await encode(`/${name}.png`)) > 0.99);
      assert.ok(cosine(await encode(`/${name}-lying.jpg`), await encode(`/${name}-lying.png`)) > 0.99);
    });
    await test(`${name} megapixels are seen the same where larger canvases stay empty`, async () => {
      const worker = limited(16_777_216);
      const seen = await encode(`/${name}.jpg`, worker);
      assert.deepEqual(seen, await encode(`/${name}.jpg`));
      assert.ok(cosine(seen, await encode(`/${name}.png`)) > 0.99);
    });
    await test(`${name} megapixels are seen where no decoder makes them smaller as it reads`, async () => {
      const worker = withoutDecoder;
      assert.ok(cosine(await encode(`/${name}.jpg`, worker), await encode(`/${name}.png`)) > 0.99);
      assert.ok(
        cosine(await encode(`/${name}-lying.jpg`, worker), await encode(`/${name}-lying.png`)) > 0.99,
      );
    });
    await test(`${name} megapixels take less than ${MEMORY} MB`, async () => {
      await encode("/small.jpg");
      const before = await peak();
      await encode(`/${name}.jpg`);
      const after = await peak();
      if (before === undefined) return;
      console.log(`  ${before.toFixed(0)} MB before, ${after.toFixed(0)} MB at most`);
      assert.ok(after - before < MEMORY, `${after - before} MB more`);
    });
  }

  await test("a photo is read pixel by pixel, or in eighths of its size where these are enough", async () => {
    const pixelsOf = (path) =>
      page.evaluate(async (path) => {
        const bitmap = await createImageBitmap(await photos.fetched(path));
        return photos.encode(await photos.pixelsOf(bitmap));
      }, path);
    assert.deepEqual(await encode("/small.jpg"), await pixelsOf("/small.jpg"));
    assert.deepEqual(await encode("/12.jpg", withoutDecoder), await pixelsOf("/12.jpg"));
    for (const name of ["/12", "/12-lying"])
      assert.ok(cosine(await encode(`${name}.jpg`), await encode(`${name}.png`)) > 0.99);
  });

  await test("a map lies over a photo as it is shown, of which an encoder gets the file, then small pictures", async () => {
    const mapOf = (path) =>
      page.evaluate(async (path) => {
        const { Classifier, occlusionSensitivity } = await import("/npm/dist/index.js");
        const sizes = new Set();
        // How red the middle is, and how blue.
        const encode = async (image) => {
          const { data, width, height } = image;
          sizes.add(image instanceof Blob ? "the file" : `${width} x ${height}`);
          const features = Float32Array.of(0, 0, 1);
          for (let y = Math.floor(height / 3); y < height / 2; y += 1)
            for (let x = Math.floor(width / 3); x < width / 2; x += 1)
              for (const channel of [0, 1])
                features[channel] += (100 * data[4 * (width * y + x) + 2 * channel]) / width / height;
          return { features };
        };
        const encoder = { id: "middle", streams: [{ name: "aux", dim: 3, plain: true }], encode };
        const classifier = await Classifier.create({ encoder });
        for (const level of [90, 150, 210]) {
          const fill = (red, blue) => new Uint8Array(400).map((_, i) => [red, 0, blue, 255][i % 4]);
          await classifier.addExample({ data: fill(level, 20), width: 10, height: 10 }, "red");
          await classifier.addExample({ data: fill(20, level), width: 10, height: 10 }, "blue");
        }
        const file = await photos.fetched(path);
        const { prototype } = OffscreenCanvasRenderingContext2D;
        const { drawImage } = prototype;
        prototype.drawImage = () => {};
        const empty = await occlusionSensitivity(classifier, file).catch(({ code }) => code);
        prototype.drawImage = drawImage;
        if (empty !== "not-an-image") throw new Error(`${empty.drop} where the canvas stays empty`);
        sizes.clear();
        const { rows, columns, drop } = await occlusionSensitivity(classifier, file);
        return { rows, columns, most: drop.indexOf(Math.max(...drop)), sizes: [...sizes] };
      }, path);
    for (const name of ["12", "108"]) {
      const [upright, lying] = [await mapOf(`/${name}.jpg`), await mapOf(`/${name}-lying.jpg`)];
      assert.deepEqual([upright.rows, upright.columns, upright.sizes], [6, 8, ["the file", "597 x 448"]]);
      assert.deepEqual([lying.rows, lying.columns, lying.sizes], [8, 6, ["the file", "448 x 597"]]);
      for (const kind of ["", "-lying"]) {
        const { most } = await mapOf(`/${name}${kind}.png`);
        assert.equal(most, (kind === "" ? upright : lying).most, `${name}${kind}`);
      }
    }
  });

  await test("fine detail is seen in eighths as in the whole photo", async () => {
    const [eighths, whole] = await page.evaluate(async () => {
      const picture = await createImageBitmap(await photos.fetched("/24.png"));
      const canvas = new OffscreenCanvas(4000, 3000);
      const context = canvas.getContext("2d");
      context.drawImage(picture, 0, 0, 4000, 3000);
      // Lines as thin as the pixels of an eighth, of two colours that are equally light.
      for (let x = 0; x < 4000; x += 16) {
        context.fillStyle = x % 32 === 0 ? "#c004" : "#0604";
        context.fillRect(x, 0, 8, 3000);
      }
      const file = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.9 });
      const pixels = await photos.pixelsOf(await createImageBitmap(file));
      return [await photos.encode(file), await photos.encode(pixels)];
    });
    assert.ok(cosine(eighths, whole) > 0.99, `a cosine of ${cosine(eighths, whole)}`);
    assert.notDeepEqual(eighths, whole);
  });

  await test("a photo that no canvas takes is refused, not seen as white", async () => {
    const worker = limited(1_000_000, "delete globalThis.ImageDecoder;");
    assert.match(await encode("/12.jpg", worker), /^HandfulError image-too-large: .*4000 x 3000/);
    assert.ok(Array.isArray(await encode("/small.jpg", worker)));
  });

  await test("elements and frames of more pixels than a canvas has are seen too", async () => {
    const answers = await page.evaluate(async () => {
      const image = new Image();
      image.src = "/24.jpg";
      await image.decode();
      const bitmap = await createImageBitmap(image);
      return [await photos.encode(image), await photos.encode(bitmap)];
    });
    const expected = await encode("/24.png");
    for (const answer of answers) assert.ok(cosine(answer, expected) > 0.99);
  });

  await test("who passes a limit is told which one, and sizes are printed as they are", async () => {
    files.set("/wide.jpg", mosaic({ data: new Uint8Array(4 * 2500 * 25), width: 2500, height: 25 }));
    files.set("/ribbon.png", encodePng(17_000, 1, new Uint8Array(3 * 17_000)));
    for (const [path, size] of [
      ["/wide.jpg", "20000 x 200"],
      ["/ribbon.png", "17000 x 1"],
    ])
      assert.match(
        await encode(path),
        new RegExp(`^HandfulError image-too-large: .*${size} .*16384 pixels a side`),
      );
    const answers = await page.evaluate(() =>
      Promise.all(
        [
          { data: new Uint8Array(4 * 20_000), width: 20_000, height: 1 },
          { data: new Uint8Array(40), width: -10, height: 1 },
          { data: new Uint8Array(40), width: 2.5, height: 4 },
          { data: new Uint8Array(40), width: 10, height: 2 },
        ].map((image) => photos.encode(image)),
      ),
    );
    const expected = [
      /image-too-large: .*20000 x 1 .*16384/,
      /image-bytes: .*-10 x 1 /,
      /image-bytes: .*2.5 x 4 /,
      /image-bytes: .*10 x 2 .*80 .*40/,
    ];
    for (const [i, answer] of answers.entries()) assert.match(answer, expected[i]);
  });

  await test("a file without its last bytes is read as browsers show it, one that is cut is refused", async () => {
    const whole = await encode("/small.jpg");
    files.set("/small.png", png(mug(80, 60)));
    files.set("/small.gif", GIF);
    for (const [name, bytes, lost] of [
      ["small.jpg", small, [1, 2]],
      ["small.png", files.get("/small.png"), [1, 4, 12]],
      ["small.gif", GIF, [1]],
    ])
      for (const count of lost) {
        files.set("/lost", bytes.subarray(0, bytes.length - count));
        const answer = await encode("/lost");
        assert.ok(cosine(answer, await encode(`/${name}`)) > 0.999, `${name} without ${count} bytes`);
      }
    for (const part of [0.9, 0.5, 0.1]) {
      files.set("/cut", small.subarray(0, small.length * part));
      assert.match(await encode("/cut"), /^HandfulError not-an-image/, `${part} of a JPEG`);
      files.set("/cut", files.get("/small.png").subarray(0, files.get("/small.png").length * part));
      assert.match(await encode("/cut"), /^HandfulError not-an-image/, `${part} of a PNG`);
    }
    files.set("/cut", files.get("/24.jpg").subarray(0, files.get("/24.jpg").length - 2));
    assert.ok(cosine(await encode("/cut"), await encode("/24.png")) > 0.99, "a large one without its end");
    files.set("/cut", files.get("/24.jpg").subarray(0, files.get("/24.jpg").length / 2));
    assert.match(await encode("/cut"), /^HandfulError not-an-image/, "half of a large one");
    assert.ok(whole.length > 0);
  });

  await test("of many photos a crash costs the one that the worker was at", async () => {
    const bad = [3, 4, 17];
    files.set("/other.jpg", mosaic(mug(90, 60)));
    const crashing = workerAfter(
      "crashing",
      `const { get } = Object.getOwnPropertyDescriptor(ImageData.prototype, "width");
      Object.defineProperty(ImageData.prototype, "width", {
        get() {
          const width = get.call(this);
          if (width === 720) throw new WebAssembly.RuntimeError("boom");
          return width;
        },
      });`,
    );
    const { answers, started } = await page.evaluate(
      async ([bad, crashing]) => {
        const { Encoder } = await import("/npm/dist/index.js");
        let started = 0;
        const worker = () => {
          started += 1;
          return new Worker(crashing, { type: "module" });
        };
        const [small, other] = await Promise.all(["/small.jpg", "/other.jpg"].map(photos.fetched));
        const encoder = await Encoder.load(undefined, { worker, workers: 2 });
        const asked = Array.from({ length: 40 }, (_, i) => (bad.includes(i) ? other : small));
        const answers = [];
        for await (const { index, features, error } of encoder.encodeMany(asked))
          answers.push(features ? `${index} ${features}` : `${index} ${error.code}`);
        encoder.dispose();
        return { answers, started };
      },
      [bad, crashing],
    );
    const right = await encode("/small.jpg");
    for (const [i, answer] of answers.entries())
      assert.equal(answer, `${i} ${bad.includes(i) ? "worker" : right}`);
    assert.equal(answers.length, 40);
    assert.ok(started >= 3, `${started} workers were started`);
  });

  await test("a single photo goes before those of many", async () => {
    const before = await page.evaluate(async () => {
      const { Encoder } = await import("/npm/dist/index.js");
      const encoder = await Encoder.load(undefined, { workers: 1 });
      const small = await photos.fetched("/small.jpg");
      const many = encoder.encodeMany(new Array(40).fill(small));
      let done = 0;
      await many.next();
      const single = encoder.encode(small).then(() => done);
      for await (const _ of many) done += 1;
      encoder.dispose();
      return single;
    });
    assert.ok(before <= 4, `${before} others were done before it`);
  });

  await test("large photos of many are decoded one at a time", async () => {
    const decoding = workerAfter(
      "decoding",
      `delete globalThis.ImageDecoder;
      const decode = createImageBitmap;
      const told = new BroadcastChannel("decoding");
      globalThis.createImageBitmap = async (...asked) => {
        told.postMessage(1);
        try {
          return await decode(...asked);
        } finally {
          told.postMessage(-1);
        }
      };`,
    );
    const most = await page.evaluate(async (decoding) => {
      const { Encoder } = await import("/npm/dist/index.js");
      let [now, most, all] = [0, 0, 0];
      const { promise, resolve } = Promise.withResolvers();
      new BroadcastChannel("decoding").onmessage = ({ data }) => {
        now += data;
        most = Math.max(most, now);
        all += 1;
        if (all === 2 * 26) resolve();
      };
      const worker = () => new Worker(decoding, { type: "module" });
      const encoder = await Encoder.load(undefined, { worker, workers: 2 });
      const photo = await photos.fetched("/24.jpg");
      for await (const { error } of encoder.encodeMany(new Array(26).fill(photo))) if (error) throw error;
      await promise;
      encoder.dispose();
      return most;
    }, decoding);
    assert.equal(most, 1);
  });

  await test("what is transparent is white, whatever kind of image it is", async () => {
    if (existsSync(ALPHA)) files.set("/alpha.png", readFileSync(ALPHA));
    const { expected, answers } = await page.evaluate(async (fixture) => {
      const drawn = new OffscreenCanvas(120, 90);
      const context = drawn.getContext("2d");
      context.fillStyle = "#3a6";
      context.arc(60, 45, 30, 0, 7);
      context.fill();
      const file = fixture ? await photos.fetched("/alpha.png") : await drawn.convertToBlob();
      const bitmap = await createImageBitmap(file);
      const [width, height] = [bitmap.width, bitmap.height];
      const canvas = new OffscreenCanvas(width, height);
      canvas.getContext("2d").drawImage(bitmap, 0, 0);
      const flat = new OffscreenCanvas(width, height);
      const white = flat.getContext("2d");
      white.fillStyle = "#fff";
      white.fillRect(0, 0, width, height);
      white.drawImage(bitmap, 0, 0);
      const image = new Image();
      image.src = URL.createObjectURL(file);
      await image.decode();
      const answers = [];
      for (const source of [file, bitmap, canvas, image, await photos.pixelsOf(bitmap)])
        answers.push(await photos.encode(source));
      return { expected: await photos.encode(flat), answers };
    }, existsSync(ALPHA));
    for (const answer of answers) assert.ok(cosine(answer, expected) > 0.999);
  });

  await test("a thumbnail is the middle of the photo, on white", async () => {
    const { size, corner, middle } = await page.evaluate(async () => {
      const drawn = new OffscreenCanvas(400, 300);
      const context = drawn.getContext("2d");
      context.fillStyle = "#00f";
      context.fillRect(0, 0, 49, 300);
      context.fillStyle = "#0f0";
      context.fillRect(150, 100, 100, 100);
      const file = await drawn.convertToBlob();
      const { Encoder } = await import("/npm/dist/index.js");
      const encoder = await Encoder.load();
      const [found] = await Array.fromAsync(encoder.encodeMany([file], { thumbnail: 60 }));
      encoder.dispose();
      const seen = await photos.pixelsOf(await createImageBitmap(new Blob([found.thumbnail])));
      const at = (x, y) => [...seen.data.slice(4 * (60 * y + x)).slice(0, 3)];
      return { size: [seen.width, seen.height], corner: at(1, 1), middle: at(30, 30) };
    });
    assert.deepEqual(size, [60, 60]);
    for (const level of corner) assert.ok(level > 245, `${corner}`);
    assert.ok(middle[0] < 30 && middle[1] > 225 && middle[2] < 30, `${middle}`);
  });

  await test("images of another window are images", async () => {
    const answers = await page.evaluate(async () => {
      const frame = document.createElement("iframe");
      frame.src = "/";
      document.body.append(frame);
      await new Promise((resolve) => {
        frame.onload = resolve;
      });
      const there = frame.contentWindow;
      const blob = await (await there.fetch("/small.jpg")).blob();
      const image = new there.Image();
      image.src = "/small.jpg";
      await image.decode();
      const canvas = there.document.createElement("canvas");
      [canvas.width, canvas.height] = [image.naturalWidth, image.naturalHeight];
      const context = canvas.getContext("2d");
      context.drawImage(image, 0, 0);
      const pixels = context.getImageData(0, 0, canvas.width, canvas.height);
      const bitmap = await there.createImageBitmap(image);
      const frames = new there.VideoFrame(canvas, { timestamp: 0 });
      const { width, height } = pixels;
      const answers = [];
      for (const source of [
        blob,
        new there.File([blob], "small.jpg"),
        image,
        canvas,
        pixels,
        bitmap,
        frames,
        { data: new there.Uint8Array(pixels.data), width, height },
        { data: new there.Uint8ClampedArray(pixels.data), width, height },
      ])
        answers.push(await photos.encode(source));
      // Features and sets too.
      const { FeatureClassifier } = await import("/npm/dist/index.js");
      const set = await FeatureClassifier.create({ streams: there.eval(`[{ name: "aux", dim: 2 }]`) });
      set.addFeatures(there.Float32Array.of(1, 0), "left");
      set.addFeatures(there.Float32Array.of(0, 1), "right", there.eval("({})"));
      const copy = await FeatureClassifier.load(there.Uint8Array.from(set.save()), {
        signal: new there.AbortController().signal,
      });
      answers.push(copy.predictFeatures(there.Float32Array.of(1, 0.1)).label);
      return answers;
    });
    assert.equal(answers.pop(), "left");
    const expected = await encode("/small.jpg");
    for (const [i, answer] of answers.entries()) assert.ok(cosine(answer, expected) > 0.99, `source ${i}`);
  });

  await test("an engine as old as Safari 16.4 sees a photo as it is", async () => {
    const program = readFileSync(join(ROOT, "npm/test/old-engine.js"), "utf8");
    const expected = [await encode("/small.jpg"), await encode("/24.png")];
    await page.addInitScript(program);
    await page.reload();
    await page.evaluate(lend);
    assert.ok(await page.evaluate(() => !("dispose" in Symbol) && !("ImageDecoder" in globalThis)));
    const worker = workerAfter("old-engine", program);
    assert.deepEqual(await encode("/small.jpg", worker), expected[0]);
    assert.ok(cosine(await encode("/24.jpg", worker), expected[1]) > 0.99);
  });

  await test("pixels that were transferred elsewhere are an error that says so", async () => {
    const answers = await page.evaluate(async () => {
      const gone = (image) => {
        structuredClone(image.data, { transfer: [image.data.buffer] });
        return image;
      };
      const bitmap = await createImageBitmap(new ImageData(10, 10));
      bitmap.close();
      return Promise.all([
        photos.encode(gone(new ImageData(10, 10))),
        photos.encode(gone(new ImageData(10, 10, { colorSpace: "display-p3" }))),
        photos.encode(gone({ data: new Uint8Array(400), width: 10, height: 10 })),
        photos.encode(bitmap),
      ]);
    });
    for (const [i, code] of ["image-bytes", "not-an-image", "image-bytes", "image-empty"].entries())
      assert.match(answers[i], new RegExp(`^HandfulError ${code}`));
  });
}).finally(async () => {
  await browser.close();
  server.close();
});
close();
