// Many images in several workers, in Node: threads, with pixels in place of files.
import assert from "node:assert/strict";
import { test } from "node:test";
import { drawPixels } from "../../tests/images/photo.mjs";
import { Encoder } from "../dist/node.js";
import { openThread } from "../dist/node-worker.js";

const MANIFEST = new URL("../../tests/data/models/conv_opset13.json", import.meta.url);
const THINGS = ["mug", "leaf", "bread", "tomato"];
const IMAGES = Array.from({ length: 48 }, (_, i) => drawPixels(THINGS[i % 4], Math.floor(i / 4)));

/** An encoder whose workers tell what they were sent, and whether they have ended. */
async function watched(t, workers) {
  const opened = [];
  const worker = () => {
    const thread = openThread();
    const watched = { thread, sent: [], ended: false };
    opened.push(watched);
    const { postMessage, terminate } = thread;
    thread.postMessage = (call, transfer) => {
      watched.sent.push(call.kind);
      postMessage.call(thread, call, transfer);
    };
    thread.terminate = () => {
      watched.ended = true;
      terminate.call(thread);
    };
    return thread;
  };
  const encoder = await Encoder.load({ manifest: MANIFEST }, { worker, workers });
  t.after(() => encoder.dispose());
  return { encoder, opened };
}

const all = async (items) => {
  const list = [];
  for await (const item of items) list.push(item);
  return list;
};

/** Has images looked at until so many workers have had some. */
async function employ(encoder, opened, count) {
  const working = () => opened.filter(({ sent, ended }) => !ended && sent.includes("encode")).length;
  do await Promise.all(IMAGES.map((image) => encoder.encode(image)));
  while (working() < count);
}

const rowsOf = (encodings) => encodings.map(({ features }) => [...features]);

test("many images go to several workers, whose features are the same", async (t) => {
  const alone = await watched(t, 1);
  const expected = rowsOf(await all(alone.encoder.encodeMany(IMAGES)));
  assert.equal(alone.opened.length, 1);
  const { encoder, opened } = await watched(t, 3);
  const few = await all(encoder.encodeMany(IMAGES.slice(0, 5)));
  assert.deepEqual(rowsOf(few), expected.slice(0, 5));
  assert.equal(opened.length, 1, "few images are not worth another worker");
  await employ(encoder, opened, 3);
  assert.deepEqual(rowsOf(await Promise.all(IMAGES.map((image) => encoder.encode(image)))), expected);
  assert.deepEqual(rowsOf(await all(encoder.encodeMany(IMAGES))), expected);
  assert.deepEqual(
    opened.map(({ sent }) => sent[0]),
    ["load", "join", "join"],
  );
});

test("workers that have nothing to do end, but for the first", async (t) => {
  const { encoder, opened } = await watched(t, 2);
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { features } = await encoder.encode(IMAGES[0]);
  await employ(encoder, opened, 2);
  t.mock.timers.tick(9_999);
  assert.deepEqual(
    opened.map(({ ended }) => ended),
    [false, false],
  );
  t.mock.timers.tick(1);
  assert.deepEqual(
    opened.map(({ ended }) => ended),
    [false, true],
  );
  assert.deepEqual((await encoder.encode(IMAGES[0])).features, features);
  assert.equal(opened.length, 2);
  await employ(encoder, opened, 2);
  assert.equal(opened.length, 3);
});

test("a crash costs one image, in whichever worker", async (t) => {
  const { encoder, opened } = await watched(t, 2);
  for (const which of [1, 0]) {
    await employ(encoder, opened, 2);
    const { thread } = opened.filter(({ ended }) => !ended)[which];
    const { postMessage } = thread;
    thread.postMessage = (call, transfer) => {
      postMessage.call(thread, call, transfer);
      thread.postMessage = postMessage;
      queueMicrotask(() => thread.onerror({ message: "boom", preventDefault() {} }));
    };
    const results = await Promise.allSettled(IMAGES.map((image) => encoder.encode(image)));
    const failed = results.filter(({ status }) => status === "rejected");
    assert.deepEqual(
      failed.map(({ reason }) => reason.code),
      ["worker"],
    );
  }
});

test("who waits for any of the workers is told the end", async (t) => {
  const { encoder, opened } = await watched(t, 2);
  await employ(encoder, opened, 2);
  const waiting = IMAGES.map((image) => encoder.encode(image));
  encoder.dispose();
  for (const { reason } of await Promise.allSettled(waiting)) assert.equal(reason?.code, "disposed");
  assert.ok(opened.every(({ ended }) => ended));
});

test("where no other worker can be started the first does all", async (t) => {
  const threads = [];
  const worker = () => {
    threads.push(openThread());
    if (threads.length > 1) throw new Error("one is enough");
    return threads[0];
  };
  const encoder = await Encoder.load({ manifest: MANIFEST }, { worker, workers: 4 });
  t.after(() => {
    encoder.dispose();
    for (const thread of threads) thread.terminate();
  });
  const found = await Promise.all(IMAGES.map((image) => encoder.encode(image)));
  assert.equal(found.length, IMAGES.length);
  assert.ok(threads.length <= 4);
  const before = threads.length;
  await Promise.all(IMAGES.map((image) => encoder.encode(image)));
  assert.equal(threads.length, before, "it is not tried again");
});
