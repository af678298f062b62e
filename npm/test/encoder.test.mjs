// The encoder in Node: from the disk, in a thread, with pixels in place of files.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { drawPixels } from "../../tests/images/photo.mjs";
import { Classifier, Encoder } from "../dist/node.js";
import { openThread } from "../dist/node-worker.js";

const exec = promisify(execFile);

test("Node teaches and asks with the encoder that ships", async (t) => {
  const classifier = await Classifier.create();
  t.after(() => classifier.dispose());
  for (const thing of ["tomato", "leaf"]) {
    const added = await classifier.addExamples(
      [1, 2, 3].map((seed) => drawPixels(thing, seed)),
      thing,
    );
    assert.ok(added.every(({ id }) => typeof id === "number"));
  }
  for (const thing of ["tomato", "leaf"]) {
    const answer = await classifier.predict(drawPixels(thing, 9));
    assert.equal(answer.label, thing);
    assert.ok(answer.timings.encode > 0);
  }
  const [nearest] = await classifier.nearest(drawPixels("leaf", 9), 1);
  assert.equal(nearest.label, "leaf");
  const id = await classifier.addNegative(drawPixels("mug", 2));
  assert.deepEqual(classifier.negatives, [id]);
  classifier.removeNegative(id);
  const [mug, broken] = await classifier.addUnlabelled([drawPixels("mug", 3), new Blob(["no picture"])]);
  assert.deepEqual(classifier.unlabelled, [mug.id]);
  assert.deepEqual([broken.index, broken.id, broken.error.code], [1, undefined, "not-an-image"]);
  await classifier.learned;
  classifier.removeUnlabelled(mug.id);
  const pile = [drawPixels("leaf", 1), drawPixels("mug", 1), new Blob(["no picture"])];
  assert.deepEqual(await classifier.suggest(pile, 1), [1]);
  const [leaf, , unreadable] = await classifier.predictTogether(pile);
  assert.deepEqual([leaf.index, leaf.answer.label], [0, "leaf"]);
  assert.ok(leaf.answer.timings.encode > 0);
  assert.deepEqual(
    [unreadable.index, unreadable.answer, unreadable.error.code],
    [2, undefined, "not-an-image"],
  );
  const group = [drawPixels("leaf", 1), new Blob(["no picture"]), drawPixels("tomato", 1)];
  const [first, without, second] = await classifier.assign(group, { counts: { tomato: 1, leaf: 1 } });
  assert.deepEqual(
    [first.answer.label, without.error.code, second.answer.label],
    ["leaf", "not-an-image", "tomato"],
  );
});

test("the encoder that ships gives onnxruntime's features at both sizes", async (t) => {
  const encoder = await Encoder.load();
  t.after(() => encoder.dispose());
  const file = new URL("../../tests/data/handful_lite0_reference.json", import.meta.url);
  const { sides } = JSON.parse(readFileSync(file, "utf8"));
  for (const [side, detail] of [
    [224, "photo"],
    [192, "live"],
  ]) {
    // Bytes by the rule that the reference states.
    const data = new Uint8Array(4 * side * side).fill(255);
    for (let i = 0; i < 3 * side * side; i += 1)
      data[4 * Math.floor(i / 3) + (i % 3)] = Math.floor(((i * 40_503) % 65_536) / 256);
    const { features } = await encoder.encode({ data, width: side, height: side }, { detail });
    let start = 0;
    for (const { name, dim } of encoder.streams) {
      const { stride, values } = sides[side][name];
      const largest = Math.max(...values.map(Math.abs));
      for (const [i, value] of values.entries()) {
        const off = Math.abs(features[start + i * stride] - value) / largest;
        assert.ok(off <= 1e-3, `${name} ${i * stride} at ${side}: ${off}`);
      }
      start += dim;
    }
  }
});

test("what is no pixels is refused, and the next image is read all the same", async (t) => {
  const encoder = await Encoder.load();
  t.after(() => encoder.dispose());
  const refused = async (image, code) =>
    assert.rejects(encoder.encode(image), { name: "HandfulError", code });
  await refused(new Blob(["no picture"]), "not-an-image");
  await refused({ data: new Uint8Array(11), width: 2, height: 2 }, "image-bytes");
  await refused({ data: new Uint8Array(0), width: 0, height: 0 }, "image-empty");
  await refused({ data: new Uint8Array(4), width: 1, height: 20_000 }, "image-too-large");
  await refused({ width: 2, height: 2 }, "not-an-image");
  await refused("photo.jpg", "not-an-image");
  const pixels = drawPixels("mug", 1);
  const { features } = await encoder.encode(pixels);
  // Other bytes of the same values, as decoders for Node give them.
  const same = await encoder.encode({ ...pixels, data: Buffer.from(pixels.data) });
  assert.deepEqual(same.features, features);
  assert.equal(
    features.length,
    encoder.streams.reduce((sum, { dim }) => sum + dim, 0),
  );
  const { confidence } = await encoder.encodeText("apple");
  assert.ok(confidence > 0.5);
});

