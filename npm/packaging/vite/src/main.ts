// A page that uses the package as a stranger would.
import {
  Classifier,
  Encoder,
  FeatureClassifier,
  fromEarlierEncoder,
  type ImageSource,
  init,
  type Progress,
  preset,
} from "handful";
import { OrtEncoder } from "handful/onnxruntime";
import encoderWasm from "handful/wasm/encoder?url";
import * as ort from "onnxruntime-web/wasm";
import { check, expect, expectCode, expectReason, finish } from "./check.js";
import { draw, fileOf, type Thing, turned, withTurnMark } from "./pictures.js";

const THINGS: readonly Thing[] = ["disc", "square"];
const text = new File(["not a picture"], "notes.txt", { type: "image/png" });

await check("WebAssembly served as HTML is named as such, and the next try works", async () => {
  await expectCode(init("/no-such.wasm"), "wasm-html");
  await expectCode(Encoder.load(undefined, { wasm: "/no-such.wasm" }), "wasm-html");
  await init();
});

await check("an encoder that is not there, or another one, is refused", async () => {
  const manifest = new URL("handful/models/handful-lite0.json", location.href);
  await expectCode(Encoder.load({ manifest }), "network");
  await expectCode(
    Encoder.load({ manifest: `data:application/json,${encodeURIComponent("{}")}` }),
    "manifest",
  );
  await expectCode(Encoder.load(undefined, { worker: () => new Worker("/no-such-worker.js") }), "worker");
});

await check("an aborted load rejects with the reason", async () => {
  const controller = new AbortController();
  const loading = Encoder.load(undefined, { signal: controller.signal });
  controller.abort("changed my mind");
  await expectReason(loading, "changed my mind");
  await expectReason(Classifier.create({ signal: controller.signal }), "changed my mind");
});

const steps: Progress[] = [];
const classifier = await Classifier.create({ onProgress: (progress) => steps.push(progress) });
const { encoder } = classifier;
if (!encoder) throw new Error("no encoder");

await check("loading tells its stages and counts bytes", async () => {
  for (const stage of ["compile", "download", "load"] as const) {
    const own = steps.filter((step) => step.stage === stage);
    expect(own.at(0)?.done === 0, `${stage} begins at 0`);
    const last = own.at(-1);
    expect(
      last !== undefined && last.done > 0 && (last.total === 0 || last.done === last.total),
      `${stage} ends`,
    );
  }
});

await check("two classes are taught from pictures and told apart", async () => {
  for (const thing of THINGS) {
    const pictures = [0, 1, 2, 3].map((number) => draw(thing, number));
    const counts: number[] = [];
    const added = await classifier.addExamples(pictures, thing, {
      onProgress: ({ done }) => counts.push(done),
    });
    expect(
      added.every(({ id }) => id !== undefined),
      "all are added",
    );
    expect(counts.join() === "0,1,2,3,4", `progress, not ${counts}`);
  }
  for (const thing of THINGS) {
    for (const number of [5, 6, 7]) {
      const { label, probability, timings } = await classifier.predict(draw(thing, number));
      expect(label === thing, `${thing} ${number}, not ${label} (${probability})`);
      expect(timings.encode > 0 && timings.classify >= 0, "timings");
    }
  }
});

await check("every kind of image gives the same features and stays usable", async () => {
  const canvas = draw("square", 8);
  const { width, height } = canvas;
  const context = canvas.getContext("2d");
  const file = await fileOf(canvas, "square.png", "image/png");
  const element = new Image();
  element.src = URL.createObjectURL(file);
  await element.decode();
  const offscreen = new OffscreenCanvas(width, height);
  offscreen.getContext("2d")?.drawImage(canvas, 0, 0);
  const bitmap = await createImageBitmap(canvas);
  const frame = new VideoFrame(canvas, { timestamp: 0 });
  const pixels = context?.getImageData(0, 0, width, height);
  expect(pixels !== undefined, "pixels");
  const sources: ImageSource[] = [file, element, offscreen, bitmap, frame, pixels];
  const { features } = await encoder.encode(canvas);
  expect(features.length === encoder.streams.reduce((sum, { dim }) => sum + dim, 0), "one row");
  for (const source of sources) {
    const other = await encoder.encode(source);
    expect(cosine(features, other.features) > 0.999, `${source.constructor.name} as the canvas`);
  }
  expect(bitmap.width === width && frame.displayWidth === width && pixels.data.length > 0, "all still there");
  frame.close();
});

