// What a saved set holds, told without loading it: the same as loading tells, and nothing else is taken for a set.
import assert from "node:assert/strict";
import { test } from "node:test";
import { Encoder, FeatureClassifier, fromEarlierEncoder, HandfulError, inspect } from "../dist/node.js";

const STREAMS = [
  { name: "clip", dim: 3, scale: 20 },
  { name: "aux", dim: 2, temperature: 1.5, weight: 0.5, plain: true },
];
const row = (x, y) => Float32Array.of(x, y, 1, y, x);

async function taught() {
  const set = await FeatureClassifier.create({ streams: STREAMS, encoderId: "mine@1" });
  for (let i = 0; i < 5; i += 1) set.addFeatures(row(1, i), "apple");
  set.addFeatures(row(0, 1), "pear", { views: [row(0, 2), row(0, 3)] });
  set.addNegativeFeatures(row(3, 1));
  set.addNegativeFeatures(row(1, 3));
  set.addUnlabelledFeatures(row(2, 2));
  set.addClass("<b>Ümläut</b> 梨");
  set.setText("pear", Float32Array.of(0, 0, 1));
  set.setEnabled("apple", false);
  set.head = "uer";
  set.observeFeatures(row(2, 1), "pear");
  set.head = { name: "knn", k: 3 };
  return set;
}

/** A file with another header, made by a change of the parts of this one. */
function withHeader(bytes, change) {
  const buffer = Buffer.from(bytes);
  const end = 8 + Number(buffer.readBigUInt64LE());
  const header = JSON.parse(buffer.toString("utf8", 8, end));
  const meta = JSON.parse(header.__metadata__.handful);
  const data = change(header, meta, buffer.subarray(end)) ?? buffer.subarray(end);
  if (header.__metadata__?.handful !== undefined) header.__metadata__.handful = JSON.stringify(meta);
  const words = Buffer.from(JSON.stringify(header));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(words.length));
  return new Uint8Array(Buffer.concat([length, words, data]));
}

const summaryOf = ({ encoderId, streams, classes, examples, negatives, unlabelled, observed, head }) => ({
  encoderId,
  streams,
  classes,
  examples: examples.length,
  head: typeof head === "string" ? head : head.name,
  negatives: negatives.length,
  unlabelled: unlabelled.length,
  observed,
  pictures: 0,
});

test("it tells what loading the set tells", async () => {
  const empty = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 2 }] });
  for (const set of [empty, await taught()]) {
    const bytes = set.save();
    const told = inspect(bytes);
    assert.deepEqual(told, summaryOf(await FeatureClassifier.load(bytes)));
    // Bytes within others, at a place where no number can begin.
    const shifted = new Uint8Array(bytes.length + 3);
    shifted.set(bytes, 3);
    assert.deepEqual(inspect(shifted.subarray(3)), told);
  }
});

test("pictures beside the set are counted", async () => {
  const file = withHeader((await taught()).save(), (header, _, data) => {
    for (const id of [0, 3])
      header[`picture.${id}`] = {
        dtype: "U8",
        shape: [2],
        data_offsets: [data.length + id, data.length + id + (id ? 2 : 3)],
      };
    header["picture.0"].shape = [3];
    return Buffer.concat([data, Buffer.alloc(5)]);
  });
  assert.equal(inspect(file).pictures, 2);
});

test("an encoder says whether it fits, and the package whether it was an earlier one of its own", async () => {
  const encoder = await Encoder.load();
  try {
    const { streams, id } = encoder;
    const save = async (encoderId) => (await FeatureClassifier.create({ streams, encoderId })).save();
    assert.equal(encoder.fits(inspect(await save(id))), true);
    assert.equal(encoder.fits(inspect(await save("other@1"))), false);
    assert.equal(encoder.fits(inspect((await taught()).save())), false);
    assert.equal(fromEarlierEncoder(inspect(await save("handful-tiny@0"))), true);
    assert.equal(fromEarlierEncoder(inspect(await save(id))), false);
  } finally {
    encoder.dispose();
  }
});

const refused = { name: "HandfulError", code: "format" };

test("a set that was cut anywhere, or has more behind it, is none", async () => {
  const bytes = (await taught()).save();
  for (let length = 0; length < bytes.length; length += 1)
    assert.throws(() => inspect(bytes.subarray(0, length)), refused, `${length} bytes`);
  assert.throws(() => inspect(Uint8Array.of(...bytes, 0)), refused);
  assert.throws(() => inspect(new TextEncoder().encode("<!doctype html><html></html>")), refused);
});