test("an encoder of one's own is found from the working directory", async () => {
  const before = process.cwd();
  process.chdir(fileURLToPath(new URL("../../tests/data/models", import.meta.url)));
  try {
    const encoder = await Encoder.load({ manifest: "conv_opset13.json" });
    assert.equal(encoder.name, "conv_opset13");
    encoder.dispose();
    await assert.rejects(Encoder.load({ manifest: "nowhere.json" }), { code: "network" });
  } finally {
    process.chdir(before);
  }
});

test("a program ends by itself, though nobody has disposed of the encoder", async () => {
  const program = [
    `import { Encoder } from ${JSON.stringify(new URL("../dist/node.js", import.meta.url).href)};`,
    "const encoder = await Encoder.load();",
    "const { features } = await encoder.encode({ data: new Uint8Array(400).fill(90), width: 10, height: 10 });",
    "console.log(features.length);",
  ].join("\n");
  const { stdout } = await exec("node", ["--input-type=module", "--eval", program]);
  assert.ok(Number(stdout) > 500);
});

const MODELS = new URL("../../tests/data/models/", import.meta.url);
const mug = drawPixels("mug", 1);

/** Files of an encoder that can become others, and workers that crash when they are told to. */
async function changing(t) {
  // The probe would tell before the comparison of encoders does.
  const { probe, ...manifest } = JSON.parse(readFileSync(new URL("conv_opset13.json", MODELS), "utf8"));
  const model = readFileSync(new URL("conv_opset13.onnx", MODELS));
  assert.ok(probe);
  const files = { manifest, model };
  const server = createServer((request, response) => {
    response.end(request.url === "/m.json" ? JSON.stringify(files.manifest) : files.model);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const workers = [];
  const worker = () => {
    workers.push(openThread());
    return workers.at(-1);
  };
  const address = `http://127.0.0.1:${server.address().port}/m.json`;
  const encoder = await Encoder.load({ manifest: address }, { worker });
  t.after(() => encoder.dispose());
  const crash = () => workers.at(-1).onerror({ message: "boom", preventDefault() {} });
  return { encoder, files, crash, workers };
}

test("a worker that takes the place of a crashed one has to be the same encoder", async (t) => {
  const { encoder, files, crash, workers } = await changing(t);
  const { features } = await encoder.encode(mug);
  crash();
  assert.deepEqual((await encoder.encode(mug)).features, features);
  assert.equal(workers.length, 2);
  const { manifest, model } = { ...files };
  const { sha256: _, ...unsigned } = manifest;
  const other = readFileSync(new URL("conv_opset11.onnx", MODELS));
  for (const [what, changed] of [
    ["another model", { manifest: unsigned, model: other }],
    ["other streams", { manifest: { ...manifest, outputs: { clip: manifest.outputs.clip } }, model }],
    [
      "other preparation",
      { manifest: { ...manifest, preprocess: { ...manifest.preprocess, mean: [0, 0, 0] } }, model },
    ],
  ]) {
    Object.assign(files, changed);
    crash();
    await assert.rejects(encoder.encode(mug), { name: "HandfulError", code: "model-mismatch" }, what);
    await assert.rejects(encoder.encodeText("apple"), { code: "model-mismatch" }, what);
    Object.assign(files, { manifest, model });
    assert.deepEqual((await encoder.encode(mug)).features, features, `after ${what}`);
  }
});

test("photos do not bring back a class that was removed or renamed while they were encoded", async (t) => {
  const encoder = await Encoder.load();
  t.after(() => encoder.dispose());
  for (const [what, known, act] of [
    ["removed", true, (set) => set.removeClass("mug")],
    ["removed by its other spelling", true, (set) => set.removeClass(" m\u200bug ")],
    ["renamed", true, (set) => set.renameClass("mug", "cup")],
    ["made by the first photo and removed", false, (set) => set.removeClass("mug")],
    ["made by the first photo and undone", false, (set) => set.undo()],
  ]) {
    const set = await Classifier.create({ encoder, text: false });
    set.addClass("leaf");
    if (known) set.addClass("mug");
    const onProgress = ({ done }) => done === 1 && act(set);
    const results = await set.addExamples(
      [1, 2, 3].map((seed) => drawPixels("mug", seed)),
      "mug",
      { onProgress },
    );
    assert.deepEqual(
      results.map(({ error }) => error?.code),
      [undefined, "unknown-class", "unknown-class"],
      what,
    );
    assert.ok(!set.classes.some(({ label }) => label === "mug"), what);
    if (!known) continue;
    set.addClass("mug");
    const one = set.addExample(mug, "mug");
    await new Promise((resolve) => setTimeout(resolve));
    set.removeClass("mug");
    await assert.rejects(one, { code: "unknown-class" }, what);
    assert.equal(await set.addExample(mug, "new").then(() => set.classes.at(-1).label), "new");
    set.dispose();
  }
});

test("the text side tells of its download, of its errors, and when it is there", async (t) => {
  const manifest = new URL("presets/clip-vit-b-32.json", MODELS);
  const encoder = await Encoder.load({ manifest });
  t.after(() => encoder.dispose());
  assert.deepEqual([encoder.hasText, encoder.textReady], [true, false]);
  const told = [[], []];
  await Promise.all(
    told.map((steps, i) => encoder.encodeText(`thing ${i}`, { onProgress: (step) => steps.push(step) })),
  );
  for (const steps of told) {
    assert.ok(steps.length > 0 && steps.every(({ stage }) => stage === "download"));
    assert.equal(steps.at(-1).done, 76_022);
  }
  assert.equal(encoder.textReady, true);

  const stages = new Set();
  const reading = await Classifier.create({
    encoder: { manifest },
    text: true,
    onProgress: ({ stage, done }) => stages.add(`${stage} ${done}`),
  });
  t.after(() => reading.dispose());
  const understood = new Promise((resolve) => {
    reading.subscribe(() => reading.classes[0].hasText && resolve());
  });
  reading.addClass("apple");
  await understood;
  assert.ok(stages.has("download 76022"), [...stages].join());

  // The same encoder, with a text side that is not there.
  const broken = JSON.parse(readFileSync(manifest, "utf8"));
  broken.text.file = "nowhere.onnx";
  const source = { manifest: `data:application/json,${encodeURIComponent(JSON.stringify(broken))}` };
  const base = new URL("presets/clip-vit-b-32/", MODELS);
  let tell;
  const error = new Promise((resolve) => {
    tell = resolve;
  });
  const silent = await Classifier.create({
    encoder: { ...source, base },
    text: true,
    onTextError: (error, label) => tell([error.code, label]),
  });
  t.after(() => silent.dispose());
  silent.addClass("apple");
  assert.deepEqual(await error, ["network", "apple"]);
  assert.equal(silent.encoder.textReady, false);
});

test("errors of the worker keep their cause", async () => {
  const lost = await Encoder.load({ manifest: "file:///nowhere.json" }).catch((error) => error);
  assert.equal(lost.code, "network");
  assert.ok(lost.cause instanceof Error && /ENOENT/.test(lost.cause.message), String(lost.cause));
  const apart = { manifest: `data:application/json,${encodeURIComponent('{"file":"m.onnx"}')}` };
  const nowhere = await Encoder.load(apart).catch((error) => error);
  assert.ok(nowhere.code === "manifest" && nowhere.cause instanceof TypeError, nowhere.stack);
  const source = { manifest: "data:application/json,{}" };
  const bad = await Encoder.load(source).catch((error) => error);
  assert.deepEqual([bad.code, bad.cause], ["manifest", undefined]);
});

test("its files are fetched anew without what was said of the load", async (t) => {
  const told = [];
  const loading = new AbortController();
  const source = { manifest: new URL("conv_opset13.json", MODELS).href };
  const encoder = await Encoder.load(source, {
    signal: loading.signal,
    onProgress: ({ stage }) => told.push(stage),
  });
  t.after(() => encoder.dispose());
  assert.ok(told.includes("download"), told.join());
  told.length = 0;
  // The load is over, so nothing of it can be given up.
  loading.abort();
  const ours = [];
  const { model } = await encoder.files({ onProgress: ({ stage }) => ours.push(stage) });
  assert.deepEqual(model, new Uint8Array(readFileSync(new URL("conv_opset13.onnx", MODELS))));
  await encoder.files();
  assert.ok(ours.includes("download"), ours.join());
  assert.deepEqual(told, []);
});