await check("a photo is seen upright", async () => {
  const canvas = draw("square", 1);
  canvas.getContext("2d")?.fillRect(0, 0, canvas.width, canvas.height / 3);
  const file = await fileOf(canvas, "photo.jpg", "image/jpeg");
  // What the file holds, not what was drawn: the encoder sees the traces of JPEG on a drawing, which is flat.
  const bitmap = await createImageBitmap(file);
  const [photo, upright, lying] = await Promise.all([
    encoder.encode(await withTurnMark(file)),
    encoder.encode(turned(bitmap)),
    encoder.encode(bitmap),
  ]);
  const [right, wrong] = [upright, lying].map(({ features }) => cosine(photo.features, features));
  expect(right !== undefined && wrong !== undefined && right > 0.99 && right > wrong, `${right} > ${wrong}`);
});

await check("what is no image is refused by name, and the rest of the batch goes on", async () => {
  const { message } = await expectCode(classifier.predict(text), "not-an-image");
  expect(message.includes("notes.txt"), message);
  await expectCode(encoder.encode(new Blob([])), "not-an-image");
  const nothing = document.createElement("canvas");
  nothing.width = 0;
  await expectCode(encoder.encode(nothing), "image-empty");
  await expectCode(encoder.encode(new Image()), "image-empty");
  await expectCode(encoder.encode(document.createElement("video")), "image-empty");
  await expectCode(encoder.encode(new ImageData(1, 20_000)), "image-too-large");
  const foreign = new Image();
  foreign.src = new URL("/square.svg", location.href.replace("127.0.0.1", "localhost")).href;
  await foreign.decode();
  await expectCode(encoder.encode(foreign), "not-an-image");
  const labels: string[] = [];
  for await (const { index, answer, error } of classifier.predictMany([
    draw("disc", 9),
    text,
    draw("square", 9),
  ])) {
    labels[index] = answer ? answer.label : error.code;
  }
  expect(labels.join() === "disc,not-an-image,square", labels.join());
});

await check("a bad label costs no work and changes nothing", async () => {
  const before = classifier.examples;
  await expectCode(classifier.addExample(text, " "), "empty-label");
  await expectCode(classifier.addExamples([text], "x".repeat(201)), "label-too-long");
  expect(classifier.examples === before, "the same examples");
});

await check("a name that the encoder understands gives its class a text, another does not", async () => {
  expect(encoder.hasText === true && encoder.textReady === true, "a text side that is there");
  const named = await Classifier.create({ encoder });
  named.addClass("apple");
  named.addClass("xyzzy");
  named.addClass("coffee cup");
  const { label, probability } = await named.predict(draw("disc", 1));
  const understood = named.classes.filter(({ hasText }) => hasText).map((item) => item.label);
  expect(understood.join() === "apple,coffee cup", understood.join());
  expect(understood.includes(label) && probability >= 0.5, `${label}: ${probability}`);
  expect(named.undo() && named.classes.length === 2, "one step of undo for a class with its text");
  const silent = await Classifier.create({ encoder, text: false });
  silent.addClass("apple");
  const [apple, xyzzy] = await Promise.all(["apple", "xyzzy"].map((name) => encoder.encodeText?.(name)));
  expect(apple?.features.length === 512 && apple.confidence > (xyzzy?.confidence ?? 1), "confidence");
  expect(!silent.classes.some(({ hasText }) => hasText), "names are not looked at");
});