test("what is said has to be so", async () => {
  const bytes = (await taught()).save();
  const wrong = {
    "another version": (_, meta) => {
      meta.version = 2;
    },
    "no entry": (header) => {
      header.__metadata__ = { name: "Garden" };
    },
    "no metadata": (header) => void delete header.__metadata__,
    "no streams": (_, meta) => {
      meta.streams = [];
    },
    "a stream without a length": (_, meta) => {
      meta.streams[0].dim = 0;
    },
    "streams longer than the rows": (_, meta) => {
      meta.streams[1].dim = 3;
    },
    "streams of endless length": (_, meta) => {
      meta.streams[1].dim = 1e9;
    },
    "a weight of words": (_, meta) => {
      meta.streams[1].weight = "much";
    },
    "an encoder that is a number": (_, meta) => {
      meta.encoder = 5;
    },
    "classes that are no list": (_, meta) => {
      meta.classes = { length: 3 };
    },
    "a class without a label": (_, meta) => void delete meta.classes[0].label,
    "fewer classes": (_, meta) => void meta.classes.pop(),
    "an unknown head": (_, meta) => {
      meta.head = { oracle: {} };
    },
    "a head that is a text": (_, meta) => {
      meta.head = "knn";
    },
    "negatives of another type": (header) => {
      header.negatives.dtype = "F32";
    },
    "negatives that are no matrix": (header) => {
      header.negative_features.shape = [header.negative_features.shape.flat()];
    },
    "unlabelled photos of another type": (header) => {
      header.unlabelled.dtype = "F32";
    },
    "unlabelled photos without features": (header) => {
      header.others = header.unlabelled_features;
      delete header.unlabelled_features;
    },
    "something observed without a state": (header) => {
      header.others = header.uer;
      delete header.uer;
    },
    "something observed of another type": (header) => {
      header.observed.dtype = "I64";
    },
    "something observed that is no matrix": (header) => {
      header.observed.shape = [header.observed.shape.flat()];
    },
    "something observed of no class": (header, _, data) => {
      data.writeBigUInt64LE(1n << 32n, header.observed.data_offsets[0] + 8);
    },
    "no examples": (header) => void delete header.examples,
    "examples of another type": (header) => {
      header.examples.dtype = "I32";
    },
    "more examples than there are": (header) => {
      header.examples.shape[0] += 1;
    },
    "features that are no matrix": (header) => {
      header.features.shape = [header.features.shape.flat()];
    },
    "tensors that overlap": (header) => {
      header.text.data_offsets[0] -= 4;
    },
    "tensors beyond the file": (header) => {
      header.examples.data_offsets[1] += 12;
    },
    "an example of no class": (header, _, data) => {
      data.writeUInt32LE(99, header.examples.data_offsets[0] + 4);
    },
    "an example with more features": (header, _, data) => {
      data.writeUInt32LE(99, header.examples.data_offsets[0] + 8);
    },
  };
  for (const [what, change] of Object.entries(wrong)) {
    const file = withHeader(bytes, change);
    await assert.rejects(FeatureClassifier.load(file), refused, `loading takes ${what}`);
    assert.throws(() => inspect(file), refused, what);
  }
});

test("of bytes that were changed at random it tells what loading tells, or refuses them by a typed error", async () => {
  const bytes = (await taught()).save();
  let seed = 1;
  const random = (below) => {
    seed = (seed * 48_271) % 0x7fffffff;
    return seed % below;
  };
  let loaded = 0;
  for (let round = 0; round < 3000; round += 1) {
    const changed = bytes.slice();
    for (let i = random(3); i >= 0; i -= 1) changed[random(changed.length)] = random(256);
    let told;
    try {
      told = inspect(changed);
    } catch (error) {
      assert.ok(error instanceof HandfulError && error.code === "format", `round ${round}: ${error.stack}`);
    }
    const set = await FeatureClassifier.load(changed).catch(() => null);
    if (!set) continue;
    loaded += 1;
    assert.deepEqual(told, summaryOf(set), `round ${round}`);
    set.dispose();
  }
  assert.ok(loaded > 20, `${loaded} sets could still be loaded`);
});
