// Encoders that are none of the package's take the place of its own, and are not believed before they are looked at.
import assert from "node:assert/strict";
import { test } from "node:test";
import { setTimeout as pause } from "node:timers/promises";
import { drawPixels } from "../../tests/images/photo.mjs";
import { Classifier, Encoder, encodeMany, HandfulError } from "../dist/node.js";

/** How many pixels have each of 64 colours. */
function coloursOf({ data }) {
  const counts = new Float32Array(64);
  for (let i = 0; i < data.length; i += 4)
    counts[(data[i] >> 6) * 16 + (data[i + 1] >> 6) * 4 + (data[i + 2] >> 6)] += 1;
  return counts;
}

const STREAMS = [{ name: "aux", dim: 64 }];
const colours = {
  id: "colours-1",
  streams: STREAMS,
  encode: async (image) => ({ features: coloursOf(image) }),
};
const photos = (thing) => [1, 2, 3].map((seed) => drawPixels(thing, seed));
const refusal = (code) => ({ name: "HandfulError", code });

async function taught(t, encoder = colours) {
  const classifier = await Classifier.create({ encoder });
  t.after(() => classifier.dispose());
  for (const thing of ["tomato", "leaf"]) await classifier.addExamples(photos(thing), thing);
  return classifier;
}

test("a classifier teaches and asks with any encoder", async (t) => {
  const classifier = await taught(t);
  assert.equal(classifier.encoder, colours);
  assert.equal(classifier.encoderId, "colours-1");
  const leaf = drawPixels("leaf", 9);
  const { label, timings } = await classifier.predict(leaf);
  assert.equal(label, "leaf");
  assert.ok(timings.encode > 0 && timings.decode === 0);
  assert.equal((await classifier.nearest(leaf, 1))[0].label, "leaf");
  assert.ok((await classifier.explain(leaf)).length > 0);
  assert.deepEqual(await classifier.suggest([drawPixels("leaf", 1), drawPixels("mug", 1)], 1), [1]);
  const answers = [];
  for await (const { answer } of classifier.predictMany([leaf, drawPixels("tomato", 9)]))
    answers.push(answer.label);
  assert.deepEqual(answers, ["leaf", "tomato"]);
});

test("a set opens with the encoder that made it, and with no other", async (t) => {
  const bytes = (await taught(t)).save();
  (await Classifier.load(bytes, { encoder: colours })).dispose();
  for (const other of [
    { ...colours, id: "colours-2" },
    { ...colours, streams: [{ name: "aux", dim: 63 }] },
    { ...colours, streams: [{ name: "colours", dim: 64 }] },
  ])
    await assert.rejects(Classifier.load(bytes, { encoder: other }), refusal("other-encoder"));
});

test("an encoder that cannot be is refused before it is used", async () => {
  const aux = (dim) => [{ name: "aux", dim }];
  for (const [what, spoilt] of [
    ["no id", { id: "" }],
    ["no streams", { streams: [] }],
    ["a stream of no length", { streams: aux(0) }],
    ["half a number", { streams: aux(1.5) }],
    ["more than the core takes", { streams: aux(1e9) }],
    ["a stream twice", { streams: [...aux(2), ...aux(2)] }],
    ["streams in another order", { streams: [...aux(60), { name: "clip", dim: 4 }] }],
    ["a text side without a space for it", { encodeText: async () => ({}) }],
  ])
    await assert.rejects(
      Classifier.create({ encoder: { ...colours, ...spoilt } }),
      refusal("parameter"),
      what,
    );
  const thrower = Object.defineProperty({ ...colours }, "id", {
    get() {
      throw new Error("mine");
    },
  });
  await assert.rejects(Classifier.create({ encoder: thrower }), refusal("parameter"));
  const hidden = Object.defineProperty({ ...colours }, "encode", {
    get() {
      throw new Error("mine");
    },
  });
  await assert.rejects(Classifier.create({ encoder: hidden }), refusal("parameter"));
});

