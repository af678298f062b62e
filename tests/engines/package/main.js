// A page without bundler or import map that uses the package from its tarball. What it finds is read by the program outside.
import { film, play } from "./film.js";
import {
  Classifier,
  Encoder,
  encodeMany,
  FeatureClassifier,
  HandfulError,
  inspect,
  occlusionSensitivity,
  watch,
} from "./package/dist/index.js";
import { photo } from "./photo.js";
import { check, expect, finish } from "./report.js";

async function refused(work, code) {
  const error = await work().then(
    () => undefined,
    (error) => error,
  );
  expect(error instanceof HandfulError && error.code === code, `the code ${code}, not ${error}`);
}

const THINGS = ["tomato", "leaf", "bread"];

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

await check("photos are added in one step, or none of them where one fails", async () => {
  const labels = () => classifier.classes.map(({ label }) => label).join();
  const before = labels();
  const add = (mug) =>
    classifier.transaction("two photos", async () => {
      await classifier.addExample(await photo("leaf", 5), "salad");
      await classifier.addExample(mug, "mug");
    });
  await refused(() => add(new File(["words"], "words.png", { type: "image/png" })), "not-an-image");
  expect(labels() === before && !classifier.canRedo, "the set as it was");
  await add(await photo("mug", 0));
  expect(labels() === `${before},salad,mug` && classifier.undoName === "two photos", "two classes more");
  expect(classifier.undo() && labels() === before, "one step");
});

await check("a saved set is opened, and added to another", async () => {
  const bytes = classifier.save();
  const { encoder } = classifier;
  const { classes, examples, ...made } = inspect(bytes);
  expect(encoder.fits(made) && examples === 9 && classes[0].label === THINGS[0], "what it holds");
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
  await refused(
    () => classifier.predict(new File(["words"], "words.png", { type: "image/png" })),
    "not-an-image",
  );
  await refused(() => FeatureClassifier.load(new Uint8Array(3)), "format");
  await refused(() => Encoder.load({ manifest: "data:application/json,{}" }), "manifest");
});

await check("an encoder that was not loaded, or was stopped, is in nobody's way", async () => {
  const manifest = new URL("./package/dist/models/handful-lite0.json", import.meta.url);
  await refused(() => Encoder.load({ manifest, words: "index.html" }), "network");
  for (const wait of [0, 50, 100, 150, 200]) {
    const signal = AbortSignal.timeout(wait);
    const late = await Encoder.load({ manifest }, { signal }).catch(() => null);
    late?.dispose();
  }
  (await Encoder.load({ manifest })).dispose();
});

/** Features of an image, or the code and the sentence of the error. */
async function seen(image) {
  const { features, code, message } = await classifier.encoder.encode(image).catch((error) => error);
  return features ?? `${code}: ${message}`;
}

const fetched = async (path) => (await fetch(`./photos/${path}`)).blob();

/** The same of a file on the server. */
const see = async (path, change = (file) => file) => seen(change(await fetched(path)));

function alike(a, b) {
  const dot = (x, y) => x.reduce((sum, value, i) => sum + value * y[i], 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}

await check(
  "many photos go to several workers, and come back in their order with the same features",
  async () => {
    let started = 0;
    const worker = () => {
      started += 1;
      return new Worker(new URL("./package/dist/worker.js", import.meta.url), { type: "module" });
    };
    const encoder = await Encoder.load(undefined, { worker, workers: 2 });
    const kinds = await Promise.all(THINGS.map((thing) => photo(thing, 0)));
    const expected = await Promise.all(kinds.map(seen));
    const files = Array.from({ length: 48 }, (_, i) => kinds[i % kinds.length]);
    let next = 0;
    for await (const { index, features, error } of encoder.encodeMany(files)) {
      expect(!error && index === next, `photo ${next}, not ${index} ${error}`);
      expect(`${features}` === `${expected[index % kinds.length]}`, `the features of photo ${index}`);
      next += 1;
    }
    encoder.dispose();
    expect(next === 48 && started === 2, `48 photos in 2 workers, not ${next} in ${started}`);
  },
);

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
      expect(/^not-an-image:/.test(half), `not-an-image, not ${half}`);
    },
  );
}

