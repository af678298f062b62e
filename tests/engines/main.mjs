// The page and the package in one engine: `node tests/engines/main.mjs chromium|firefox|webkit [WORDS OF A TEST'S NAME]`.
// KILLS, CLEARINGS and FILLINGS say how often what is stored is put in danger. Closes with `N passed, N failed`.
import assert from "node:assert/strict";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { close, test } from "../../npm/packaging/report.mjs";
import { serve } from "../../scripts/serve.mjs";
import { main } from "../../scripts/shell.mjs";
import { mosaic } from "../images/jpeg.mjs";
import { drawPhoto, drawPixels, enlarge } from "../images/photo.mjs";
import { ACCESS } from "./access.mjs";
import { start } from "./browsers.mjs";
import { CAMERAS } from "./cameras.mjs";
import { makeFolder, removeFolder } from "./folders.mjs";
import { laySite, tryMemory, tryPackage } from "./package.mjs";
import { TESTS } from "./page.mjs";
import { Person } from "./person.mjs";
import { DANGERS } from "./saving.mjs";
import { unheard } from "./steps.mjs";

/** Megabytes that a process of the browser may get more while a large photo is encoded. */
const MEMORY = 300;

/**
 * Drivers that are tried until one opens a browser. In one that does not open no page was shown, so nothing of ours can have
 * failed; what is stored in its folder stays as it is.
 */
const DRIVERS = 3;

const [engine, only = ""] = process.argv.slice(2);

await main(async () => {
  const address = await serve(0);
  let browser = await start(engine);
  const folder = makeFolder("engines");
  const site = await laySite(join(folder, "site"));
  const drawn = (thing, from, to) =>
    Array.from({ length: to - from }, (_, i) => {
      const path = join(folder, `${thing}-${from + i}.png`);
      writeFileSync(path, drawPhoto(thing, from + i));
      return path;
    });
  let driver = null;
  /** What went wrong unheard in the browsers of a test. */
  let complaints = "";
  /** Ends it as a crash does; its driver, which may have noticed or not, makes way for another. */
  const kill = async () => {
    browser.kill();
    await browser.stop();
    driver = null;
    browser = await start(engine);
  };
  // One browser at a time: the drivers of two engines open no more.
  const quit = async () => {
    if (!driver) return;
    complaints += await unheard(driver).catch((error) => `${error.message}\n`);
    await driver.quit().catch(kill);
    driver = null;
  };
  /** A browser that knows nothing yet, or what is stored in a folder, for somebody with wishes. */
  const anew = async (profile = null, wishes = {}) => {
    await quit();
    for (let tries = 1; !driver; tries += 1) {
      driver = await browser.open(profile, wishes).catch(async (error) => {
        console.log(`  no browser at try ${tries}: ${error.message}`);
        if (tries === DRIVERS) throw error;
        await kill();
        return null;
      });
    }
    return new Person(driver, browser.files, folder);
  };
  /** A photo of 108 megapixels, as phones take them. */
  const large = (thing, number) => {
    const path = join(folder, `${thing}-${number}.jpg`);
    writeFileSync(path, mosaic(enlarge(drawPixels(thing, number), { width: 1500, height: 1125 })));
    return path;
  };
  const place = { address, site: site.address, drawn, large, anew, quit, kill };
  /** A test in whose pages nothing goes wrong unheard. */
  const tryPage = async (body) => {
    complaints = "";
    await body().finally(quit);
    assert.equal(complaints, "");
  };
  /** One that needs what the system knows of the browser's processes. */
  const testProcesses = async (name, body) => {
    if (process.platform === "linux") await test(name, body);
    else console.log(`skipped: ${name}: the processes of a browser are looked up as Linux has them`);
  };
  /** One for somebody with wishes, as far as the browser can be told of them. */
  const testWishes = async (name, wishes, body) => {
    const deaf = wishes.map((wish) => browser.deafTo(wish)).find(Boolean);
    if (deaf) console.log(`skipped: ${name}: ${deaf}`);
    else await test(name, body);
  };
  try {
    for (const [name, { wishes, body }] of Object.entries({ ...ACCESS, ...CAMERAS })) {
      const asked = Object.fromEntries(wishes.map((wish) => [wish, true]));
      if (name.includes(only))
        await testWishes(`${engine}: ${name}`, wishes, () =>
          tryPage(async () => body(await anew(null, asked), place)),
        );
    }
    for (const [name, body] of Object.entries(TESTS)) {
      if (name.includes(only))
        await test(`${engine}: ${name}`, () => tryPage(async () => body(await anew(), place)));
    }
    for (const [name, body] of Object.entries(DANGERS)) {
      if (name.includes(only))
        await testProcesses(`${engine}, the store: ${name}`, () => tryPage(() => body(place)));
    }
    if ("package".includes(only)) {
      await anew();
      for (const { name, error } of await tryPackage(driver, site)) {
        await test(`${engine}, the package: ${name}`, () => {
          if (error) throw new Error(error);
        });
      }
      const large = `a photo of 108 megapixels takes less than ${MEMORY} MB`;
      await testProcesses(`${engine}, the package: ${large}`, async () => {
        await anew();
        const growth = await tryMemory(browser, driver, site);
        console.log(`  ${growth.toFixed(0)} MB more at most`);
        assert.ok(growth < MEMORY, `${growth} MB more`);
      });
    }
    await quit();
  } finally {
    await browser.stop();
    site.close();
    await removeFolder(folder);
  }
  close();
  process.exit();
});
