// The page and the package in one engine: `node tests/engines/main.mjs chromium|firefox|webkit [WORDS OF A TEST'S NAME]`.
// Closes with `N passed, N failed`.
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { close, test } from "../../npm/packaging/report.mjs";
import { serve } from "../../scripts/serve.mjs";
import { main } from "../../scripts/shell.mjs";
import { drawPhoto } from "../images/photo.mjs";
import { start } from "./browsers.mjs";
import { tryPackage } from "./package.mjs";
import { TESTS } from "./page.mjs";
import { Person } from "./person.mjs";

const [engine, only = ""] = process.argv.slice(2);

await main(async () => {
  const address = await serve();
  const browser = await start(engine);
  const folder = mkdtempSync(join(tmpdir(), "handful-engines-"));
  const drawn = (thing, from, to) =>
    Array.from({ length: to - from }, (_, i) => {
      const path = join(folder, `${thing}-${from + i}.png`);
      writeFileSync(path, drawPhoto(thing, from + i));
      return path;
    });
  let driver = null;
  // One browser at a time: the drivers of two engines open no more.
  const quit = async () => {
    await driver?.quit();
    driver = null;
  };
  const anew = async () => {
    await quit();
    driver = await browser.open();
    return new Person(driver, browser.files);
  };
  try {
    for (const [name, body] of Object.entries(TESTS)) {
      if (!name.includes(only)) continue;
      await test(`${engine}: ${name}`, async () => body(await anew(), { address, drawn, anew }));
    }
    if ("package".includes(only)) {
      await anew();
      for (const { name, error } of await tryPackage(driver, join(folder, "package"))) {
        await test(`${engine}, the package: ${name}`, () => {
          if (error) throw new Error(error);
        });
      }
    }
    await quit();
  } finally {
    browser.stop();
    rmSync(folder, { recursive: true, force: true });
  }
  close();
  process.exit();
});