await check("where a large photo counts is what counts in a small copy, or it is refused", async () => {
  const map = (image) => occlusionSensitivity(classifier, image, { grid: 2, label: THINGS[0] });
  const [small, large] = await Promise.all([fetched("108.png"), fetched("108.jpg")]);
  const { drop, columns } = await map(small);
  const found = await map(large).catch(({ code }) => code);
  if (found === "not-an-image") return;
  expect(found.columns === columns && alike(found.drop, drop) > 0.9, `${found.drop}, not ${drop}`);
  const half = await map(large.slice(0, large.size / 2)).catch(({ code }) => code);
  expect(half === "not-an-image", `half of it is refused, not ${half.drop}`);
});

for (const [file, lost] of [
  ["mug-0.png", [1, 4, 12]],
  ["small.gif", [1]],
])
  await check(`${file} is seen without its last ${lost.join(", ")} bytes`, async () => {
    const whole = await see(file);
    for (const count of lost) {
      const cut = await see(file, (file) => file.slice(0, -count));
      expect(alike(cut, whole) > 0.999, `the features of ${file} without ${count} bytes, not ${cut}`);
    }
  });

await check("a BMP is seen, and refused where a part of it is missing", async () => {
  expect(alike(await see("mug-0.bmp"), await see("mug-0.png")) > 0.999, "the features of the same PNG");
  for (const part of [0.5, 0.9]) {
    const cut = await see("mug-0.bmp", (file) => file.slice(0, part * file.size));
    expect(/^not-an-image:/.test(cut), `not-an-image, not ${cut.slice(0, 4)}`);
  }
});

await check("who passes a limit is told which one, and sizes are printed as they are", async () => {
  for (const [image, expected] of [
    [await fetched("20000x200.jpg"), /^image-too-large: .*20000 x 200 .*16384 pixels a side/],
    [await fetched("17000x1.png"), /^image-too-large: .*17000 x 1 .*16384 pixels a side/],
    [{ data: new Uint8Array(80_000), width: 20_000, height: 1 }, /^image-too-large: .*20000 x 1 .*16384/],
    [{ data: new Uint8Array(40), width: -10, height: 1 }, /^image-bytes: .*-10 x 1 /],
  ]) {
    const answer = await seen(image);
    expect(expected.test(answer), `${expected}, not ${answer}`);
  }
});

await check("pixels that were transferred elsewhere are an error that says so", async () => {
  const gone = (image) => {
    structuredClone(image.data, { transfer: [image.data.buffer] });
    return image;
  };
  for (const image of [
    new ImageData(10, 10),
    { data: new Uint8Array(400), width: 10, height: 10 },
    { data: new Uint8ClampedArray(400), width: 10, height: 10 },
  ]) {
    const answer = await seen(gone(image));
    expect(/^image-bytes: /.test(answer), `image-bytes, not ${answer}`);
  }
});

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
  const expected = await seen(draw("#fff"));
  const clear = draw("transparent");
  const file = await new Promise((resolve) => clear.toBlob(resolve));
  const pixels = clear.getContext("2d").getImageData(0, 0, 120, 90);
  for (const image of [clear, file, pixels])
    expect(alike(await seen(image), expected) > 0.999, `the features on white of ${image}`);

  for await (const { features, thumbnail } of classifier.encoder.encodeMany([file], { thumbnail: 60 })) {
    expect(alike(features, expected) > 0.999, "the features on white beside a thumbnail");
    const canvas = new OffscreenCanvas(60, 60);
    const context = canvas.getContext("2d");
    context.drawImage(await createImageBitmap(new Blob([thumbnail])), 0, 0);
    const at = (x, y) => [...context.getImageData(x, y, 1, 1).data];
    expect(Math.min(...at(2, 2)) > 245, `a white corner, not ${at(2, 2)}`);
    const [red, green] = at(30, 30);
    expect(red < 80 && green > 140, `a green middle, not ${at(30, 30)}`);
  }
});

/** A film of a photo of a thing, or of another one when it is told to `show` it. */
async function filmOf(thing) {
  let picture;
  const show = async (other) => {
    picture = await createImageBitmap(await photo(other, 5));
  };
  await show(thing);
  return { ...film((context) => context.drawImage(picture, 0, 0, 200, 150)), show };
}

