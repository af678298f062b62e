// A set outlives its encoder: it is taught anew with another one from its pictures, and all that a person said of it stays.
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { drawPixels } from "../../tests/images/photo.mjs";
import { Classifier, Encoder, HandfulError, inspect, presetOf } from "../dist/node.js";
import { writeSetFile } from "../dist/store/node.js";

const SMALL = new URL("../../tests/data/models/", import.meta.url);
const shipped = await Encoder.load();
/** A network of random weights, with streams of its own and no text side. */
const other = await Encoder.load({ manifest: new URL("vit_half.json", SMALL) });
after(() => {
  shipped.dispose();
  other.dispose();
});

/** The pictures of all photos by id, and a set that has all that a set can have. */
async function taught(t, encoder = other) {
  const set = await Classifier.create({ encoder, text: false });
  t.after(() => set.dispose());
  const pictures = new Map();
  const keep = (id, picture) => pictures.set(id, picture) && id;
  set.addClass("mug");
  for (const thing of ["tomato", "leaf", "banana"])
    for (const seed of [1, 2, 3]) {
      const picture = drawPixels(thing, seed);
      keep(await set.addExample(picture, thing), picture);
    }
  keep(await set.addNegative(drawPixels("bread", 1)), drawPixels("bread", 1));
  const pile = [drawPixels("mug", 1), drawPixels("mug", 2)];
  for (const { index, id } of await set.addUnlabelled(pile)) keep(id, pile[index]);
  // Ids with gaps, classes in another order than that of their photos, and one that takes no part.
  set.removeExample(1);
  set.moveExample(4, "tomato");
  set.renameClass("banana", "Banane 🍌");
  set.setEnabled("mug", false);
  set.head = { name: "knn", k: 3 };
  set.strictness = 0.2;
  return { set, pictures };
}

/** What a person said of a set. */
const said = (set) => ({
  classes: set.classes.map(({ label, count, enabled }) => ({ label, count, enabled })),
  examples: set.examples,
  negatives: set.negatives,
  unlabelled: set.unlabelled,
  head: set.head,
  strictness: set.strictness,
});
/** Resolves when the label of a class is understood. */
const hasText = (set, label) =>
  new Promise((resolve) => {
    const look = () => set.classes.some((one) => one.label === label && one.hasText) && resolve();
    set.subscribe(look);
    look();
  });
const refusal = (code, words = /./) => ({ name: "HandfulError", code, message: words });

test("all that a person said stays, and the features are those of the other encoder", async (t) => {
  const { set, pictures } = await taught(t);
  const before = set.save();
  const progress = [];
  const { classifier, lost } = await Classifier.reencode(before, {
    encoder: shipped,
    picture: async (id) => pictures.get(id),
    onProgress: ({ stage, done, total }) => progress.push(`${stage} ${done}/${total}`),
  });
  t.after(() => classifier.dispose());
  assert.deepEqual(lost, []);
  assert.deepEqual(said(classifier), said(set));
  assert.deepEqual(classifier.streams, shipped.streams);
  assert.equal(classifier.encoderId, shipped.id);
  assert.equal(classifier.canUndo, false);
  assert.deepEqual([progress[0], progress.at(-1)], ["encode 0/11", "encode 11/11"]);
  assert.deepEqual(Buffer.from(set.save()), Buffer.from(before), "the old set is as it was");

  for (const { id, label } of set.examples) {
    const { features } = await shipped.encode(pictures.get(id));
    const [found] = classifier.nearestFeatures(features, 1);
    assert.deepEqual([found.id, found.label], [id, label]);
    assert.ok(found.similarity > 1 - 1e-6);
  }
  assert.equal((await classifier.predict(drawPixels("leaf", 9))).label, "leaf");
  // An id is given once: the next photo gets one that no photo of the old set had.
  const id = await classifier.addExample(drawPixels("leaf", 8), "leaf");
  assert.equal(id, Math.max(...pictures.keys()) + 1);
});

