// A taught set as one model from pixels to answers: the package, onnxruntime-web and, where it is there, Python agree.
import assert from "node:assert/strict";
import { execFile, spawnSync } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import * as ort from "onnxruntime-web";
import { drawPixels, enlarge } from "../../tests/images/photo.mjs";
import { Classifier } from "../dist/node.js";
import { OrtEncoder } from "../dist/node-onnxruntime.js";

const TOLERANCE = 1e-3;
const PHOTOS = fileURLToPath(new URL("../../../shared/data/photos/caltech/", import.meta.url));
const PYTHON = spawnSync("python3", ["-c", "import numpy, onnxruntime, PIL"]).status === 0;
const WITHOUT_PYTHON = !PYTHON && "python3 has no numpy, onnxruntime and pillow";

ort.env.wasm.numThreads = 1;
const folder = mkdtempSync(join(tmpdir(), "handful-export-"));
after(() => rmSync(folder, { recursive: true }));

/** The files of a ZIP file whose files are stored as they are. */
function unzip(bytes) {
  const [view, files] = [new DataView(bytes.buffer, bytes.byteOffset), {}];
  for (let at = 0; view.getUint32(at, true) === 0x04034b50; ) {
    const [size, name] = [view.getUint32(at + 18, true), view.getUint16(at + 26, true)];
    const start = at + 30 + name;
    files[new TextDecoder().decode(bytes.subarray(at + 30, start))] = bytes.subarray(start, start + size);
    at = start + size;
  }
  return files;
}

/** What the model says of pixels with alpha, in the form of an answer. */
async function ask(session, labels, { data, width, height }) {
  const rgb = Uint8Array.from(
    { length: 3 * width * height },
    (_, i) => data[4 * Math.floor(i / 3) + (i % 3)],
  );
  const image = new ort.Tensor("uint8", rgb, [1, height, width, 3]);
  const { probabilities, foreign } = await session.run({ image });
  return { probabilities: [...probabilities.data], foreign: Boolean(foreign.data[0]), labels };
}

/** How far probabilities lie from those of an answer; fails where a label or the verdict is another one. */
function apart({ probabilities, foreign, labels }, answer, what) {
  const likeliest = labels[probabilities.indexOf(Math.max(...probabilities))];
  assert.equal(likeliest, answer.label, what);
  assert.equal(foreign, answer.foreign, what);
  const of = new Map(answer.scores.map(({ label, probability }) => [label, probability]));
  return Math.max(...labels.map((label, c) => Math.abs(probabilities[c] - (of.get(label) ?? 0))));
}

test("a drawn set says the same in onnxruntime-web, whatever the size of the pictures", async (t) => {
  // In the same engine strangers are answered alike too; the package's own rounds to 14 bits.
  const encoder = await OrtEncoder.load({ ort, executionProviders: ["wasm"] });
  t.after(() => encoder.dispose());
  const classifier = await Classifier.create({ encoder });
  t.after(() => classifier.dispose());
  const things = ["tomato", "leaf", "mug"];
  for (const thing of things) {
    const pictures = [1, 2, 3, 4].map((seed) => drawPixels(thing, seed));
    await classifier.addExamples(pictures, thing);
  }
  const files = unzip(await classifier.exportModel());
  assert.deepEqual(Object.keys(files), [
    "model.onnx",
    "labels.json",
    "predict.py",
    "index.html",
    "README.md",
  ]);
  const text = (name) => new TextDecoder().decode(files[name]);
  assert.deepEqual(JSON.parse(text("labels.json")), things);
  assert.match(text("README.md"), /nothing is lost/);
  const session = await ort.InferenceSession.create(files["model.onnx"]);
  assert.deepEqual(session.inputNames, ["image"]);
  let most = 0;
  for (const [i, size] of [
    [208, 176],
    [100, 333],
    [640, 225],
    [224, 224],
  ].entries()) {
    for (const thing of [...things, "banana"]) {
      const picture = enlarge(drawPixels(thing, 10 + i), { width: size[0], height: size[1] });
      const answer = await classifier.predict(picture);
      most = Math.max(most, apart(await ask(session, things, picture), answer, `${thing} ${size}`));
    }
  }
  t.diagnostic(`off by ${most.toExponential(1)}`);
  assert.ok(most < TOLERANCE, `${most}`);
});

