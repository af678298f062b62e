// Loading the core module, from everything that it may come from, and from what it may not.
import assert from "node:assert/strict";
import { readFile } from "node:fs/promises";
import { createServer } from "node:http";
import { after, test } from "node:test";
import { compile } from "../dist/compile.js";
import { FeatureClassifier, init } from "../dist/node.js";

const FILE = new URL("../dist/wasm/core/core_bg.wasm", import.meta.url);
const bytes = await readFile(FILE);
const html = "<!doctype html><title>not here</title>";
const wasm = { headers: { "content-type": "application/wasm" } };

const server = createServer((request, response) => {
  if (request.url === "/right.wasm") response.writeHead(200, wasm.headers).end(bytes);
  else if (request.url === "/untyped.wasm") response.writeHead(200).end(bytes);
  else if (request.url === "/charset.wasm")
    response.writeHead(200, { "content-type": "application/wasm; charset=utf-8" }).end(bytes);
  else if (request.url === "/broken.wasm")
    response
      .writeHead(200, { ...wasm.headers, "content-length": bytes.length })
      .write(bytes.subarray(0, 9), () => response.destroy());
  else if (request.url === "/page") response.writeHead(200, { "content-type": "text/html" }).end(html);
  else response.writeHead(404).end();
});
await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
after(() => server.close());
const base = `http://127.0.0.1:${server.address().port}`;

for (const [name, source] of [
  ["bytes", bytes],
  ["an ArrayBuffer", bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.length)],
  ["a response", () => new Response(bytes, wasm)],
  ["a response of the wrong type", () => new Response(bytes)],
  ["a URL", new URL(`${base}/right.wasm`)],
  ["an address", `${base}/right.wasm`],
  ["a request", () => new Request(`${base}/right.wasm`)],
  ["an address without a type", `${base}/untyped.wasm`],
  ["an address with more than a type", `${base}/charset.wasm`],
]) {
  test(`WebAssembly comes from ${name}`, async () => {
    const module = await compile(typeof source === "function" ? source() : source);
    assert.ok(module instanceof WebAssembly.Module);
    assert.equal(await compile(module), module);
  });
}

for (const [name, source, code] of [
  ["a page in place of the file", `${base}/page`, "wasm-html"],
  ["a page as bytes", new TextEncoder().encode(html), "wasm-html"],
  ["a missing file", `${base}/nothing`, "wasm-load"],
  ["bytes that are none", Uint8Array.of(1, 2, 3), "wasm-load"],
  ["no bytes", new ArrayBuffer(0), "wasm-load"],
  ["half a file", bytes.subarray(0, bytes.length / 2), "wasm-load"],
  ["half a file as a stream", () => new Response(bytes.subarray(0, bytes.length / 2), wasm), "wasm-load"],
  ["a download that breaks off", `${base}/broken.wasm`, "network"],
  ["a server that is not there", "http://127.0.0.1:1/core.wasm", "network"],
]) {
  test(`WebAssembly does not come from ${name}`, async () => {
    await assert.rejects(compile(typeof source === "function" ? source() : source), {
      name: "HandfulError",
      code,
    });
  });
}

test("a failed init can be tried again; a successful one is shared", async () => {
  await assert.rejects(init(`${base}/page`), { code: "wasm-html" });
  await assert.rejects(init(fetch("http://127.0.0.1:1/core.wasm")), {
    name: "HandfulError",
    code: "network",
  });
  await Promise.all([init(), init(`${base}/page`)]);
  await init(`${base}/page`);
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 2 }] });
  classifier.dispose();
});
