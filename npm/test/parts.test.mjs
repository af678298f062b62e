// Parts of the package that need neither WebAssembly nor a browser.
import assert from "node:assert/strict";
import { getEventListeners } from "node:events";
import { readdir, readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { test } from "node:test";
import { gzipSync } from "node:zlib";
import { encodeBmp } from "../../tests/images/bmp.mjs";
import { mosaic } from "../../tests/images/jpeg.mjs";
import { encodePng } from "../../tests/images/png.mjs";
import { abortable } from "../dist/abort.js";
import { batch } from "../dist/batch.js";
import { IMAGE_OPTIONS } from "../dist/check.js";
import { inspect } from "../dist/container.js";
import { download } from "../dist/download.js";
import { ERROR_CODES, HandfulError, RUST_ERROR_CODES, toHandfulError } from "../dist/errors.js";
import { MAX_SIDE } from "../dist/size.js";
import { HEAD_NAMES } from "../dist/types.js";

test("the error codes are those of Rust, and each is documented", async () => {
  const rust = await readFile(new URL("../../src/error.rs", import.meta.url), "utf8");
  const codes = [...rust.matchAll(/Error::\w+(?: \{ \.\. \}|\(_\))? => "([a-z-]+)"/g)].map(
    (match) => match[1],
  );
  assert.deepEqual([...RUST_ERROR_CODES].sort(), codes.sort());
  assert.equal(new Set(ERROR_CODES).size, ERROR_CODES.length);
  const ours = await readFile(new URL("../src/errors.ts", import.meta.url), "utf8");
  for (const code of ERROR_CODES) assert.match(ours, new RegExp(`^ \\* \\|.*\`${code}\`.*\\|.*\\|$`, "m"));
});

test("the longest side of a picture is that of Rust", async () => {
  const rust = await readFile(new URL("../../encoder/src/preprocess.rs", import.meta.url), "utf8");
  assert.equal(MAX_SIDE, Number(/MAX_SIDE: u32 = ([\d_]+)/.exec(rust)[1].replace("_", "")));
});

test("no module exports the bindings of the other's crate", async () => {
  const [core, encoder] = await Promise.all(
    ["core", "encoder"].map(async (name) => {
      const types = await readFile(new URL(`../dist/wasm/${name}/${name}.d.ts`, import.meta.url), "utf8");
      return [...types.matchAll(/^export class (\w+)/gm)].map((match) => match[1]);
    }),
  );
  assert.ok(core.includes("CoreClassifier") && encoder.includes("OnnxEncoder"));
  assert.deepEqual(
    core.filter((name) => encoder.includes(name)),
    [],
  );
});

test("the names of heads are those of Rust, and each is documented", async () => {
  const folder = new URL("../../src/heads/", import.meta.url);
  const files = (await readdir(folder, { recursive: true })).filter((name) => name.endsWith(".rs"));
  const texts = await Promise.all(files.map((name) => readFile(new URL(name, folder), "utf8")));
  const names = texts.flatMap((rust) => [...rust.matchAll(/^ {4}[A-Z]\w+ "(\w+)" \{/gm)]);
  assert.deepEqual([...HEAD_NAMES].sort(), ["auto", ...names.map((match) => match[1])].sort());
  const ours = await readFile(new URL("../src/types.ts", import.meta.url), "utf8");
  for (const name of HEAD_NAMES.slice(1))
    assert.match(ours, new RegExp(`^ \\* \\| \`${name}\` \\|.*\\|$`, "m"));
});

test("foreign errors keep their code, or are a fault of ours", () => {
  const known = toHandfulError(Object.assign(new Error("text"), { code: "shape" }));
  assert.ok(known instanceof HandfulError);
  assert.deepEqual([known.code, known.message], ["shape", "text"]);
  assert.equal(toHandfulError(known), known);
  for (const unknown of [new Error("x"), Object.assign(new Error("x"), { code: "ENOENT" }), "x", undefined]) {
    assert.equal(toHandfulError(unknown).code, "internal");
    assert.equal(toHandfulError(unknown).cause, unknown);
  }
});

test("abortable rejects at once with the reason, and leaves no listener behind", async () => {
  const controller = new AbortController();
  const listeners = () => getEventListeners(controller.signal, "abort").length;
  assert.equal(await abortable(Promise.resolve(1), controller.signal), 1);
  await assert.rejects(abortable(Promise.reject(new Error("own")), controller.signal), { message: "own" });
  const never = abortable(new Promise(() => {}), controller.signal);
  assert.equal(listeners(), 1);
  controller.abort("reason");
  await assert.rejects(never, (reason) => reason === "reason");
  await assert.rejects(abortable(Promise.resolve(1), controller.signal), (reason) => reason === "reason");
  assert.equal(listeners(), 0);
});

const identity = (encoding) => encoding;
const taking = (encode) => ({ encode, atOnce: 2 });

test("a batch goes on after a bad image and counts as it goes", async () => {
  const progress = [];
  const items = [];
  const act = async (image) => {
    if (image === "bad") throw new HandfulError("not-an-image", "no");
    return { id: image };
  };
  for await (const item of batch(
    [10, "bad", 30],
    { onProgress: (p) => progress.push(p) },
    IMAGE_OPTIONS,
    taking(act),
    identity,
  ))
    items.push(item);
  assert.deepEqual(
    items.map(({ index, id, error }) => [index, id, error?.code]),
    [
      [0, 10, undefined],
      [1, undefined, "not-an-image"],
      [2, 30, undefined],
    ],
  );
  assert.deepEqual(
    progress,
    [0, 1, 2, 3].map((done) => ({ stage: "encode", done, total: 3 })),
  );
});

test("a batch of unknown size takes one image more than it is asked for, and lets go of the rest", async () => {
  let taken = 0;
  let released = false;
  function* endless() {
    try {
      for (;;) yield taken++;
    } finally {
      released = true;
    }
  }
  const totals = new Set();
  for await (const { index } of batch(
    endless(),
    { onProgress: ({ total }) => totals.add(total) },
    IMAGE_OPTIONS,
    taking(async () => ({})),
    identity,
  )) {
    assert.equal(taken, index + 2);
    if (index === 3) break;
  }
  assert.ok(released);
  assert.deepEqual([...totals], [0]);
});

test("of files a batch begins as many at once as the encoder takes, and says how many follow", async () => {
  const file = new Blob(["photo"]);
  const following = [];
  let [working, most] = [0, 0];
  const encoder = {
    atOnce: 4,
    async encode(_, options) {
      following.push(options.following);
      working += 1;
      most = Math.max(most, working);
      await new Promise((resolve) => setTimeout(resolve));
      working -= 1;
      return {};
    },
  };
  for await (const _ of batch(new Array(9).fill(file), {}, IMAGE_OPTIONS, encoder, identity));
  assert.equal(most, 4);
  assert.deepEqual(following, [8, 7, 6, 5, 4, 3, 2, 1, 0]);
  for await (const _ of batch([file, file, file].values(), {}, IMAGE_OPTIONS, encoder, identity));
  assert.deepEqual(following.slice(9), [1, 2, 3]);
});

test("an abort or a disposed encoder ends a batch", async () => {
  const controller = new AbortController();
  const seen = [];
  const empty = taking(async () => ({}));
  await assert.rejects(
    async () => {
      const { signal } = controller;
      const images = [1, 2, 3];
      for await (const { index } of batch(images, { signal }, IMAGE_OPTIONS, empty, identity)) {
        seen.push(index);
        if (index === 1) controller.abort("stop");
      }
    },
    (reason) => reason === "stop",
  );
  assert.deepEqual(seen, [0, 1]);
  const gone = taking(() => Promise.reject(new HandfulError("disposed", "gone")));
  const disposed = batch([1, 2], {}, IMAGE_OPTIONS, gone, identity);
  await assert.rejects(disposed.next(), { code: "disposed" });
});

test("a download reports bytes, and says what went wrong", async (t) => {
  const body = Buffer.alloc(300_000, 7);
  const server = createServer((request, response) => {
    if (request.url === "/file") response.writeHead(200, { "content-length": body.length }).end(body);
    else if (request.url === "/gzip")
      response.writeHead(200, { "content-encoding": "gzip" }).end(gzipSync(body));
    else if (request.url === "/page") response.writeHead(200).end("<!doctype html>");
    else if (request.url === "/broken")
      response.writeHead(200, { "content-length": 10 }).write("x", () => response.destroy());
    else response.writeHead(404).end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  t.after(() => server.close());
  const base = `http://127.0.0.1:${server.address().port}`;

  const steps = [];
  assert.deepEqual(
    Buffer.from(await download(`${base}/file`, { onBytes: (...step) => steps.push(step) })),
    body,
  );
  assert.deepEqual(steps[0], [0, body.length]);
  assert.deepEqual(steps.at(-1), [body.length, body.length]);
  assert.ok(steps.every(([done], i) => i === 0 || done > steps[i - 1][0]));

  const compressed = [];
  assert.deepEqual(
    Buffer.from(await download(`${base}/gzip`, { onBytes: (...step) => compressed.push(step) })),
    body,
  );
  assert.deepEqual(compressed.at(-1), [body.length, 0]);

  for (const path of ["page", "broken", "missing"]) {
    await assert.rejects(download(`${base}/${path}`), { name: "HandfulError", code: "network" }, path);
  }
  await assert.rejects(download("http://127.0.0.1:1/"), { code: "network" });
});

test("a picture file is known to be whole, to lack its end, or to be cut", async () => {
  const picture = { data: new Uint8Array(4 * 40 * 30).fill(90), width: 40, height: 30 };
  const jpeg = mosaic(picture);
  const png = encodePng(
    40,
    30,
    new Uint8Array(3600).map((_, i) => (i * i) % 251),
  );
  const gif = Buffer.from("R0lGODdhBAAEAIEAAP///wAAAAAAAAAAACwAAAAABAAEAAAIDAADABBIEMDAgwQDAgA7", "base64");
  const bmp = encodeBmp(41, 30, new Uint8Array(3 * 41 * 30));
  const riff = Buffer.from("RIFF\x0c\0\0\0WEBPVP8 1234", "latin1");
  const boxes = Buffer.from("\0\0\0\x10ftypavif1234\0\0\0\x0cmdat1234", "latin1");
  const of = async (...bytes) => inspect(new Blob(bytes));
  const behind = Buffer.alloc(200_000, 7);
  for (const [name, whole, end] of [
    ["jpeg", jpeg, 2],
    ["png", png, 12],
    ["gif", gif, 1],
    ["bmp", bmp, 0],
    ["webp", riff, 0],
    ["avif", boxes, 0],
  ]) {
    const { file, padded } = await of(whole);
    assert.deepEqual([file.size, padded], [whole.length, undefined], name);
    for (let lost = 1; lost <= end; lost += 1) {
      const found = await of(whole.subarray(0, whole.length - lost));
      const bytes = Buffer.from(await found.file.arrayBuffer());
      // Before the marker of a JPEG another 0xff may stand.
      if (name !== "jpeg" || lost > 1) assert.deepEqual(bytes, whole, `${name} without ${lost}`);
      assert.equal(Boolean(found.padded), name === "jpeg", name);
    }
    // The blocks of a JPEG are looked at when they are decoded.
    if (name !== "jpeg") {
      assert.equal(await of(whole.subarray(0, whole.length - end - 1)), undefined, name);
      assert.equal(await of(whole.subarray(0, whole.length * 0.7)), undefined, name);
    }
    if (["jpeg", "png", "bmp", "webp"].includes(name))
      assert.equal((await of(whole, behind)).file.size, whole.length + behind.length, `${name} and more`);
  }
  assert.deepEqual((await of(jpeg)).size, [320, 240]);
  // Headers of cameras are long, and a marker may have more than one 0xff.
  const comment = Buffer.concat([Buffer.of(0xff, 0xff, 0xfe, 0xff, 0xff), Buffer.alloc(0xfffd)]);
  const long = [jpeg.subarray(0, 2), comment, comment, jpeg.subarray(2)];
  assert.deepEqual((await of(...long)).size, [320, 240]);
  // What stands between segments is passed over, however long it is.
  for (const length of [1, 3, 70_000, 200_000]) {
    const gap = [jpeg.subarray(0, 2), comment, Buffer.alloc(length, 7), jpeg.subarray(2)];
    assert.deepEqual((await of(...gap)).size, [320, 240], `${length} between segments`);
  }
  assert.equal(await of(jpeg.subarray(0, 2), Buffer.alloc(200_000, 7)), undefined);
  // The lower half of a BMP comes first; of packed ones nobody knows how long they are.
  bmp.writeInt32LE(-30, 22);
  assert.equal(await of(bmp.subarray(0, -4)), undefined);
  bmp.writeUInt32LE(1, 30);
  assert.ok(await of(bmp.subarray(0, -4)));
  for (const length of [2, 3, 4, 20, 100])
    assert.equal(await of(jpeg.subarray(0, length)), undefined, `${length}`);
  assert.deepEqual([(await of("only words")).size, (await of()).size], [undefined, undefined]);
});

test("data URLs are read without a request", async () => {
  const text = '{"name":"ä 100%"}';
  const forms = [
    `data:application/json;base64,${Buffer.from(text).toString("base64")}`,
    `data:application/json,${encodeURIComponent(text)}`,
  ];
  for (const form of forms) assert.equal(new TextDecoder().decode(await download(form)), text);
});
