// Encoders of every kind, joined with an answer: one model gives what the two give one after the other.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import * as ort from "onnxruntime-web";
import { join } from "../dist/export/join.js";
import { concat } from "../dist/export/protobuf.js";
import { Encoder, FeatureClassifier } from "../dist/node.js";
import { numbers } from "./numbers.mjs";

const MODELS = new URL("../../tests/data/models/", import.meta.url);
const TOLERANCE = 1e-3;
/** Of encoders in half precision, whose features the package computes in single precision. */
const HALF_TOLERANCE = 1e-2;

ort.env.wasm.numThreads = 1;
ort.env.logLevel = "error";
const next = numbers(3);

/** Image encoders of every operator set, layout and type that the tests have; one has a text side in the same file. */
const manifests = [
  ...readdirSync(MODELS).filter((name) => /^(conv|vit)_.*\.json$/.test(name)),
  ...["clip-vit-b-32", "siglip-b-16", "tinyclip-8m-16", "dinov2-small"].map((name) => `presets/${name}.json`),
].map((name) => ({ name, manifest: JSON.parse(readFileSync(new URL(name, MODELS), "utf8")) }));

/** Bytes of a picture of the encoder's size, and its input tensor: resizing is tried in `export-model.test.mjs`. */
function picture({ input, preprocess: { mean, std } }) {
  const [height, width] = input.layout === "NHWC" ? input.shape.slice(1, 3) : input.shape.slice(2, 4);
  const bytes = Uint8Array.from({ length: height * width * 3 }, () => 128 + 127 * next());
  const values = Float32Array.from(bytes, (level, i) => (level / 255 - mean[i % 3]) / std[i % 3]);
  const planes = [0, 1, 2].flatMap((c) => [...values].filter((_, i) => i % 3 === c));
  const [tensor, shape] =
    input.layout === "NHWC"
      ? [values, [1, height, width, 3]]
      : [Float32Array.from(planes), [1, 3, height, width]];
  return {
    image: new ort.Tensor("uint8", bytes, [1, height, width, 3]),
    rgba: {
      data: Uint8ClampedArray.from({ length: height * width * 4 }, (_, i) =>
        i % 4 === 3 ? 255 : bytes[3 * Math.floor(i / 4) + (i % 4)],
      ),
      width,
      height,
    },
    pixels: new ort.Tensor("float32", tensor, shape),
  };
}

for (const { name, manifest } of manifests) {
  test(`${name} and an answer in one model`, async (t) => {
    const address = new URL(name, MODELS);
    const file = readFileSync(new URL(manifest.file, new URL(manifest.base ?? "", address)));
    const encoder = await ort.InferenceSession.create(file);
    const streams = Object.keys(manifest.outputs).sort((a, b) =>
      a === "clip" ? -1 : b === "clip" ? 1 : a < b ? -1 : 1,
    );
    const dims = streams.map((stream) => manifest.outputs[stream].shape.at(-1));
    const half = encoder.inputMetadata[0].type === "float16";
    const { shorter_side: side } = manifest.preprocess.resize;
    const crops = side !== undefined && !manifest.input.shape.includes(side);
    // What is more than tensors in and out is left to the package's own engine.
    const ownEngine = half || crops || encoder.inputNames.length > 1;
    const own = ownEngine ? await Encoder.load({ manifest: address }) : null;
    t.after(() => own?.dispose());
    const features = async ({ pixels, rgba }) => {
      if (own) return (await own.encode(rgba)).features;
      const tensors = streams.map((stream) => manifest.outputs[stream].tensor ?? stream);
      const found = await encoder.run({ [manifest.input.name]: pixels }, tensors);
      return Float32Array.from(
        streams.flatMap((stream, i) => {
          const start = (manifest.outputs[stream].token ?? 0) * dims[i];
          return [...found[tensors[i]].data.subarray(start, start + dims[i])];
        }),
      );
    };
    const set = await FeatureClassifier.create({
      streams: streams.map((name, i) => ({ name, dim: dims[i] })),
    });
    const pictures = Array.from({ length: 8 }, () => picture(manifest));
    for (const [i, each] of pictures.entries()) set.addFeatures(await features(each), `class ${i % 3}`);
    const model = await ort.InferenceSession.create(concat(join(manifest, file, set.exportOnnx())));
    for (const each of [...pictures, picture(manifest)]) {
      const { probabilities } = await model.run({ image: each.image });
      const { scores } = set.predictFeatures(await features(each));
      for (const { label, probability } of scores) {
        const found = probabilities.data[Number(label.at(-1))];
        assert.ok(
          Math.abs(found - probability) < (half ? HALF_TOLERANCE : TOLERANCE),
          `${label}: ${found}, not ${probability}`,
        );
      }
    }
    set.dispose();
  });
}
