// The package from its tarball, in plain module pages.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, truncateSync, unlinkSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../../npm/packaging/browser.mjs";
import { pack } from "../../npm/packaging/tarball.mjs";
import { ROOT } from "../../scripts/shell.mjs";
import { encodeBmp } from "../images/bmp.mjs";
import { GIF } from "../images/gif.mjs";
import { mosaic } from "../images/jpeg.mjs";
import { drawPhoto, drawPixels } from "../images/photo.mjs";
import { encodePng } from "../images/png.mjs";
import { wait } from "./person.mjs";

/** Lays out a folder with the package and its pages, and serves it. */
export async function laySite(folder) {
  cpSync(join(ROOT, "tests/engines/package"), folder, { recursive: true });
  cpSync(join(ROOT, "npm/test/wrong-types.mjs"), join(folder, "wrong-types.mjs"));
  const { path } = await pack(folder);
  execFileSync("tar", ["-xzf", path, "-C", folder]);
  rmSync(path);
  for (const name of ["ort.wasm.min.mjs", "ort-wasm-simd-threaded.mjs", "ort-wasm-simd-threaded.wasm"])
    cpSync(join(ROOT, "node_modules/onnxruntime-web/dist", name), join(folder, "ort", name));
  cpSync(join(ROOT, "tests/data/handful_lite0_reference.json"), join(folder, "reference.json"));
  writeFileSync(join(folder, "blank.html"), '<!doctype html><html lang="en"><title>blank</title></html>');
  mkdirSync(join(folder, "photos"));
  for (const thing of ["tomato", "leaf", "bread", "mug"])
    for (const number of [0, 1, 2, 5])
      writeFileSync(join(folder, `photos/${thing}-${number}.png`), drawPhoto(thing, number));
  const ribbon = { data: new Uint8Array(4 * 2500 * 25), width: 2500, height: 25 };
  writeFileSync(join(folder, "photos/20000x200.jpg"), mosaic(ribbon));
  writeFileSync(join(folder, "photos/17000x1.png"), encodePng(17_000, 1, new Uint8Array(3 * 17_000)));
  writeFileSync(join(folder, "photos/small.gif"), GIF);
  const { data, ...size } = drawPixels("mug", 0);
  const rgb = data.filter((_, i) => i % 4 !== 3);
  writeFileSync(join(folder, "photos/mug-0.bmp"), encodeBmp(size.width, size.height, rgb));
  // Photos of 24 and 108 megapixels, as phones take them, and the same at an eighth of the size.
  for (const [name, width, height] of [
    ["24", 750, 500],
    ["108", 1500, 1125],
  ]) {
    writeFileSync(join(folder, `photos/${name}.jpg`), mosaic(drawPixels("mug", 1, { width, height })));
    writeFileSync(join(folder, `photos/${name}.png`), drawPhoto("mug", 1, { width, height }));
  }
  return { folder, ...(await serve(folder)) };
}

/** Opens the pages in a browser, one after another; what they found, test by test. */
export async function tryPackage(driver, { address, folder }) {
  const results = [];
  for (const page of ["index.html", "store.html", "camera.html", "wrong-types.html"]) {
    await driver.get(`${address}/${page}`);
    results.push(...(await resultsOf(driver)));
  }
  return [...results, await tryGone(driver, address, folder), await tryElsewhere(driver, folder)];
}

/** Files that are there when they are chosen, and then not any more, or not all of them. */
async function tryGone(driver, address, folder) {
  const paths = ["here.png", "gone.png", "shorter.png", "gone.handful"].map((name) => join(folder, name));
  for (const path of paths) writeFileSync(path, drawPhoto("mug", 0));
  await driver.get(`${address}/blank.html`);
  const input = await driver.executeScript(
    `const input = Object.assign(document.createElement("input"), { type: "file", multiple: true });
    return document.body.appendChild(input);`,
  );
  await input.sendKeys(paths.join("\n"));
  unlinkSync(paths[1]);
  truncateSync(paths[2], 10);
  unlinkSync(paths[3]);
  await driver.manage().setTimeouts({ script: 60_000 });
  const found = await driver.executeAsyncScript(
    `const done = arguments[0];
    (async () => {
      const { Encoder } = await import("/package/dist/index.js");
      const { readSetFile } = await import("/package/dist/store/index.js");
      const [here, gone, shorter, set] = document.querySelector("input").files;
      const encoder = await Encoder.load();
      const codeOf = (work) => work.then(() => "fine", ({ code }) => code);
      const codes = [];
      for (const file of [here, gone, shorter]) codes.push(await codeOf(encoder.encode(file)));
      codes.push(await codeOf(readSetFile(set)));
      encoder.dispose();
      return codes.join();
    })().then(done, (error) => done(String(error)));`,
  );
  const fine = /^fine,file-gone,(file-gone|not-an-image),file-gone$/.test(found);
  return { name: "a file that is gone since it was chosen says so", error: fine ? "" : found };
}

/** A page takes the package from another origin, as from a CDN, under the policy that the package's README asks for. */
async function tryElsewhere(driver, folder) {
  const cdn = await serve(folder, undefined, true);
  const policy = [
    "default-src 'self'",
    `script-src 'self' 'wasm-unsafe-eval' ${cdn.address}`,
    `connect-src 'self' ${cdn.address}`,
    `worker-src blob: ${cdn.address}`,
  ];
  const server = await serve(folder, policy.join("; "));
  try {
    await driver.manage().setTimeouts({ script: 60_000 });
    await driver.get(`${server.address}/blank.html`);
    const error = await driver.executeAsyncScript(
      `const [cdn, done] = arguments;
      (async () => {
        const { Classifier } = await import(cdn + "/package/dist/index.js");
        const photo = async (name) => (await fetch("/photos/" + name + ".png")).blob();
        const classifier = await Classifier.create();
        for (const label of ["tomato", "leaf"])
          for (const number of [0, 1]) await classifier.addExample(await photo(label + "-" + number), label);
        const { label } = await classifier.predict(await photo("leaf-5"));
        classifier.dispose();
        if (label !== "leaf") throw new Error("a leaf is taken for a " + label);
      })().then(() => done(""), (error) => done(String(error)));`,
      cdn.address,
    );
    return { name: "the package is used from another origin, under a policy", error };
  } finally {
    cdn.close();
    server.close();
  }
}

/** What a page found, once it has come to its end, or a test of it does not. */
async function resultsOf(driver) {
  let found = { results: [], running: "the page loads", finished: false };
  const more = async () => {
    const now = await driver.executeScript("return window.report");
    return now && (now.finished || now.running !== found.running) ? now : null;
  };
  while (!found.finished) {
    const next = await wait("the next step", more).catch(() => null);
    if (!next) return [...found.results, { name: found.running, error: "It did not come to its end." }];
    found = next;
  }
  return found.results;
}

/** Megabytes that a photo of 108 megapixels takes a process of the browser that has seen a small one. */
export async function tryMemory(browser, driver, { address }) {
  const encode = async (path) => {
    const error = await driver.executeAsyncScript(
      `const [path, done] = arguments;
      (async () => {
        const { Encoder } = await import("/package/dist/index.js");
        window.encoder ??= await Encoder.load();
        await window.encoder.encode(await (await fetch(path)).blob());
      })().then(() => done(""), (error) => done(String(error)));`,
      path,
    );
    assert.equal(error, "");
  };
  await driver.manage().setTimeouts({ script: 60_000 });
  await driver.get(address);
  await encode("/photos/mug-0.png");
  return browser.growth(() => encode("/photos/108.jpg"));
}
