// A server whose answers can be made to break: ranges, entity tags, cut connections, and a record of what was asked.
import { createHash } from "node:crypto";
import { existsSync, readFileSync, statSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { gzipSync } from "node:zlib";

const TYPES = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".wasm": "application/wasm",
};

/** Bytes that anybody can make again: version and length say all. */
export function bytesOf(version, length) {
  const words = new Uint32Array(Math.ceil(length / 4));
  let x = version + 1;
  for (let i = 0; i < words.length; i += 1) {
    x = Math.imul(x, 1664525) + 1013904223;
    words[i] = x;
  }
  words[0] = 8; // As an ONNX file begins.
  return Buffer.from(words.buffer, 0, length);
}

export const digest = (bytes) => createHash("sha256").update(bytes).digest("hex");

/** A server without faults. */
export const noFaults = () => ({
  cutAfter: [],
  ranges: true,
  tags: true,
  length: true,
  exposed: true,
  zip: false,
  pause: 0,
  slow: "",
});

/**
 * Serves folders by the first part of the address, and files made up in memory.
 *
 * @param {Record<string, string>} folders
 */
export async function serve(folders) {
  const files = new Map();
  const log = [];
  /** What goes wrong next; a test sets and clears it. */
  const faults = noFaults();
  const find = (path) => {
    if (files.has(path)) return files.get(path);
    const [, first, ...rest] = path.split("/");
    const file = folders[first] && join(folders[first], ...rest);
    return file && existsSync(file) && statSync(file).isFile() ? readFileSync(file) : undefined;
  };
  const server = createServer(async (request, response) => {
    const path = decodeURIComponent(new URL(request.url, "http://localhost").pathname);
    const entry = { method: request.method, path, range: request.headers.range, sent: 0, whole: false };
    log.push(entry);
    const body = path === "/" ? Buffer.from("<!doctype html><title>presets</title>") : find(path);
    if (!body) {
      response.writeHead(404).end();
      return;
    }
    const headers = {
      "content-type": TYPES[extname(path)] ?? (path === "/" ? "text/html" : "application/octet-stream"),
      // As the model hub answers: anybody may ask, but for nothing that needs to be asked for first.
      "access-control-allow-origin": "*",
      ...(faults.exposed && { "access-control-expose-headers": "ETag, Content-Range" }),
    };
    if (faults.tags) headers.etag = `"${digest(body).slice(0, 16)}"`;
    const [, from] = /^bytes=(\d+)-$/.exec(request.headers.range ?? "") ?? [];
    const start = faults.ranges && from ? Number(from) : 0;
    if (start > body.length) {
      response.writeHead(416, headers).end();
      return;
    }
    let part = body.subarray(start);
    const zipped = faults.zip && !from;
    if (zipped) {
      part = gzipSync(part);
      headers["content-encoding"] = "gzip";
    }
    if (faults.length) headers["content-length"] = part.length;
    if (faults.ranges && from) headers["content-range"] = `bytes ${start}-${body.length - 1}/${body.length}`;
    response.writeHead(faults.ranges && from ? 206 : 200, headers);
    const model = extname(path) === ".onnx" || files.has(path);
    const cut = model ? faults.cutAfter.shift() : undefined;
    for (let at = 0; at < part.length && !response.destroyed; at += 65_536) {
      if (cut !== undefined && at >= cut) {
        // What was sent arrives before the end: how much the page gets is no matter of chance.
        response.socket.destroySoon();
        return;
      }
      const chunk = part.subarray(at, at + 65_536);
      entry.sent += chunk.length;
      await new Promise((go) => response.write(chunk, go));
      if (model && path.includes(faults.slow) && faults.pause)
        await new Promise((go) => setTimeout(go, faults.pause));
    }
    entry.whole = !response.destroyed;
    response.end();
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { port: server.address().port, files, log, faults, close: () => server.close() };
}
