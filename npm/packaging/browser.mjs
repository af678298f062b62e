// Serves the built page on this machine alone, and lets Chromium run what it holds.
import { createReadStream, existsSync } from "node:fs";
import { createServer } from "node:http";
import { extname, join } from "node:path";
import { chromium } from "playwright-core";

const TYPES = {
  ".bin": "application/octet-stream",
  ".bmp": "image/bmp",
  ".gif": "image/gif",
  ".html": "text/html; charset=utf-8",
  ".jpeg": "image/jpeg",
  ".jpg": "image/jpeg",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".onnx": "application/octet-stream",
  ".png": "image/png",
  ".safetensors": "application/octet-stream",
  ".svg": "image/svg+xml",
  ".wasm": "application/wasm",
  ".webp": "image/webp",
};

/** Milliseconds that the page may take; it takes a few seconds where nothing else is running. */
const PATIENCE = 90_000;

/** Nothing but what a page needs that keeps its photos to itself; and one picture of another origin, to be refused. */
export const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "img-src 'self' blob: http://localhost:*",
  "object-src 'none'",
  "base-uri 'none'",
].join("; ");

/** Where a page asks the server to have all thrown away that the browser keeps of it. */
export const CLEAR = "/clear-site-data";

/**
 * A server for one folder. Like most hosts of single-page applications it answers unknown addresses with the page.
 * @param {string} [policy] a content security policy
 * @param {boolean} [toAll] whether pages of other origins may read it, as with a CDN
 */
export async function serve(folder, policy, toAll = false) {
  const server = createServer((request, response) => {
    const { pathname } = new URL(request.url, "http://localhost");
    const wanted = join(folder, decodeURIComponent(pathname));
    const file = extname(wanted) in TYPES && existsSync(wanted) ? wanted : join(folder, "index.html");
    response.writeHead(200, {
      "content-type": TYPES[extname(file)],
      ...(policy && { "content-security-policy": policy }),
      ...(pathname === CLEAR && { "clear-site-data": '"storage"' }),
      ...(toAll && { "access-control-allow-origin": "*" }),
    });
    createReadStream(file).pipe(response);
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  return { address: `http://127.0.0.1:${server.address().port}`, close: () => server.close() };
}

/** @param {string[]} [more] further flags of Chromium; with them the graphics card may be looked for */
export async function launch(more = []) {
  const executablePath = [process.env.CHROMIUM, "/usr/bin/chromium"].find((path) => path && existsSync(path));
  const flags = "--no-sandbox --disable-background-networking --disable-component-update";
  return chromium.launch({
    ...(executablePath && { executablePath }),
    args: [
      ...flags.split(" "),
      "--disable-sync",
      "--no-first-run",
      // A camera with a test picture, without a question.
      "--use-fake-device-for-media-stream",
      "--use-fake-ui-for-media-stream",
      // The last: of one flag twice, the later counts.
      ...(more.length > 0 ? more : ["--disable-gpu"]),
    ],
  });
}

/** The results of the page's own tests, and one on what it asked the network for. */
export async function runPage(folder) {
  const server = await serve(folder, POLICY);
  const browser = await launch();
  try {
    const page = await browser.newPage();
    const requests = [];
    const violations = [];
    const failures = [];
    page.on("pageerror", (error) => failures.push(error.stack));
    page.context().on("request", (request) => requests.push(request.url()));
    page.on("console", (message) => {
      if (message.text().includes("Content Security Policy")) violations.push(message.text());
    });
    await page.goto(server.address);
    await page.waitForFunction(() => window.report?.finished, null, { timeout: PATIENCE }).catch(() => {});
    const { results, running, finished } = await page.evaluate(() => window.report);
    if (!finished)
      results.push({ name: running, error: ["The page did not come to its end.", ...failures].join("\n") });
    const local = ["127.0.0.1", "localhost", ""]; // The last: blob URLs, which have no host.
    const strangers = requests.filter((url) => !local.includes(new URL(url).hostname));
    return [
      ...results,
      { name: "no request leaves this machine", error: strangers.join("\n") },
      { name: "a strict content security policy is kept", error: violations.join("\n") },
    ];
  } finally {
    await browser.close();
    server.close();
  }
}
