// The encoders of handful's manifests in onnxruntime-web, in Node, on its WebAssembly.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import * as ort from "onnxruntime-web/wasm";
import { drawPixels } from "../../tests/images/photo.mjs";
import { THINGS } from "../../tests/images/things.mjs";
import { Classifier, Encoder, encodeMany } from "../dist/node.js";
import { OrtEncoder } from "../dist/node-onnxruntime.js";

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "fatal"; // that there is no graphics card here is expected
const MODELS = new URL("../../tests/data/models/", import.meta.url);
const refusal = (code) => ({ name: "HandfulError", code });
const encoder = await OrtEncoder.load({ ort });
const ours = await Encoder.load();
after(() => {
  encoder.dispose();
  ours.dispose();
});

/** How far two rows are apart: the largest difference in each stream as a part of its largest number, and the least cosine. */
function compare(streams, row, other) {
  let [difference, cosine, start] = [0, 1, 0];
  for (const { dim } of streams) {
    const [a, b] = [row, other].map((numbers) => [...numbers.subarray(start, start + dim)]);
    const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
    const largest = Math.max(...b.map(Math.abs));
    difference = Math.max(difference, ...a.map((value, i) => Math.abs(value - b[i]) / largest));
    cosine = Math.min(cosine, dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b)));
    start += dim;
  }
  assert.equal(row.length, other.length);
  return { difference, cosine };
}

test("it is the encoder of the package but for what runs it", async () => {
  assert.deepEqual([encoder.id, encoder.name, encoder.streams], [ours.id, ours.name, ours.streams]);
  assert.equal(encoder.executionProvider, "wasm");
  assert.ok(encoder.hasText && encoder.textReady);
  assert.deepEqual(await encoder.encodeText("apple"), await ours.encodeText("apple"));
});

test("its features are those of the package's engine within a thousandth", async (t) => {
  const images = Object.keys(THINGS).map((thing, i) =>
    drawPixels(thing, i, { width: 320 + 16 * i, height: 240 }),
  );
  for (const detail of ["photo", "live"]) {
    let [difference, cosine] = [0, 1];
    for (const image of images) {
      const [row, other] = [await encoder.encode(image, { detail }), await ours.encode(image, { detail })];
      const apart = compare(encoder.streams, row.features, other.features);
      difference = Math.max(difference, apart.difference);
      cosine = Math.min(cosine, apart.cosine);
      assert.ok(row.timings.encode > 0 && row.timings.preprocess > 0);
    }
    t.diagnostic(
      `${detail}, ${images.length} pictures: at most ${difference.toExponential(1)} off, cosine at least ${cosine}`,
    );
    assert.ok(difference < 1e-3 && cosine > 0.9999, `${detail}: ${difference}, ${cosine}`);
  }
});

test("so are those of other models: layouts, opsets, weights of one byte, files with a text side", async (t) => {
  const image = drawPixels("mug", 1);
  for (const name of [
    "conv_opset11",
    "conv_nhwc",
    "conv_opset20_batch1",
    "vit_opset17",
    "conv_byte_channel",
    "presets/clip-vit-b-32",
    "presets/tinyclip-8m-16",
  ]) {
    const manifest = new URL(`${name}.json`, MODELS);
    const [theirs, own] = await Promise.all([OrtEncoder.load({ manifest, ort }), Encoder.load({ manifest })]);
    const [row, other] = [await theirs.encode(image), await own.encode(image)];
    const { difference } = compare(own.streams, row.features, other.features);
    t.diagnostic(`${name}: ${difference.toExponential(1)}`);
    assert.ok(difference < 1e-3, `${name}: ${difference}`);
    if (own.hasText) assert.deepEqual(await theirs.encodeText("a cup"), await own.encodeText("a cup"));
    theirs.dispose();
    own.dispose();
  }
});

test("a set that one engine taught is asked in the other", async (t) => {
  const classifier = await Classifier.create({ encoder });
  for (const thing of ["tomato", "leaf"])
    await classifier.addExamples(
      [1, 2, 3].map((seed) => drawPixels(thing, seed)),
      thing,
    );
  const other = await Classifier.load(classifier.save(), { encoder: ours });
  t.after(() => [classifier, other].map((set) => set.dispose()));
  for (const thing of ["tomato", "leaf"]) {
    const photo = drawPixels(thing, 9);
    const [here, there] = [await classifier.predict(photo), await other.predict(photo)];
    assert.equal(here.label, thing);
    assert.ok(Math.abs(here.probability - there.probability) < 1e-3);
  }
});