test("of a linear head the README says what is lost", async (t) => {
  const classifier = await Classifier.create();
  t.after(() => classifier.dispose());
  classifier.head = "prototype";
  for (const thing of ["tomato", "leaf"])
    await classifier.addExamples(
      [1, 2, 3].map((seed) => drawPixels(thing, seed)),
      thing,
    );
  const { "README.md": readme } = unzip(await classifier.exportModel());
  assert.match(new TextDecoder().decode(readme), /the head `prototype`.*\| by default \| \d+ %/s);
  assert.equal(classifier.head, "prototype");
});

/** Photos that Pillow reads otherwise by itself, and one that is none. */
const ODD = `
import sys
import numpy as np
from PIL import Image
from predict import pixels
grey = np.linspace(0, 65535, 64, dtype=np.uint16).reshape(8, 8)
Image.fromarray(grey).save("grey.png")
assert (pixels("grey.png")[0, :, :, 0] == grey >> 8).all(), "grey of 16 bits"
clear = Image.new("RGBA", (4, 4), (200, 0, 0, 0))
clear.save("clear.png")
assert (pixels("clear.png") == 255).all(), "transparent is white"
lying = Image.new("RGB", (8, 4))
lying.paste((255, 255, 255), (0, 0, 2, 4))
exif = Image.Exif()
exif[0x0112] = 6
lying.save("lying.png", exif=exif)
upright = pixels("lying.png")
assert upright.shape == (1, 8, 4, 3) and upright[0, 0].min() == 255 and upright[0, -1].max() == 0, "upright"
open("none.jpg", "w").write("none")
`;

/** A classifier of two rows of a label each. */
async function withLabels(t, labels) {
  const classifier = await Classifier.create({ text: false });
  t.after(() => classifier.dispose());
  const width = classifier.streams.reduce((sum, { dim }) => sum + dim, 0);
  const row = (c, k) =>
    Float32Array.from({ length: width }, (_, i) => Math.sin(c * i) + 0.1 * Math.sin(k * i));
  for (const [c, label] of labels.entries()) for (const k of [1, 2]) classifier.addFeatures(row(c, k), label);
  return classifier;
}

test("50 labels are text, letter for letter", async (t) => {
  const labels = [
    '"quoted"',
    "new\nline",
    "`code`",
    "</script><script>alert(1)</script>",
    "# 🍎",
    "__proto__",
  ];
  for (let i = labels.length; i < 50; i += 1) labels.push(`class ${i}`);
  const classifier = await withLabels(t, labels);
  const files = unzip(await classifier.exportModel());
  const text = (name) => new TextDecoder().decode(files[name]);
  assert.deepEqual(JSON.parse(text("labels.json")), labels);
  const code = text("README.md")
    .split("\n")
    .filter((line) => line.startsWith("    "));
  assert.deepEqual(
    code.map((line) => JSON.parse(line)),
    labels,
  );
  const session = await ort.InferenceSession.create(files["model.onnx"]);
  const picture = drawPixels("leaf", 3);
  const said = await ask(session, labels, picture);
  assert.ok(apart(said, await classifier.predict(picture), "a leaf") < TOLERANCE);
});

test("predict.py reads photos as they look, goes on after a bad one, and prints where letters lack", {
  skip: WITHOUT_PYTHON,
}, async (t) => {
  const files = unzip(await (await withLabels(t, ["# 🍎", "pear"])).exportModel());
  const cwd = join(folder, "odd");
  mkdirSync(cwd);
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(cwd, name), bytes);
  writeFileSync(join(cwd, "odd.py"), ODD);
  const env = { ...process.env, PYTHONIOENCODING: "ascii" };
  const python = (...words) => spawnSync("python3", words, { cwd, env, encoding: "utf8" });
  assert.equal(python("odd.py").stderr, "");
  const { status, stdout, stderr } = python("predict.py", "none.jpg", "missing.jpg", "clear.png");
  assert.equal(status, 1);
  assert.match(stderr, /^none\.jpg: .*\nmissing\.jpg: .*\n$/);
  assert.match(stdout, /^clear\.png: .*# \? [01]\.\d+.*\n$/);
});