await check(
  "a video is answered by its newest picture, one at a time, until its track is stopped",
  async () => {
    const { stream, show, end } = await filmOf("tomato");
    const video = await play(stream);
    const labels = [];
    for await (const { index, answer, error } of watch(video, classifier, { fps: 60 })) {
      expect(answer && index === labels.length, `an answer, not ${error}`);
      labels.push(answer.label);
      if (labels.length === 1) {
        // Had the pictures of the meantime been kept, the next answer would be the old one.
        await show("leaf");
        while ((await classifier.predict(video)).label !== "leaf");
      }
      if (labels.length === 3) end();
    }
    expect(labels.join() === "tomato,leaf,leaf", labels.join());
    video.remove();
  },
);

await check("a stream is watched until a break or an abort, and is left as it is", async () => {
  const { stream, track, end } = await filmOf("bread");
  const { encoder } = classifier;
  let seen = 0;
  for await (const { features } of watch(stream, encoder)) {
    expect(classifier.predictFeatures(features).label === "bread", "features of the bread");
    seen += 1;
    if (seen === 2) break;
  }
  const controller = new AbortController();
  for await (const { answer } of watch(stream, classifier, { signal: controller.signal })) {
    expect(answer.label === "bread", answer.label);
    seen += 1;
    controller.abort();
  }
  const last = watch(stream, classifier, { signal: controller.signal });
  expect((await last.next()).done && seen === 3, "no answer after an abort");
  const waiting = new AbortController();
  const paused = watch(document.createElement("video"), classifier, { signal: waiting.signal }).next();
  waiting.abort();
  expect((await paused).done, "an end while nothing is there to be seen");
  expect(track.readyState === "live", "a track that goes on");
  end();
  expect((await watch(stream, classifier).next()).done, "nothing of a track that has ended");
});

await check("frames to be taught are looked at closely, each with a small picture", async () => {
  const { stream, end } = await filmOf("leaf");
  const { encoder } = classifier;
  const first = async (options) => {
    for await (const frame of watch(stream, encoder, options)) return frame;
  };
  const close = await first({ detail: "photo", thumbnail: 50 });
  const picture = await createImageBitmap(new Blob([close.thumbnail], { type: "image/jpeg" }));
  expect(`${picture.width} ${picture.height}` === "50 50", "a picture of 50 pixels a side");
  const live = await first();
  expect(live.thumbnail === undefined, "no picture that nobody asked for");
  const set = await Classifier.create({ encoder, text: false });
  const id = set.addFeatures(close.features, "leaf");
  const again = await first({ detail: "photo" });
  expect(set.duplicateOf(again.features, "leaf") === id, "the same features of a film that stands still");
  expect(set.duplicateOf(live.features, "leaf") === undefined, "others of a look that is less close");
  set.dispose();
  end();
});

await check("no picture is looked at while the page is hidden", async () => {
  const { stream, end } = await filmOf("leaf");
  let hidden = true;
  Object.defineProperty(document, "hidden", { configurable: true, get: () => hidden });
  let came = false;
  const answer = watch(stream, classifier, { fps: 60 }).next();
  answer.then(() => {
    came = true;
  });
  for (let i = 0; i < 20; i += 1) await classifier.predict(await photo("leaf", 5));
  expect(!came, "no answer so far");
  hidden = false;
  expect((await answer).value.answer.label === "leaf", "an answer when it is shown again");
  delete document.hidden;
  end();
});

