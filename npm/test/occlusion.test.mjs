// Where an answer comes from: by the encoder of the package, and by one of one's own.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { drawPixels } from "../../tests/images/photo.mjs";
import { Classifier, Encoder, FeatureClassifier, HandfulError, occlusionSensitivity } from "../dist/node.js";

const encoder = await Encoder.load();
after(() => encoder.dispose());

const refusal = (code) => (error) =>
  error instanceof HandfulError && error.code === code && error.message !== "";
const largest = ({ drop }) => drop.indexOf(Math.max(...drop));

/** A picture of bread, with a small tomato at a place or without. */
function picture(seed, tomato, { width, height } = { width: 224, height: 224 }) {
  const image = drawPixels("bread", seed, { width, height });
  if (!tomato) return image;
  const small = drawPixels("tomato", seed, { width: 80, height: 80 });
  for (let y = 0; y < small.height; y += 1) {
    const row = small.data.subarray(4 * small.width * y, 4 * small.width * (y + 1));
    image.data.set(row, 4 * (width * (tomato.top + y) + tomato.left));
  }
  return image;
}

const CORNERS = {
  "top left": { left: 0, top: 0 },
  "top right": { left: 144, top: 0 },
  "bottom left": { left: 0, top: 144 },
  "bottom right": { left: 144, top: 144 },
};

async function taughtByCorner(t) {
  const classifier = await Classifier.create({ encoder, text: false });
  t.after(() => classifier.dispose());
  const corners = Object.values(CORNERS);
  for (const seed of [1, 2, 3, 4]) {
    await classifier.addExample(picture(seed, corners[seed % 4]), "with tomato");
    await classifier.addExample(picture(seed + 20), "without");
  }
  return classifier;
}

test("what decides an answer is where the map has its largest cell", async (t) => {
  const classifier = await taughtByCorner(t);
  for (const [name, corner] of Object.entries(CORNERS)) {
    const asked = picture(40, corner);
    assert.equal((await classifier.predict(asked)).label, "with tomato", name);
    const map = await occlusionSensitivity(classifier, asked, { grid: 4 });
    assert.deepEqual([map.label, map.rows, map.columns, map.drop.length], ["with tomato", 4, 4, 16]);
    const [row, column] = [Math.floor(largest(map) / 4), largest(map) % 4];
    const found = `${row < 2 ? "top" : "bottom"} ${column < 2 ? "left" : "right"}`;
    assert.equal(found, name, `row ${row}, column ${column}`);
  }
});

test("what the encoder cuts off is worth nothing, and the set stays as it was", async (t) => {
  const classifier = await taughtByCorner(t);
  const before = classifier.save();
  const { rows, columns, drop } = await occlusionSensitivity(
    classifier,
    picture(41, { left: 200, top: 100 }, { width: 448, height: 224 }),
  );
  assert.deepEqual([rows, columns], [4, 8]);
  for (let cell = 0; cell < drop.length; cell += 1) {
    // The patch on the outermost cells ends before the middle square.
    if (cell % columns === 0 || cell % columns === columns - 1) assert.equal(drop[cell], 0, `cell ${cell}`);
  }
  assert.ok(drop.some((worth) => worth !== 0));
  assert.deepEqual(classifier.save(), before);
});

/** Sees how red and how blue the quarter at the top left is. */
const quarter = {
  id: "quarter-1",
  streams: [{ name: "aux", dim: 3, plain: true }],
  async encode({ data, width, height }) {
    const features = Float32Array.of(0, 0, 1);
    for (let y = 0; y < height / 2; y += 1)
      for (let x = 0; x < width / 2; x += 1) {
        features[0] += (400 * data[4 * (width * y + x)]) / 255 / width / height;
        features[1] += (400 * data[4 * (width * y + x) + 2]) / 255 / width / height;
      }
    return { features };
  },
};

/** Green, but for the quarter at the top left. */
function flag(red, blue, { width, height } = { width: 40, height: 40 }) {
  const data = new Uint8ClampedArray(4 * width * height);
  for (let y = 0; y < height; y += 1)
    for (let x = 0; x < width; x += 1)
      data.set(x < width / 2 && y < height / 2 ? [red, 0, blue, 255] : [0, 200, 0, 255], 4 * (width * y + x));
  return { data, width, height };
}