test("what cannot be exported says so", async (t) => {
  const alone = await Classifier.create({ encoder: null, streams: [{ name: "aux", dim: 2 }] });
  t.after(() => alone.dispose());
  await assert.rejects(alone.exportModel(), { code: "no-encoder" });
  const files = { manifest: "{}", model: Uint8Array.of(1, 2, 3) };
  for (const [given, code] of [
    [undefined, "model"],
    [async () => files, "model"],
    [async () => ({ ...files, manifest: "[" }), "manifest"],
    [async () => ({ ...files, model: "x" }), "parameter"],
  ]) {
    const streams = [{ name: "aux", dim: 2 }];
    const encode = async () => ({ features: [1, 2] });
    const classifier = await Classifier.create({ encoder: { id: "mine", streams, encode, files: given } });
    t.after(() => classifier.dispose());
    await assert.rejects(classifier.exportModel(), { code: "not-enough-examples" });
    for (const [label, row] of [
      ["a", [1, 0]],
      ["b", [0, 1]],
    ])
      classifier.addFeatures(Float32Array.from(row), label);
    const before = classifier.save();
    await assert.rejects(classifier.exportModel(), { code });
    assert.deepEqual(classifier.save(), before);
  }
});

test("100 photos: the package, onnxruntime-web and predict.py say the same", {
  skip: (!existsSync(PHOTOS) && "no ../shared") || WITHOUT_PYTHON,
}, async (t) => {
  const classes = ["accordion", "butterfly", "chair", "dolphin", "lamp"];
  const photos = (name) =>
    readdirSync(join(PHOTOS, name))
      .filter((file) => file.endsWith(".jpg"))
      .sort();
  const taught = classes.flatMap((name) =>
    photos(name)
      .slice(0, 4)
      .map((file) => ({ name, file })),
  );
  const asked = [...classes, "ant"].flatMap((name) =>
    photos(name)
      .slice(4, 21)
      .map((file) => ({ name, file })),
  );
  asked.length = 100;
  const python = promisify(execFile);
  // Pillow decodes for all three.
  const paths = (of) => of.map(({ name, file }) => join(PHOTOS, name, file));
  const run = async (program, of) => {
    writeFileSync(join(folder, "run.py"), program);
    const { stdout } = await python("python3", [join(folder, "run.py"), ...paths(of)], { maxBuffer: 1e9 });
    return stdout
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
  };
  const classifier = await Classifier.create();
  t.after(() => classifier.dispose());
  const decode = `
import base64, json, sys
import numpy as np
from PIL import Image, ImageOps
for path in sys.argv[1:]:
    rgba = np.asarray(ImageOps.exif_transpose(Image.open(path)).convert("RGBA"))
    print(json.dumps([rgba.shape[1], rgba.shape[0], base64.b64encode(rgba.tobytes()).decode()]))
`;
  const pixels = (await run(decode, [...taught, ...asked])).map(([width, height, rgba]) => ({
    data: new Uint8ClampedArray(Buffer.from(rgba, "base64")),
    width,
    height,
  }));
  for (const [i, { name }] of taught.entries()) await classifier.addExample(pixels[i], name);
  const files = unzip(await classifier.exportModel());
  for (const [name, bytes] of Object.entries(files)) writeFileSync(join(folder, name), bytes);
  const answers = `
import json, sys
from predict import predict
for path in sys.argv[1:]:
    probabilities, foreign = predict(path)
    print(json.dumps([probabilities.tolist(), foreign]))
`;
  const inPython = await run(answers, asked);
  const session = await ort.InferenceSession.create(files["model.onnx"]);
  const most = { python: 0, web: 0 };
  let foreign = 0;
  for (const [i, { name, file }] of asked.entries()) {
    const picture = pixels[taught.length + i];
    const answer = await classifier.predict(picture);
    const [probabilities, isForeign] = inPython[i];
    const said = { probabilities, foreign: isForeign, labels: classes };
    most.python = Math.max(most.python, apart(said, answer, `${name}/${file} in Python`));
    const web = await ask(session, classes, picture);
    most.web = Math.max(most.web, apart(web, answer, `${name}/${file} in onnxruntime-web`));
    foreign += answer.foreign;
  }
  const said = `off by ${most.python.toExponential(1)} in Python, ${most.web.toExponential(1)} in onnxruntime-web; ${foreign} foreign`;
  t.diagnostic(said);
  assert.ok(most.python < TOLERANCE && most.web < TOLERANCE, said);
  const { stdout } = await python("python3", [join(folder, "predict.py"), ...paths(asked.slice(0, 1))]);
  assert.match(stdout, /: accordion [01]\.\d+, /);
});