test("what goes wrong in an encoder is typed, and the set stays as it was", async (t) => {
  let next;
  const classifier = await taught(t, { ...colours, encode: (image) => next?.() ?? colours.encode(image) });
  const before = classifier.save();
  const image = drawPixels("leaf", 9);
  const rowOf = (features) => () => Promise.resolve({ features });
  const ours = new HandfulError("image-empty", "nothing to see");
  const cases = [
    ["shape", rowOf(new Float32Array(63).fill(1))],
    ["shape", rowOf(new Float32Array(0))],
    ["not-finite", rowOf(new Float32Array(64).fill(Number.NaN))],
    ["not-finite", rowOf(new Float32Array(64).fill(Number.NEGATIVE_INFINITY))],
    ["zero-feature", rowOf(new Float32Array(64))],
    ["parameter", rowOf(new Float64Array(64).fill(1))],
    ["parameter", rowOf(Array(64).fill(1))],
    ["parameter", rowOf({ length: 64, [Symbol.toStringTag]: "Float32Array" })],
    ["parameter", async () => new Float32Array(64).fill(1)],
    ["parameter", async () => null],
    ["model", async () => Object.defineProperty({}, "features", { get: () => assert.fail("mine") })],
    ["model", () => Promise.reject(new Error("out of memory"))],
    ["model", () => Promise.reject(Object.create(null))],
    [
      "model",
      () => {
        throw "at once";
      },
    ],
    ["image-empty", () => Promise.reject(ours)],
  ];
  for (const [code, act] of cases) {
    next = act;
    await assert.rejects(classifier.addExample(image, "leaf"), refusal(code));
    await assert.rejects(classifier.addExample(image, "new"), refusal(code));
    await assert.rejects(classifier.predict(image), refusal(code));
    for (const { error } of await classifier.addExamples([image, image, image], "leaf"))
      assert.equal(error.code, code);
    assert.deepEqual(classifier.save(), before, code);
  }
  next = () => Promise.reject(ours);
  await assert.rejects(classifier.predict(image), (error) => error === ours);
  const cause = new Error("out of memory");
  next = () => Promise.reject(cause);
  await assert.rejects(
    classifier.predict(image),
    (error) => error.cause === cause && /out of memory/.test(error),
  );
  next = undefined;
  assert.equal((await classifier.predict(image)).label, "leaf");
});

test("what is no image does not get to the encoder", async () => {
  const encoder = { ...colours, encode: () => assert.fail("asked") };
  for (const image of ["photo.jpg", 5, null, undefined, new Map(), {}, [1], new Float32Array(4)]) {
    const { value } = await encodeMany(encoder, [image]).next();
    assert.equal(value.error.code, "not-an-image");
  }
});

test("a batch has two images in work and keeps their order", async (t) => {
  let [working, most] = [0, 0];
  const images = [...photos("tomato"), ...photos("leaf"), ...photos("mug")];
  const encoder = {
    ...colours,
    async encode(image) {
      working += 1;
      most = Math.max(most, working);
      await pause(images.indexOf(image) % 2 ? 1 : 20);
      working -= 1;
      return colours.encode(image);
    },
  };
  const progress = [];
  const rows = [];
  for await (const { index, features } of encodeMany(encoder, images, {
    onProgress: (p) => progress.push(p),
  })) {
    assert.deepEqual(features, coloursOf(images[index]));
    rows.push(index);
  }
  assert.deepEqual(rows, [...images.keys()]);
  assert.deepEqual(
    progress,
    [0, ...rows.map((index) => index + 1)].map((done) => ({ stage: "encode", done, total: images.length })),
  );
  assert.equal(most, 2);
  const classifier = await Classifier.create({ encoder });
  t.after(() => classifier.dispose());
  const added = await classifier.addExamples(images.slice(0, 5), "things");
  assert.deepEqual(
    added.map(({ index, id }) => [index, id]),
    [0, 1, 2, 3, 4].map((i) => [i, i]),
  );
  assert.equal(most, 2);
});

test("photos that are added come with their pictures where these are asked for", async (t) => {
  const sides = [];
  const encoder = {
    ...colours,
    async encode(image, { thumbnail }) {
      sides.push(thumbnail);
      const { features } = await colours.encode(image);
      return thumbnail === 9 ? { features } : { features, thumbnail: Uint8Array.of(thumbnail ?? 0) };
    },
  };
  const classifier = await Classifier.create({ encoder });
  t.after(() => classifier.dispose());
  const [first, , last] = await classifier.addExamples(photos("leaf"), "leaf", { thumbnail: 64 });
  assert.deepEqual([first.id, first.thumbnail, last.thumbnail], [0, Uint8Array.of(64), Uint8Array.of(64)]);
  const [pile] = await classifier.addUnlabelled(photos("mug"), { thumbnail: 32 });
  assert.deepEqual([pile.id, pile.thumbnail], [3, Uint8Array.of(32)]);
  assert.deepEqual(sides, [64, 64, 64, 32, 32, 32]);
  await classifier.addExamples(photos("leaf"), "leaf");
  assert.equal(sides.at(-1), undefined);
  // Node has nothing to draw one with.
  for (const { error } of await classifier.addExamples(photos("leaf"), "leaf", { thumbnail: 9 }))
    assert.equal(error.code, "worker");
  assert.equal(classifier.examples.length, 6);
});

