// The package from its tarball, in a plain module page.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../../npm/packaging/browser.mjs";
import { pack } from "../../npm/packaging/tarball.mjs";
import { ROOT } from "../../scripts/shell.mjs";
import { mosaic } from "../images/jpeg.mjs";
import { drawPhoto, drawPixels } from "../images/photo.mjs";
import { wait } from "./person.mjs";

/** A folder that a server can serve as it is. */
async function lay(folder) {
  cpSync(join(ROOT, "tests/engines/package"), folder, { recursive: true });
  const { path } = await pack(folder);
  execFileSync("tar", ["-xzf", path, "-C", folder]);
  rmSync(path);
  cpSync(join(ROOT, "tests/data/handful_lite0_reference.json"), join(folder, "reference.json"));
  mkdirSync(join(folder, "photos"));
  for (const thing of ["tomato", "leaf", "bread", "mug"])
    for (const number of [0, 1, 2, 5])
      writeFileSync(join(folder, `photos/${thing}-${number}.png`), drawPhoto(thing, number));
  // Photos of 24 and 108 megapixels, as phones take them, and the same at an eighth of the size.
  for (const [name, width, height] of [
    ["24", 750, 500],
    ["108", 1500, 1125],
  ]) {
    writeFileSync(join(folder, `photos/${name}.jpg`), mosaic(drawPixels("mug", 1, { width, height })));
    writeFileSync(join(folder, `photos/${name}.png`), drawPhoto("mug", 1, { width, height }));
  }
}

/** Opens the page in a browser; what it found, test by test. */
export async function tryPackage(driver, folder) {
  await lay(folder);
  const server = await serve(folder);
  try {
    await driver.get(server.address);
    const report = () => driver.executeScript("return window.report");
    await wait("the end of the package's page", async () => (await report())?.finished).catch(() => {});
    const { results, running, finished } = (await report()) ?? { results: [], running: "the page loads" };
    return finished ? results : [...results, { name: running, error: "The page did not come to its end." }];
  } finally {
    server.close();
  }
}

/** Megabytes that a photo of 108 megapixels takes a process of the browser that has seen a small one. */
export async function tryMemory(browser, driver, folder) {
  const server = await serve(folder);
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
  try {
    await driver.manage().setTimeouts({ script: 60_000 });
    await driver.get(server.address);
    await encode("/photos/mug-0.png");
    return await browser.growth(() => encode("/photos/108.jpg"));
  } finally {
    server.close();
  }
}
