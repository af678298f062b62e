// Files of sets with names and pictures, and a store where nothing can be stored; the rest of it is tried in browsers
// (tests/engines).
import assert from "node:assert/strict";
import { test } from "node:test";
import { Classifier, FeatureClassifier, HandfulError } from "../dist/node.js";
import { readSetFile, Store, writeSetFile } from "../dist/store/node.js";

const STREAMS = [{ name: "aux", dim: 3 }];
const row = (x) => Float32Array.of(1, x, 0.5);

/** The bytes that a JPEG file begins with, up to the size in its frame. */
const picture = (width, height, length = 40) => {
  const bytes = new Uint8Array(length);
  bytes.set([0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, height >> 8, height & 255, width >> 8, width & 255]);
  return bytes;
};

async function taught() {
  const set = await FeatureClassifier.create({ streams: STREAMS, encoderId: "mine@1" });
  const ids = [0, 1, 2].map((x) => set.addFeatures(row(x), x < 2 ? "apple" : "pear"));
  return { set, ids, bytes: set.save() };
}

const code = (expected) => (error) => error instanceof HandfulError && error.code === expected;

/** The file that two parts make, a header and what follows. */
async function withHeader(file, change) {
  const bytes = Buffer.from(await file.arrayBuffer());
  const end = 8 + Number(bytes.readBigUInt64LE());
  const words = Buffer.from(change(bytes.toString("utf8", 8, end)));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(words.length));
  return new Blob([length, words, bytes.subarray(end)]);
}

test("a file holds the set with its name and pictures, and is read by all that read sets", async () => {
  const { set, ids, bytes } = await taught();
  const pictures = new Map([
    [ids[0], picture(160, 160)],
    [ids[2], picture(1024, 1)],
  ]);
  const file = writeSetFile({ bytes, name: "Fruit – 果物", pictures });
  const found = await readSetFile(file);
  assert.equal(found.name, "Fruit – 果物");
  assert.deepEqual(found.pictures, pictures);
  assert.deepEqual(Buffer.from(found.bytes), Buffer.from(bytes));
  assert.equal(found.leftOut, 0);
  const whole = new Uint8Array(await file.arrayBuffer());
  set.removeExample(ids[2]);
  const less = await readSetFile(writeSetFile({ bytes: set.save(), name: "", pictures }));
  assert.deepEqual([[...less.pictures.keys()], less.leftOut], [[ids[0]], 0]);
  set.undo();
  const loaded = await FeatureClassifier.load(whole);
  assert.deepEqual(loaded.examples, set.examples);
  assert.throws(() => writeSetFile({ bytes: whole, name: "", pictures }), code("format"));
});

test("a file that `save` wrote alone has neither name nor pictures", async () => {
  const { bytes } = await taught();
  const { name, pictures, leftOut } = await readSetFile(new Blob([bytes]));
  assert.deepEqual([name, pictures.size, leftOut], ["", 0, 0]);
});

test("a name is cut at a hundred characters, whole ones", async () => {
  const { bytes } = await taught();
  const { name } = await readSetFile(
    writeSetFile({ bytes, name: ` ${"🍎".repeat(101)} `, pictures: new Map() }),
  );
  assert.equal(name, "🍎".repeat(100));
});

test("pictures that cannot be shown or are of no example are left out, and not written", async () => {
  const { ids, bytes } = await taught();
  const [good, id] = [picture(160, 160), ids[1]];
  const file = writeSetFile({ bytes, name: "", pictures: new Map([[id, good]]) });
  for (const other of ["picture.99", `picture.0${id}`, "picture.-1", "picture.x"]) {
    const stranger = await withHeader(file, (header) => header.replace(`picture.${id}`, other));
    const { pictures, leftOut } = await readSetFile(stranger);
    assert.deepEqual([pictures.size, leftOut], [0, 1], other);
  }
  for (const bad of [
    picture(1025, 160),
    picture(160, 0),
    picture(160, 160, 262_145),
    Uint8Array.of(0xff, 0xd8),
    new Uint8Array(40),
    new Uint8Array(0),
    "picture",
  ])
    assert.throws(() => writeSetFile({ bytes, name: "", pictures: new Map([[id, bad]]) }), code("parameter"));
});

test("a file in the first form is read, one that breaks its rules is none", async () => {
  const { ids, bytes } = await taught();
  const first = (pictures, rest = []) => {
    const list = pictures.map(([id, picture]) => [id, picture.length]);
    const words = Buffer.from(JSON.stringify({ name: "Garden", set: bytes.length, pictures: list }));
    const length = Buffer.alloc(4);
    length.writeUInt32LE(words.length);
    return new Blob(["HANDFUL1", length, words, bytes, ...pictures.map(([, picture]) => picture), ...rest]);
  };
  const one = [ids[0], picture(160, 160)];
  const { name, pictures } = await readSetFile(first([one]));
  assert.deepEqual([name, ...pictures], ["Garden", one]);
  for (const bad of [
    first([one, one]),
    first([one], [Buffer.of(0)]),
    first([one]).slice(0, -1),
    new Blob(["HANDFUL1"]),
  ])
    await assert.rejects(readSetFile(bad), code("format"));
});