test("nobody waits after an abort for an encoder that does not listen", async (t) => {
  const classifier = await taught(t);
  const never = { ...colours, encode: () => new Promise(() => {}) };
  const stuck = await Classifier.create({ encoder: never });
  t.after(() => stuck.dispose());
  const signals = [];
  const listening = {
    ...colours,
    encode(image, { signal }) {
      signals.push(signal);
      return never.encode(image);
    },
  };
  for (const work of [
    (signal) => stuck.predict(drawPixels("leaf", 1), { signal }),
    (signal) => stuck.addExamples(photos("leaf"), "leaf", { signal }),
    (signal) => encodeMany(listening, photos("leaf"), { signal }).next(),
  ]) {
    const controller = new AbortController();
    const answer = work(controller.signal);
    controller.abort("enough");
    await assert.rejects(answer, (reason) => reason === "enough");
  }
  assert.equal(stuck.examples.length, 0);
  assert.deepEqual(
    signals.map(({ aborted }) => aborted),
    [true, true],
  );
  const controller = new AbortController();
  const onProgress = ({ done }) => done === 2 && controller.abort("half");
  const { length } = classifier.examples;
  const half = classifier.addExamples(photos("mug"), "mug", { signal: controller.signal, onProgress });
  await assert.rejects(half, (reason) => reason === "half");
  assert.equal(classifier.examples.length, length + 2);
});

test("an encoder may use the memory of a row again", async () => {
  const memory = new Float32Array(64);
  const encoder = {
    ...colours,
    async encode(image) {
      memory.set(coloursOf(image));
      return { features: memory };
    },
  };
  const images = [drawPixels("leaf", 1), drawPixels("tomato", 1)];
  const rows = [];
  for (const image of images)
    for await (const { features } of encodeMany(encoder, [image])) rows.push(features);
  assert.deepEqual(rows, images.map(coloursOf));
});

test("an encoder stays its caller's, whose object it is called on", async () => {
  class Counting {
    id = "counting";
    streams = STREAMS;
    asked = 0;
    ended = 0;
    async encode(image, { detail }) {
      this.asked += 1;
      this.detail = detail;
      return colours.encode(image);
    }
    dispose() {
      this.ended += 1;
    }
  }
  const encoder = new Counting();
  const classifier = await Classifier.create({ encoder });
  await classifier.addExample(drawPixels("leaf", 1), "leaf", { detail: "live" });
  classifier.dispose();
  await assert.rejects(Classifier.load(Uint8Array.of(1), { encoder }), refusal("format"));
  assert.deepEqual([encoder.asked, encoder.detail, encoder.ended], [1, "live", 0]);
});

test("labels are read by an encoder with a text side", async (t) => {
  const read = [];
  const encoder = {
    id: "reader",
    streams: [{ name: "clip", dim: 64 }],
    encode: colours.encode,
    async encodeText(name) {
      read.push(name);
      if (name === "leaf") return { features: coloursOf(drawPixels("leaf", 1)), confidence: 1 };
      return { features: new Float32Array(64).fill(1), confidence: 0.1 };
    },
  };
  const labelled = async (more, options) => {
    const classifier = await Classifier.create({ encoder: { ...encoder, ...more }, ...options });
    t.after(() => classifier.dispose());
    read.length = 0;
    for (const label of ["leaf", "Kevin's mug"]) classifier.addClass(label);
    await pause(5);
    return [[...read], classifier.classes.map(({ hasText }) => hasText)];
  };
  const both = ["leaf", "Kevin's mug"];
  assert.deepEqual(await labelled({}, {}), [both, [true, false]]);
  assert.deepEqual(await labelled({ textReady: false }, {}), [[], [false, false]]);
  assert.deepEqual(await labelled({ textReady: false }, { text: true }), [both, [true, false]]);
  assert.deepEqual(await labelled({ hasText: false }, { text: true }), [[], [false, false]]);
  assert.deepEqual(await labelled({}, { text: false }), [[], [false, false]]);
});

test("the encoder of the package is one of many", async (t) => {
  const encoder = await Encoder.load();
  t.after(() => encoder.dispose());
  const images = photos("leaf");
  let count = 0;
  for await (const { index, features } of encodeMany(encoder, images)) {
    assert.deepEqual(features, (await encoder.encode(images[index])).features);
    count += 1;
  }
  assert.equal(count, 3);
});