await check("an abort takes one call out of the queue, and the others go on", async () => {
  const controller = new AbortController();
  const { signal } = controller;
  const calls = [
    encoder.encode(draw("disc", 1), { signal }),
    encoder.encode(draw("disc", 2)),
    encoder.encode(draw("disc", 3), { signal }),
  ] as const;
  controller.abort("enough");
  await Promise.all([expectReason(calls[0], "enough"), expectReason(calls[2], "enough")]);
  const { features } = await calls[1];
  expect(features.length > 0, "features");
  await expectReason(classifier.addExample(draw("disc", 1), "new", { signal }), "enough");
  expect(!classifier.classes.some(({ label }) => label === "new"), "no new class");
});

await check("a saved set answers as before, and needs an encoder that fits", async () => {
  const copy = await Classifier.load(classifier.save(), { encoder });
  const [one, other] = await Promise.all([
    classifier.predict(draw("disc", 4)),
    copy.predict(draw("disc", 4)),
  ]);
  expect(one.probability === other.probability, "the same probability");
  copy.dispose();
  expect((await encoder.encode(draw("disc", 4))).features.length > 0, "a borrowed encoder lives on");
  const alien = await Classifier.create({ encoder: null, streams: [{ name: "alien", dim: 4 }] });
  await expectCode(Classifier.load(alien.save(), { encoder }), "other-encoder");
  const double = await FeatureClassifier.create({ streams: encoder.streams, encoderId: "double@0" });
  await expectCode(Classifier.load(double.save(), { encoder }), "other-encoder");
  const earlier = await FeatureClassifier.create({ streams: encoder.streams, encoderId: "handful-tiny@0" });
  expect(fromEarlierEncoder(earlier), "a set of an earlier encoder is recognised");
  const refusal = await Classifier.load(earlier.save(), { encoder }).catch((error: Error) => error.message);
  expect(/earlier version .*reencode/.test(String(refusal)), `${refusal}`);
});

await check("a live picture is looked at with less detail, and answered like the photo", async () => {
  const image = draw("disc", 5);
  const photo = await encoder.encode(image);
  const live = await encoder.encode(image, { detail: "live" });
  expect(live.features.length === photo.features.length, "features of the same length");
  expect(
    live.features.some((value, i) => value !== photo.features[i]),
    "other features",
  );
  const { label } = classifier.predictFeatures(live.features);
  expect(label === classifier.predictFeatures(photo.features).label, "the same answer");
});

await check("the guide's live camera is taught by presses, answers, and stops", async () => {
  const running = import("./live-camera.js");
  const press = (text: string): void =>
    [...document.querySelectorAll("button")].find(({ textContent }) => textContent === text)?.click();
  const shows = async (words: RegExp): Promise<void> => {
    while (!words.test(document.querySelector("output")?.value ?? ""))
      await new Promise((done) => setTimeout(done, 50));
  };
  await shows(/^Show me both/);
  press("This is: mug");
  press("This is: empty table");
  await shows(/^(mug|empty table|none of these)$/);
  press("Stop");
  await running;
  const { srcObject } = document.querySelector("video") ?? {};
  expect(srcObject instanceof MediaStream && !srcObject.active, "a camera that is off");
});

await check("after a crash the running image is rejected and the next one is encoded", async () => {
  let started = 0;
  const fragile = await Encoder.load(undefined, {
    wasm: encoderWasm,
    worker: () => {
      started += 1;
      return started > 1
        ? new Worker(new URL("./crashing-worker.ts", import.meta.url), { type: "module" })
        : new Worker(new URL("./crashing-worker.ts", import.meta.url), { type: "module", name: "fragile" });
    },
  });
  const calls = [fragile.encode(draw("disc", 1)), fragile.encode(draw("disc", 2))] as const;
  const { message } = await expectCode(calls[0], "worker");
  expect(message.includes("boom"), message);
  expect((await calls[1]).features.length > 0 && started === 2, "a second worker");
  fragile.dispose();
});

