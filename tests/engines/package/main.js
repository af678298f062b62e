// A page without bundler or import map that uses the package from its tarball. What it finds is read by the program outside.
import { Classifier, Encoder, FeatureClassifier, HandfulError } from "./package/dist/index.js";

const results = [];
window.report = { results, running: "", finished: false };

async function check(name, body) {
  window.report.running = name;
  let error = "";
  try {
    await body();
  } catch (failure) {
    error = `${failure}\n${failure?.stack}`;
  }
  results.push({ name, error });
}

function expect(truth, what) {
  if (!truth) throw new Error(`expected: ${what}`);
}

const THINGS = ["tomato", "leaf", "bread"];

async function photo(thing, number) {
  const name = `${thing}-${number}.png`;
  const blob = await (await fetch(`./photos/${name}`)).blob();
  return new File([blob], name, { type: "image/png" });
}

async function answers(classifier) {
  const found = [];
  for (const thing of THINGS) found.push((await classifier.predict(await photo(thing, 5))).label);
  return found.join();
}

/** The image whose features onnxruntime gave, by the rule that the reference states. */
function referenceImage(side) {
  const data = new Uint8ClampedArray(4 * side * side).fill(255);
  for (let i = 0; i < 3 * side * side; i += 1)
    data[4 * Math.floor(i / 3) + (i % 3)] = Math.floor(((i * 40_503) % 65_536) / 256);
  return { data, width: side, height: side };
}

await check("the encoder gives onnxruntime's features", async () => {
  const encoder = await Encoder.load();
  const { sides } = await (await fetch("./reference.json")).json();
  for (const [side, detail] of [
    [224, "photo"],
    [192, "live"],
  ]) {
    const { features } = await encoder.encode(referenceImage(side), { detail });
    let start = 0;
    for (const { name, dim } of encoder.streams) {
      const { stride, values } = sides[side][name];
      const largest = Math.max(...values.map(Math.abs));
      const off = Math.max(
        ...values.map((value, i) => Math.abs(features[start + i * stride] - value) / largest),
      );
      expect(off <= 1e-3, `${name} at ${side} within 1e-3, not ${off}`);
      start += dim;
    }
  }
  encoder.dispose();
});

const classifier = await Classifier.create();

await check("three classes are taught from files and told apart", async () => {
  for (const thing of THINGS) {
    const photos = await Promise.all([0, 1, 2].map((number) => photo(thing, number)));
    const added = await classifier.addExamples(photos, thing);
    expect(
      added.every(({ id }) => id !== undefined),
      `all of ${thing} are added`,
    );
  }
  expect((await answers(classifier)) === THINGS.join(), "each photo its own class");
});

await check("a change is undone and redone", async () => {
  const before = classifier.save();
  classifier.removeClass("bread");
  expect(classifier.undo() && `${classifier.save()}` === `${before}`, "the set as it was");
  expect(classifier.redo() && classifier.classes.length === 2, "two classes");
  classifier.undo();
});

await check("a saved set is opened, and added to another", async () => {
  const bytes = classifier.save();
  const { encoder } = classifier;
  const opened = await Classifier.load(bytes, { encoder });
  expect((await answers(opened)) === THINGS.join(), "the answers of the set that was saved");
  opened.dispose();
  const merged = await Classifier.create({ encoder });
  await merged.addExample(await photo("mug", 0), "mug");
  merged.merge(bytes);
  expect(merged.classes.length === 4 && merged.examples.length === 10, "four classes, ten examples");
  merged.dispose();
});

await check("weights and a graph are written", async () => {
  classifier.head = "logistic";
  expect(classifier.exportWeights().length > 0 && classifier.exportOnnx().length > 0, "two files");
  classifier.head = "auto";
});

await check("errors are HandfulErrors", async () => {
  const refused = async (work, code) => {
    const error = await work().then(
      () => undefined,
      (error) => error,
    );
    expect(error instanceof HandfulError && error.code === code, `the code ${code}, not ${error}`);
  };
  await refused(
    () => classifier.predict(new File(["words"], "words.png", { type: "image/png" })),
    "not-an-image",
  );
  await refused(() => FeatureClassifier.load(new Uint8Array(3)), "format");
  await refused(() => Encoder.load({ manifest: "data:application/json,{}" }), "manifest");
});

/** Features of a file on the server, or the code of the error. */
async function see(path, change = (file) => file) {
  const file = change(await (await fetch(`./photos/${path}`)).blob());
  const { features, code } = await classifier.encoder.encode(file).catch((error) => error);
  return features ?? code;
}

function alike(a, b) {
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

for (const megapixels of [24, 108]) {
  await check(`a photo of ${megapixels} megapixels is seen as it is`, async () => {
    const likeness = alike(await see(`${megapixels}.jpg`), await see(`${megapixels}.png`));
    expect(likeness > 0.98, `the features of a small copy, not a cosine of ${likeness}`);
  });

  await check(
    `${megapixels} megapixels without the last two bytes are seen, half of them is refused`,
    async () => {
      const cut = await see(`${megapixels}.jpg`, (file) => file.slice(0, -2));
      const likeness = alike(cut, await see(`${megapixels}.jpg`));
      expect(likeness > 0.999, `the same features, not a cosine of ${likeness} ${cut.slice(0, 4)}`);
      const half = await see(`${megapixels}.jpg`, (file) => file.slice(0, file.size / 2));
      expect(half === "not-an-image", `not-an-image, not ${half}`);
    },
  );
}

await check("what is transparent is white, and images of another window are images", async () => {
  const frame = document.createElement("iframe");
  document.body.append(frame);
  const draw = (background) => {
    const canvas = frame.contentDocument.createElement("canvas");
    [canvas.width, canvas.height] = [120, 90];
    const context = canvas.getContext("2d");
    context.fillStyle = background;
    context.fillRect(0, 0, 120, 90);
    context.fillStyle = "#3a6";
    context.fillRect(30, 20, 60, 50);
    return canvas;
  };
  const { features: expected } = await classifier.encoder.encode(draw("#fff"));
  const clear = draw("transparent");
  const file = await new Promise((resolve) => clear.toBlob(resolve));
  const pixels = clear.getContext("2d").getImageData(0, 0, 120, 90);
  for (const image of [clear, file, pixels]) {
    const { features } = await classifier.encoder.encode(image);
    expect(alike(features, expected) > 0.999, `the features on white of ${image}`);
  }
});

await check("what is disposed of says so", async () => {
  classifier.dispose();
  const error = await classifier.predict(await photo("leaf", 5)).catch((error) => error);
  expect(error.code === "disposed", `disposed, not ${error}`);
});

window.report.finished = true;