async function taughtByFlags(t, own = quarter) {
  const classifier = await Classifier.create({ encoder: own });
  t.after(() => classifier.dispose());
  for (const shade of [150, 170, 190, 210, 230, 250]) {
    await classifier.addExample(flag(shade, 20), "red");
    await classifier.addExample(flag(20, shade), "blue");
  }
  return classifier;
}

test("an encoder of one's own gives a map, in log-odds of the class", async (t) => {
  const classifier = await taughtByFlags(t);
  const image = flag(180, 30, { width: 80, height: 40 });
  const pixels = image.data.slice();
  const map = await occlusionSensitivity(classifier, image, { grid: 4 });
  assert.deepEqual(image.data, pixels);
  assert.deepEqual([map.label, map.rows, map.columns, map.drop.length], ["red", 2, 4, 8]);
  assert.ok(map.drop.every(Number.isFinite));
  assert.ok(map.drop[0] > 0 && [0, 1].includes(largest(map)), map.drop.join());
  // At the right, and so far to the right that no patch reaches the quarter.
  for (const cell of [3, 7]) assert.equal(map.drop[cell], 0);
  // Of two classes the one is what the other is not.
  const other = await occlusionSensitivity(classifier, image, { grid: 4, label: "blue" });
  assert.equal(other.label, "blue");
  for (const [cell, worth] of other.drop.entries()) assert.ok(Math.abs(worth + map.drop[cell]) < 1e-3);
  // The set alone, with the encoder beside it.
  const set = await FeatureClassifier.load(classifier.save());
  assert.deepEqual(await occlusionSensitivity(set, image, { grid: 4, encoder: quarter }), map);
});

test("progress is told of the image as it is and of each cell", async (t) => {
  const told = [];
  const onProgress = (progress) => told.push(progress);
  await occlusionSensitivity(await taughtByFlags(t), flag(180, 30), { grid: 2, onProgress });
  assert.deepEqual(
    told,
    [0, 1, 2, 3, 4, 5].map((done) => ({ stage: "encode", done, total: 5 })),
  );
});

test("an abort ends it with its reason, before it begins and in its midst", async (t) => {
  const classifier = await taughtByFlags(t);
  const before = classifier.save();
  const reason = new Error("enough");
  const gone = occlusionSensitivity(classifier, flag(180, 30), { signal: AbortSignal.abort(reason) });
  await assert.rejects(gone, (error) => error === reason);
  const stop = new AbortController();
  let most = 0;
  const onProgress = ({ done }) => {
    most = done;
    if (done === 3) stop.abort(reason);
  };
  const stopped = occlusionSensitivity(classifier, flag(180, 30), { signal: stop.signal, onProgress });
  await assert.rejects(stopped, (error) => error === reason);
  assert.equal(most, 3);
  assert.deepEqual(classifier.save(), before);
});

test("what cannot be asked is refused with its code", async (t) => {
  const classifier = await taughtByFlags(t);
  classifier.addClass("green");
  const image = flag(180, 30);
  const ask = (options, of = classifier) => occlusionSensitivity(of, image, { grid: 2, ...options });
  await assert.rejects(ask({ label: "yellow" }), refusal("unknown-class"));
  // Nothing is known of it.
  await assert.rejects(ask({ label: "green" }), refusal("unknown-class"));
  await assert.rejects(ask({ encoder: { ...quarter, id: "quarter-2" } }), refusal("other-encoder"));
  const set = await FeatureClassifier.load(classifier.save());
  await assert.rejects(ask({}, set), refusal("no-encoder"));
  await assert.rejects(
    ask({}, await Classifier.create({ encoder: quarter })),
    refusal("not-enough-examples"),
  );
  for (const grid of [0, 33, 2.5]) await assert.rejects(ask({ grid }), refusal("parameter"));
  let asked = 0;
  const failing = await taughtByFlags(t, {
    ...quarter,
    encode: (seen) => (++asked > 14 ? Promise.reject(new Error("tired")) : quarter.encode(seen)),
  });
  await assert.rejects(ask({}, failing), refusal("model"));
});