await check("a preset encodes texts, and only then its tokenizer is fetched", async () => {
  const tokenizers = (): number =>
    performance.getEntriesByType("resource").filter(({ name }) => name.includes("tokenizer")).length;
  const manifest = "/presets/clip-vit-b-32.json";
  const clip = await Encoder.load({ manifest, keep: true });
  expect(clip.streams[0]?.name === "clip", "the stream clip");
  const { features } = await clip.encode(draw("disc", 1));
  expect(clip.hasText && !clip.textReady, "a text side that is fetched when it is asked for");
  const silent = await Classifier.create({ encoder: clip });
  const steps: Progress[] = [];
  const text = await clip.encodeText("a red disc", { onProgress: (progress) => steps.push(progress) });
  expect(text.features.length === features.length && text.confidence === 1, "a row of the same width");
  expect(steps.length > 0 && steps.every(({ stage }) => stage === "download"), "progress");
  const [again, other] = await Promise.all([clip.encodeText("a red disc"), clip.encodeText("a blue square")]);
  expect(cosine(again.features, text.features) > 0.999999, "the same row for the same text");
  expect(cosine(other.features, text.features) < 0.999999, "another row for another text");
  expect(clip.textReady, "a text side that is there");
  await classifierOf(clip, text.features);
  await namesAreRead(clip, silent);
  clip.dispose();
  await expectCode(clip.encodeText("a red disc"), "disposed");
  expect(tokenizers() === 0, "the page itself fetches no tokenizer");
  await expectCode(Encoder.load(preset("clip-vit-b-32", { base: "/no-such-folder" })), "network");
});

await check("the same encoder runs in onnxruntime-web", async () => {
  ort.env.wasm.numThreads = 1;
  const other = await OrtEncoder.load({ ort, executionProviders: ["wasm"] });
  const picture = draw("disc", 1);
  const [theirs, own] = [await other.encode(picture), await encoder.encode(picture)];
  expect(other.id === encoder.id, other.id);
  expect(cosine(theirs.features, own.features) > 0.9999, "the same features");
  other.dispose();
});

await check("dispose rejects what is under way and everything after", async () => {
  const calls = [classifier.predict(draw("disc", 1)), classifier.addExample(draw("disc", 2), "disc")];
  classifier.dispose();
  for (const call of calls) await expectCode(call, "disposed");
  await expectCode(encoder.encode(draw("disc", 1)), "disposed");
  await expectCode(classifier.predict(draw("disc", 1)), "disposed");
});

finish();

/** A class that is known by its text alone can be the answer. */
async function classifierOf(clip: Encoder, text: Float32Array): Promise<void> {
  const told = await Classifier.create({ encoder: clip });
  await told.addExample(draw("disc", 2), "disc");
  await told.addExample(draw("square", 2), "square");
  told.setText("disc", text);
  expect(told.classes[0]?.hasText === true, "a class with a text");
  expect((await told.predict(draw("disc", 3))).scores.length === 2, "an answer");
  told.dispose();
}

/** Names are read by a text side that has to be downloaded only where that is asked for. */
async function namesAreRead(clip: Encoder, silent: Classifier): Promise<void> {
  silent.addClass("disc");
  const asking = await Classifier.create({ encoder: clip, text: true });
  const understood = new Promise<void>((done) => {
    asking.subscribe(() => asking.classes[0]?.hasText && done());
  });
  asking.addClass("disc");
  await understood;
  // Its name would have been asked for first.
  expect(silent.classes[0]?.hasText === false, "no text without being asked");
  silent.dispose();
  asking.dispose();
}

function cosine(a: Float32Array, b: Float32Array): number {
  const dot = (x: Float32Array, y: Float32Array): number =>
    x.reduce((sum, value, i) => sum + value * (y[i] ?? 0), 0);
  return dot(a, b) / Math.sqrt(dot(a, a) * dot(b, b));
}