test("there and back again gives the set that was", async (t) => {
  const { set, pictures } = await taught(t);
  const picture = (id) => pictures.get(id);
  const there = await Classifier.reencode(set.save(), { encoder: shipped, picture, text: false });
  const back = await Classifier.reencode(there.classifier.save(), { encoder: other, picture });
  assert.deepEqual(Buffer.from(back.classifier.save()), Buffer.from(set.save()));
  for (const { classifier } of [there, back]) classifier.dispose();
});

test("labels are read anew by the other encoder, but for those that are to have no text", async (t) => {
  const { set, pictures } = await taught(t);
  const picture = (id) => pictures.get(id);
  const there = await Classifier.reencode(set.save(), { encoder: shipped, picture });
  t.after(() => there.classifier.dispose());
  await hasText(there.classifier, "tomato");
  there.classifier.setText("leaf", undefined);
  const row = new Float32Array(shipped.streams[0].dim).fill(1);
  there.classifier.setText("mug", row);
  const again = await Classifier.reencode(there.classifier.save(), {
    encoder: shipped,
    picture,
    text: false,
  });
  t.after(() => again.classifier.dispose());
  assert.deepEqual(
    again.classifier.classes.map(({ hasText }) => hasText),
    [false, false, false, false],
  );
  // The text that somebody gave is a row of numbers that nothing can be made of again.
  assert.deepEqual(
    again.lost.map(({ id, label, reason }) => [id, label, reason.code]),
    [[undefined, "mug", "other-encoder"]],
  );
  again.classifier.readLabels((label) => shipped.encodeText(label));
  await hasText(again.classifier, "tomato");
  assert.equal(again.classifier.classes[2].hasText, false, "leaf is to have none");
});

test("what cannot be taught anew is named, and the rest is taught", async (t) => {
  const { set, pictures } = await taught(t);
  set.head = "uer";
  set.observeFeatures((await other.encode(drawPixels("leaf", 1))).features, "leaf");
  const [negative] = set.negatives;
  const spoilt = new Map(pictures)
    .set(0, null)
    .set(2, new Blob(["no picture"]))
    .set(3, { data: new Uint8Array(3), width: 1, height: 1 })
    .set(negative, undefined);
  const { classifier, lost } = await Classifier.reencode(set.save(), {
    encoder: shipped,
    picture: (id) => {
      if (id === 5) throw new Error("the server is down");
      return spoilt.get(id);
    },
  });
  t.after(() => classifier.dispose());
  assert.deepEqual(
    lost.map(({ id, label, reason }) => [id, label, reason.code]).sort(),
    [
      [0, "tomato", "no-picture"],
      [2, "tomato", "not-an-image"],
      [3, "leaf", "image-bytes"],
      [5, "leaf", "no-picture"],
      [negative, undefined, "no-picture"],
      [undefined, undefined, "other-encoder"],
    ].sort(),
  );
  assert.ok(lost.every(({ reason }) => reason instanceof HandfulError));
  assert.match(lost.find(({ id }) => id === 5).reason.message, /server is down/);
  const gone = new Set(lost.map(({ id }) => id));
  assert.deepEqual(
    classifier.examples,
    set.examples.filter(({ id }) => !gone.has(id)),
  );
  assert.deepEqual([classifier.negatives, classifier.unlabelled], [[], set.unlabelled]);
  assert.deepEqual(
    classifier.classes.map(({ label }) => label),
    set.classes.map(({ label }) => label),
  );
  assert.equal(classifier.observed, 0);
});

