// Chromium on a blank page that finds this package, onnxruntime-web, TensorFlow.js and folders with encoders beside it.
import { mkdtemp, rm, symlink, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, join } from "node:path";
import { launch, serve } from "../npm/packaging/browser.mjs";
import { ROOT } from "../scripts/shell.mjs";

const FOLDERS = {
  npm: "npm",
  ort: "node_modules/onnxruntime-web/dist",
  tensorflow: "bench/node_modules",
  bench: "bench",
};

/**
 * @param {string[]} manifests paths of encoders
 * @param {(page: import("playwright-core").Page, addresses: string[]) => Promise<void>} use
 */
export async function onPage(manifests, use) {
  const folder = await mkdtemp(join(tmpdir(), "handful-bench-"));
  const browser = await launch();
  let server;
  try {
    await writeFile(join(folder, "index.html"), "<!doctype html><title>bench</title>");
    for (const [name, path] of Object.entries(FOLDERS)) await symlink(join(ROOT, path), join(folder, name));
    const addresses = [];
    for (const [number, path] of manifests.entries()) {
      await symlink(dirname(path), join(folder, String(number)));
      addresses.push(`/${number}/${basename(path)}`);
    }
    server = await serve(folder);
    const page = await browser.newPage();
    page.on("console", (message) => message.type() === "error" && console.error(message.text()));
    await page.goto(server.address);
    await use(page, addresses);
    console.log(`\nChromium ${browser.version()}, one thread, all by turns`);
  } finally {
    server?.close();
    await browser.close();
    await rm(folder, { recursive: true });
  }
}

export const middle = (times) => times.toSorted((a, b) => a - b)[times.length >> 1];