await check("a picture that cannot be answered says why, and what cannot be watched is refused", async () => {
  const { stream, end } = await filmOf("leaf");
  const { encoder } = classifier;
  const learning = await Classifier.create({ encoder });
  const answers = watch(stream, learning);
  const first = await answers.next();
  expect(first.value.error.code === "not-enough-examples", "nothing to tell apart");
  for (const thing of ["leaf", "bread"]) await learning.addExample(await photo(thing, 0), thing);
  expect((await answers.next()).value.answer.label === "leaf", "an answer as soon as there can be one");
  learning.dispose();
  await refused(() => answers.next(), "disposed");
  const blind = await Classifier.create({ encoder: null, streams: encoder.streams });
  await refused(() => watch(stream, blind).next(), "no-encoder");
  await refused(() => watch(document.createElement("canvas"), learning).next(), "parameter");
  await refused(() => watch(new MediaStream(), learning).next(), "parameter");
  await refused(() => watch(stream, stream).next(), "parameter");
  await refused(() => watch(stream, learning, { fps: 0 }).next(), "parameter");
  await refused(() => watch(stream, encoder, { detail: "close" }).next(), "parameter");
  await refused(() => watch(stream, encoder, { thumbnail: 0 }).next(), "parameter");
  end();
});

/** An encoder that is none of the package's: the colours of eight by eight places. */
const colours = {
  id: "colours-1",
  streams: [{ name: "aux", dim: 256 }],
  async encode(image) {
    const bitmap = await createImageBitmap(image);
    const canvas = new OffscreenCanvas(8, 8);
    const context = canvas.getContext("2d");
    context.drawImage(bitmap, 0, 0, 8, 8);
    bitmap.close();
    return { features: Float32Array.from(context.getImageData(0, 0, 8, 8).data) };
  },
};

await check("an encoder of one's own teaches, answers and watches", async () => {
  const own = await Classifier.create({ encoder: colours });
  const progress = [];
  for (const thing of THINGS) {
    const photos = await Promise.all([0, 1, 2].map((number) => photo(thing, number)));
    const added = await own.addExamples(photos, thing, { onProgress: ({ done }) => progress.push(done) });
    expect(added.map(({ id }) => id % 3).join() === "0,1,2", "examples in their order");
  }
  expect(progress.join() === "0,1,2,3,0,1,2,3,0,1,2,3", `progress, not ${progress}`);
  const file = await photo("tomato", 0);
  expect((await own.predict(file)).label === "tomato", "a photo that it was taught");
  const { stream, end } = await filmOf("leaf");
  const frames = await filmOf("bread");
  for await (const { answer } of watch(stream, own)) {
    expect(answer.scores.length === 3, "an answer of the film");
    break;
  }
  for await (const { features } of watch(frames.stream, colours)) {
    expect(features.length === 256, "features of the film");
    break;
  }
  end();
  frames.end();
  own.dispose();
});

await check("thumbnails are drawn beside an encoder of one's own", async () => {
  const canvas = document.createElement("canvas");
  [canvas.width, canvas.height] = [120, 90];
  const context = canvas.getContext("2d");
  context.fillStyle = "#3a6";
  context.fillRect(30, 20, 60, 50);
  const file = await new Promise((resolve) => canvas.toBlob(resolve));
  const pixels = context.getImageData(0, 0, 120, 90);
  const images = [canvas, file, pixels, await createImageBitmap(canvas)];
  let drawn = 0;
  for await (const { thumbnail } of encodeMany(colours, images, { thumbnail: 60 })) {
    const picture = await createImageBitmap(new Blob([thumbnail]));
    const small = new OffscreenCanvas(60, 60).getContext("2d");
    small.drawImage(picture, 0, 0);
    const at = (x, y) => [...small.getImageData(x, y, 1, 1).data];
    expect(picture.width === 60 && picture.height === 60, "60 x 60 pixels");
    expect(Math.min(...at(2, 2)) > 245, `a white corner, not ${at(2, 2)}`);
    const [red, green] = at(30, 30);
    expect(red < 80 && green > 140, `a green middle, not ${at(30, 30)}`);
    drawn += 1;
  }
  expect(drawn === 4 && images[3].width === 120, "four, and the caller's bitmap is open");
  context.clearRect(0, 0, 120, 90);
  const clear = await new Promise((resolve) => canvas.toBlob(resolve));
  for await (const { error } of encodeMany(colours, [clear], { thumbnail: 60 }))
    expect(error?.code === "not-an-image", `nothing can be seen, not ${error}`);
});

await check("what is disposed of says so", async () => {
  classifier.dispose();
  const error = await classifier.predict(await photo("leaf", 5)).catch((error) => error);
  expect(error.code === "disposed", `disposed, not ${error}`);
});

finish();