test("what is no file of a set is refused", async () => {
  const { bytes } = await taught();
  await assert.rejects(readSetFile(new Blob(["words"])), code("format"));
  await assert.rejects(readSetFile(new Blob([bytes.subarray(0, -1)])), code("format"));
  await assert.rejects(readSetFile(bytes), code("parameter"));
  assert.throws(
    () => writeSetFile({ bytes: Uint8Array.of(1), name: "", pictures: new Map() }),
    code("format"),
  );
  assert.throws(() => writeSetFile({ bytes, name: 1, pictures: new Map() }), code("parameter"));
  assert.throws(() => writeSetFile({ bytes, name: "", pictures: {} }), code("parameter"));
});

test("where nothing can be stored a set works all the same, and says so", async () => {
  const store = new Store();
  await assert.rejects(store.list(), code("storage"));
  await assert.rejects(store.create({ name: "Fruit" }), code("storage"));
  const named = await store.openOrCreate("Fruit", FeatureClassifier, { streams: STREAMS });
  assert.deepEqual([named.name, named.state.reason], ["Fruit", "blocked"]);
  named.dispose();
  const set = await store.open("mine", FeatureClassifier, { streams: STREAMS });
  assert.deepEqual([set.state.kind, set.state.reason], ["failed", "blocked"]);
  assert.ok(await set.saved(), "nothing was changed");
  const id = set.classifier.addFeatures(row(1), "apple");
  assert.equal(await set.saved(), false);
  set.setPicture(id, picture(160, 160));
  assert.throws(() => set.setPicture(id, picture(160, 160)), code("parameter"));
  assert.throws(() => set.setPicture(99, picture(160, 160)), code("unknown-example"));
  const { bytes } = await taught();
  assert.throws(() => set.merge({ bytes, pictures: new Map([[0, "none"]]) }), code("parameter"));
  assert.equal(set.classifier.examples.length, 1);
  set.dispose();
  set.dispose();
  assert.throws(() => set.classifier.examples, code("disposed"));
});

test("a file is added to a set with its pictures", async () => {
  const { ids, bytes } = await taught();
  const set = await new Store().open("mine", FeatureClassifier, { streams: STREAMS, encoderId: "mine@1" });
  set.classifier.addFeatures(row(0), "apple");
  const added = set.merge({ bytes, pictures: new Map(ids.map((id) => [id, picture(160, 100 + id)])) });
  assert.deepEqual([...added.keys()], ids.slice(1));
  const heights = [...set.pictures].map(([id, bytes]) => [id, bytes[8]]);
  assert.deepEqual(
    heights,
    [...added].map(([there, here]) => [here, 100 + there]),
  );
  set.dispose();
});

test("negatives and unlabelled photos have pictures like examples, kept in files and merged", async () => {
  const open = (id) => new Store().open(id, FeatureClassifier, { streams: STREAMS, encoderId: "mine@1" });
  const set = await open("mine");
  const example = set.classifier.addFeatures(row(0), "apple");
  const negative = set.classifier.addNegativeFeatures(row(1));
  const unlabelled = set.classifier.addUnlabelledFeatures(row(2));
  for (const id of [example, negative, unlabelled]) set.setPicture(id, picture(160, 100 + id));
  assert.throws(() => set.setPicture(negative, picture(160, 160)), code("parameter"));
  set.classifier.removeNegative(negative);
  assert.throws(() => set.setPicture(negative, picture(160, 160)), code("unknown-example"));
  const without = await readSetFile(
    writeSetFile({ name: "", bytes: set.classifier.save(), pictures: set.pictures }),
  );
  assert.deepEqual([[...without.pictures.keys()], without.leftOut], [[example, unlabelled], 0]);
  set.classifier.undo();
  const file = writeSetFile({ name: "", bytes: set.classifier.save(), pictures: set.pictures });
  const found = await readSetFile(file);
  assert.deepEqual([found.pictures, found.leftOut], [set.pictures, 0]);
  const other = await open("other");
  other.classifier.addNegativeFeatures(row(3));
  const added = other.merge(found);
  assert.deepEqual(
    [...other.pictures].map(([id, bytes]) => [id, bytes[8]]),
    [...added].map(([there, here]) => [here, 100 + there]),
  );
  set.dispose();
  other.dispose();
});

test("what the making of a classifier throws is passed on", async () => {
  const store = new Store();
  const streams = { encoder: null };
  await assert.rejects(store.open("mine", Classifier, streams), code("parameter"));
  await assert.rejects(store.open("mine", null), code("parameter"));
  await assert.rejects(store.open(1, FeatureClassifier, { streams: STREAMS }), code("parameter"));
  await assert.rejects(
    store.open("mine", FeatureClassifier, { streams: STREAMS, onWait: 1 }),
    code("parameter"),
  );
  const reason = new Error("enough");
  const signal = AbortSignal.abort(reason);
  await assert.rejects(store.open("mine", FeatureClassifier, { streams: STREAMS, signal }), reason);
  assert.throws(() => new Store({ name: 1 }), code("parameter"));
});
