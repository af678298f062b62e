// The encoder in Node: from the disk, in a thread, with pixels in place of files.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { drawPixels } from "../../tests/images/photo.mjs";
import { Classifier, Encoder } from "../dist/node.js";

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
  const pile = [drawPixels("leaf", 1), drawPixels("mug", 1), new Blob(["no picture"])];
  assert.deepEqual(await classifier.suggest(pile, 1), [1]);
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