test("pictures in the file are taken where the caller has none", async (t) => {
  // Node decodes no files, so what looks at them here counts their bytes.
  const bytesOf = {
    id: "bytes-1",
    streams: [{ name: "aux", dim: 4 }],
    encode: async (image) => {
      if (!(image instanceof Blob)) return { features: Float32Array.of(0, 0, 0, 1) };
      const [a, b, c] = new Uint8Array(await image.arrayBuffer()).slice(-3);
      return { features: Float32Array.of(a, b, c, 0) };
    },
  };
  const { set } = await taught(t);
  const picture = (id) => {
    const bytes = new Uint8Array(40);
    bytes.set([0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 9, 0, 9]);
    bytes.set([id, 1, 1], 37);
    return bytes;
  };
  const ids = set.examples.map(({ id }) => id).slice(1);
  const pictures = new Map(ids.map((id) => [id, picture(id)]));
  const file = writeSetFile({ bytes: set.save(), name: "Things", pictures });
  const bytes = new Uint8Array(await file.arrayBuffer());
  assert.equal(inspect(bytes).pictures, ids.length);
  const { classifier, lost } = await Classifier.reencode(bytes, {
    encoder: bytesOf,
    picture: (id) => (id === ids[0] ? drawPixels("leaf", 1) : null),
  });
  t.after(() => classifier.dispose());
  const without = [set.examples[0].id, ...set.negatives, ...set.unlabelled];
  assert.deepEqual(
    lost.map(({ id, reason }) => [id, reason.code]),
    without.map((id) => [id, "no-picture"]),
  );
  const [own] = classifier.nearestFeatures(Float32Array.of(0, 0, 0, 1), 1);
  assert.deepEqual([own.id, own.similarity], [ids[0], 1]);
  const [kept] = classifier.nearestFeatures(Float32Array.of(ids[3], 1, 1, 0), 1);
  assert.equal(kept.id, ids[3]);
});

test("an abort leaves nothing behind", async (t) => {
  const { set, pictures } = await taught(t);
  const bytes = set.save();
  for (const moment of ["before", "while pictures are fetched", "while photos are looked at"]) {
    const stop = new AbortController();
    const reason = new Error(moment);
    if (moment === "before") stop.abort(reason);
    const reencoding = Classifier.reencode(bytes, {
      encoder: shipped,
      signal: stop.signal,
      picture: (id) => {
        if (moment !== "while pictures are fetched") return pictures.get(id);
        stop.abort(reason);
        return new Promise(() => {});
      },
      onProgress: ({ done }) => done === 3 && stop.abort(reason),
    });
    await assert.rejects(reencoding, reason);
  }
  assert.deepEqual(Buffer.from(set.save()), Buffer.from(bytes));
  assert.ok((await shipped.encode(drawPixels("leaf", 1))).features, "an encoder of the caller's stays");
});

test("`auto` says which encoder it did not find, where, and what to do", async () => {
  const streams = [
    { name: "clip", dim: 512 },
    { name: "aux", dim: 512 },
  ];
  const encode = () => Promise.reject(new Error("not asked"));
  const lite2 = { id: "handful-lite2@0123456789abcdef", streams, encode };
  const set = await Classifier.create({ encoder: lite2 });
  const bytes = set.save();
  set.dispose();
  await assert.rejects(
    Classifier.load(bytes, { encoder: "auto" }),
    refusal(
      "network",
      /“handful-lite2”.*beside its manifest.*`preset\(name, \{ base \}\)`.*models\/handful-lite2\.onnx/,
    ),
  );
});

test("`auto` finds the encoder that made a set", async (t) => {
  const { set } = await taught(t, shipped);
  const bytes = set.save();
  const found = await Classifier.load(bytes, { encoder: "auto", text: false });
  t.after(() => found.dispose());
  assert.equal(found.encoder.id, shipped.id);
  assert.deepEqual(Buffer.from(found.save()), Buffer.from(bytes));
  const fresh = await Classifier.create({ encoder: "auto" });
  t.after(() => fresh.dispose());
  assert.equal(fresh.encoder.id, shipped.id, "of a new set, that of the package");
  assert.equal(presetOf(inspect(bytes)), undefined);
  assert.equal(presetOf({ encoderId: "mobileclip-s1@0123456789ab" }), "mobileclip-s1");
  assert.equal(presetOf({ encoderId: "mobileclip-s1-mine@0123456789ab" }), undefined);

  const { set: unknown } = await taught(t, other);
  await assert.rejects(
    Classifier.load(unknown.save(), { encoder: "auto" }),
    refusal("other-encoder", /made with “vit_half@.*reencode/),
  );
});
