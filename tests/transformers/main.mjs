// Pipelines of transformers.js as encoders, in Node and in Chromium, with test models of the architectures that it knows: real
// programs, random weights. Closes with `N passed, N failed`.
import assert from "node:assert/strict";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { env, pipeline, RawImage } from "@huggingface/transformers";
import { launch } from "../../npm/packaging/browser.mjs";
import { close, test } from "../../npm/packaging/report.mjs";
import { ROOT } from "../../scripts/shell.mjs";
import { drawPhoto, drawPixels } from "../images/photo.mjs";
import { serve } from "../presets/server.mjs";

const { Classifier, Encoder } = await import("../../npm/dist/node.js");
const { fromTransformers } = await import("../../npm/dist/transformers.js");
const PACKAGES = join(ROOT, "tests/transformers/node_modules");
const PRESETS = join(ROOT, "tests/data/models/presets");

/**
 * What the library reads beside a model, and the output that is taken where it is not the pipeline's. The sizes and means are those of our
 * manifests of the same models.
 */
const MODELS = {
  "dinov2-small": {
    config: { model_type: "dinov2", architectures: ["Dinov2Model"] },
    stream: { name: "aux", dim: 8 },
  },
  "clip-vit-b-32": {
    config: { model_type: "clip", architectures: ["CLIPModel"] },
    stream: { name: "clip", dim: 512 },
    output: "image_embeds",
  },
};

/** Folders of models as the library wants them. */
function layModels(folder) {
  for (const [name, { config }] of Object.entries(MODELS)) {
    const { preprocess } = JSON.parse(readFileSync(join(PRESETS, `${name}.json`), "utf8"));
    const [height, width] = preprocess.crop.size;
    mkdirSync(join(folder, name), { recursive: true });
    cpSync(join(PRESETS, name, "onnx"), join(folder, name, "onnx"), { recursive: true });
    writeFileSync(join(folder, name, "config.json"), JSON.stringify(config));
    const preprocessor = {
      image_processor_type: "CLIPImageProcessor",
      do_resize: true,
      size: { shortest_edge: preprocess.resize.shorter_side },
      resample: 3,
      do_center_crop: true,
      crop_size: { height, width },
      do_rescale: true,
      do_normalize: true,
      image_mean: preprocess.mean,
      image_std: preprocess.std,
    };
    writeFileSync(join(folder, name, "preprocessor_config.json"), JSON.stringify(preprocessor));
  }
}

function cosine(a, b) {
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

const folder = mkdtempSync(join(tmpdir(), "handful-transformers-"));
layModels(folder);
env.localModelPath = folder;
env.allowRemoteModels = false;

for (const [name, { stream, output }] of Object.entries(MODELS)) {
  await test(`in Node, ${name} teaches and answers`, async () => {
    const extract = await pipeline("image-feature-extraction", name, { dtype: "fp16" });
    const embed = async (image) => (await extract.model(await extract.processor(image)))[output];
    const encoder = fromTransformers(output ? embed : extract, {
      RawImage,
      id: `${name}@fp16`,
      streams: [stream],
    });
    const classifier = await Classifier.create({ encoder });
    const file = (thing, seed) => new Blob([drawPhoto(thing, seed)], { type: "image/png" });
    for (const thing of ["tomato", "leaf"]) {
      const added = await classifier.addExamples([file(thing, 1), drawPixels(thing, 2)], thing);
      assert.deepEqual(
        added.map(({ error }) => error),
        [undefined, undefined],
      );
    }
    assert.equal((await classifier.predict(file("leaf", 1))).label, "leaf");
    await assert.rejects(classifier.predict(new Blob(["no picture"])), {
      name: "HandfulError",
      code: "not-an-image",
    });

    // The same picture as a file and as pixels, and in the package's own engine, which resizes as Pillow does.
    const [row, same] = [await encoder.encode(file("mug", 1)), await encoder.encode(drawPixels("mug", 1))];
    assert.deepEqual(row.features, same.features);
    const own = await Encoder.load({ manifest: join(PRESETS, `${name}.json`) });
    const { features } = await own.encode(drawPixels("mug", 1));
    const alike = cosine(features, row.features);
    console.log(`  cosine with the package's engine ${alike.toFixed(5)}`);
    assert.ok(alike > 0.99);
    own.dispose();
    classifier.dispose();
    await extract.dispose();
  });
}

/** In the page: a pipeline made there, and features of one picture in every form that a page has. */
async function formsInPage(stream) {
  const { env, pipeline, RawImage } = await import("/library/transformers.min.js");
  const { fromTransformers } = await import("/npm/dist/transformers.js");
  const { Classifier, encodeMany, watch } = await import("/npm/dist/index.js");
  env.localModelPath = "/models/";
  env.allowLocalModels = true;
  env.allowRemoteModels = false;
  env.backends.onnx.wasm.wasmPaths = "/ort/";
  env.backends.onnx.wasm.numThreads = 1;
  const extract = await pipeline("image-feature-extraction", "dinov2-small", {
    dtype: "fp16",
    device: "wasm",
  });
  const encoder = fromTransformers(extract, { RawImage, id: "dinov2-small@fp16", streams: [stream] });
  const file = await (await fetch("/leaf.png")).blob();
  const bitmap = await createImageBitmap(file);
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [bitmap.width, bitmap.height];
  const context = canvas.getContext("2d");
  context.drawImage(bitmap, 0, 0);
  const element = new Image();
  element.src = URL.createObjectURL(file);
  await element.decode();
  const pixels = context.getImageData(0, 0, bitmap.width, bitmap.height);
  const rows = [];
  const images = [file, canvas, bitmap, element, pixels];
  for await (const { features, thumbnail, error } of encodeMany(encoder, images, { thumbnail: 32 })) {
    if (error) throw error;
    if (!thumbnail) throw new Error("no thumbnail");
    rows.push([...features]);
  }
  const classifier = await Classifier.create({ encoder });
  await classifier.addExample(file, "leaf");
  await classifier.addExample(await (await fetch("/tomato.png")).blob(), "tomato");
  const redrawn = setInterval(() => context.drawImage(bitmap, 0, 0), 50);
  let label;
  for await (const { answer, error } of watch(canvas.captureStream(), classifier)) {
    if (error) throw error;
    label = answer.label;
    break;
  }
  clearInterval(redrawn);
  return { rows, label };
}

await test("in Chromium, each kind of image gives the same features, and a film is answered", async () => {
  const server = await serve({
    npm: join(ROOT, "npm"),
    library: join(PACKAGES, "@huggingface/transformers/dist"),
    ort: join(PACKAGES, "onnxruntime-web/dist"),
    models: folder,
  });
  for (const thing of ["leaf", "tomato"]) server.files.set(`/${thing}.png`, drawPhoto(thing, 1));
  const browser = await launch();
  try {
    const page = await browser.newPage();
    await page.goto(`http://127.0.0.1:${server.port}`);
    const { rows, label } = await page.evaluate(formsInPage, MODELS["dinov2-small"].stream);
    assert.equal(rows.length, 5);
    for (const row of rows) assert.ok(cosine(row, rows[0]) > 0.999999);
    assert.equal(label, "leaf");
  } finally {
    await browser.close();
  }
});

close();
rmSync(folder, { recursive: true, force: true });
process.exit();