/** A manifest of a test model with something changed, as an address. */
function changed(name, change) {
  const manifest = JSON.parse(readFileSync(new URL(`${name}.json`, MODELS), "utf8"));
  change(manifest);
  const text = Buffer.from(JSON.stringify(manifest)).toString("base64");
  return { manifest: `data:application/json;base64,${text}`, base: MODELS };
}

test("numbers beyond a thousandth of the manifest's are refused", async () => {
  const off = (part) => (manifest) => {
    const { clip } = manifest.probe.photo;
    clip.first[3] -= Math.sign(clip.first[3]) * part * clip.largest;
  };
  (await OrtEncoder.load({ ...changed("conv_opset13", off(0.9e-3)), ort })).dispose();
  const refused = OrtEncoder.load({ ...changed("conv_opset13", off(1.1e-3)), ort });
  await assert.rejects(refused, refusal("model-mismatch"));
});

test("what onnxruntime-web does not run is refused, and so is another file", async () => {
  const cases = [
    ["model", { ...changed("conv_opset13", () => {}), executionProviders: ["nothing"] }],
    ["model-mismatch", changed("conv_opset13", (manifest) => (manifest.sha256 = "0".repeat(64)))],
    // The file states its side.
    [
      "model",
      changed("conv_opset13", (manifest) => {
        manifest.preprocess.resize.shorter_side = 48;
        manifest.detail = { live: 32 };
        manifest.probe.live = manifest.probe.photo;
      }),
    ],
    ["manifest", changed("conv_opset13", (manifest) => (manifest.outputs = {}))],
    ["network", { manifest: new URL("nowhere.json", MODELS) }],
    ["parameter", { model: new URL("conv_opset13.onnx", MODELS) }],
  ];
  for (const [code, options] of cases)
    await assert.rejects(OrtEncoder.load({ ort, ...options }), refusal(code), code);
  for (const wrong of [undefined, null, {}, ort.InferenceSession, 5])
    await assert.rejects(OrtEncoder.load({ ort: wrong }), refusal("parameter"));
  const bytes = fileURLToPath(new URL("conv_opset13.json", MODELS));
  await assert.rejects(
    OrtEncoder.load({ manifest: `file://${bytes}`, ort, executionProviders: [] }),
    refusal("parameter"),
  );
});

test("two images in work are one run after the other, and an abort or the end is told", async () => {
  const own = await OrtEncoder.load({ ort });
  const images = [1, 2, 3].map((seed) => drawPixels("leaf", seed));
  let count = 0;
  for await (const { index, features } of encodeMany(own, images)) {
    assert.deepEqual(features, (await own.encode(images[index])).features);
    count += 1;
  }
  assert.equal(count, 3);
  const controller = new AbortController();
  const stopped = own.encode(images[0], { signal: controller.signal });
  controller.abort("enough");
  await assert.rejects(stopped, (reason) => reason === "enough");
  const late = own.encode(images[1]);
  own.dispose();
  await assert.rejects(late, refusal("disposed"));
  await assert.rejects(own.encode(images[1]), refusal("disposed"));
  own.dispose();
  await assert.rejects(
    OrtEncoder.load({ ort, signal: AbortSignal.abort("before") }),
    (reason) => reason === "before",
  );
});

test("a load that is stopped while the model starts leaves no session", async () => {
  const controller = new AbortController();
  let session;
  const released = new Promise((done) => {
    session = async (...words) => {
      const own = await ort.InferenceSession.create(...words);
      controller.abort("late");
      const { inputMetadata } = own;
      return { inputMetadata, run: (...feeds) => own.run(...feeds), release: () => own.release().then(done) };
    };
  });
  const stopped = OrtEncoder.load({
    manifest: new URL("conv_opset13.json", MODELS),
    ort: { Tensor: ort.Tensor, InferenceSession: { create: session } },
    executionProviders: ["wasm"],
    signal: controller.signal,
  });
  await assert.rejects(stopped, (reason) => reason === "late");
  await released;
});
