// `npm run bench:many`: what a person does on the page with a set of 5,000 photos in 60 classes, in Chromium, of what is built: how
// long until it is shown, and the longest task of the page's thread, also of what follows a second later. `-- PHOTOS CLASSES` takes
// other numbers. The features of the set are drawn, the photos that are asked about too. Builds nothing, asserts nothing.
import { existsSync } from "node:fs";
import { cpus } from "node:os";
import { chromium } from "@playwright/test";
import { serve } from "../scripts/serve.mjs";
import { main } from "../scripts/shell.mjs";
import { drawPhoto } from "../tests/images/photo.mjs";
import { labelAt, setFile } from "../tests/images/set.mjs";

const [PHOTOS, CLASSES] = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [5000, 60];
/** Photos that are asked about together. */
const ASKED = 100;
/** Milliseconds for which the page is watched after something was shown: judging a set begins a quarter of a second later. */
const AFTER = 2500;
const THINGS = ["tomato", "leaf", "bread", "mug", "banana"];

const photo = (number) => ({
  name: `${number}.png`,
  mimeType: "image/png",
  buffer: drawPhoto(THINGS[number % THINGS.length], number),
});

/** Runs in the page, before all else: notes tasks of 50 milliseconds and more. */
function watch() {
  globalThis.tasks = [];
  new PerformanceObserver((list) => {
    globalThis.tasks.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ type: "longtask", buffered: true });
}

await main(async () => {
  const file = { name: "many.handful", mimeType: "", buffer: await setFile(PHOTOS, CLASSES) };
  const address = await serve(0);
  const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium"].find(existsSync);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const context = await browser.newContext({ serviceWorkers: "block" });
  await context.addInitScript(watch);
  const page = await context.newPage();
  await page.goto(address);
  await page.getByText("Ready to teach").waitFor();

  const choose = async (button, files) => {
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button.click()]);
    await chooser.setFiles(files);
  };
  const card = page.getByRole("article", { name: labelAt(0), exact: true });
  const list = card.getByRole("list");
  const answer = page.getByRole("region", { name: "Answer" });
  const tab = (name) => answer.getByRole("tab", { name });
  const count = (words) => card.getByText(words, { exact: true });
  const each = Math.ceil(PHOTOS / CLASSES);

  /** Each is done, then awaited until it is shown. */
  const steps = {
    "opens the set": async () => {
      // Larger than what the protocol hands to a file chooser.
      await page.evaluate(
        ([url, name]) =>
          fetch(url)
            .then((found) => found.blob())
            .then((blob) => {
              const transfer = new DataTransfer();
              transfer.items.add(new File([blob], name));
              const drop = { dataTransfer: transfer, bubbles: true, cancelable: true };
              globalThis.tasks = [];
              document.querySelector("#main").dispatchEvent(new DragEvent("drop", drop));
            }),
        ["/many.handful", file.name],
      );
      await count(`${each} photos`).waitFor({ timeout: 120_000 });
    },
    "adds a photo": async () => {
      await choose(card.getByRole("button", { name: /^Add photos/ }), [photo(1000)]);
      await count(`${each + 1} photos`).waitFor();
    },
    "undoes that": async () => {
      await page.keyboard.press("Control+z");
      await count(`${each} photos`).waitFor();
    },
    "scrolls a card": async () => {
      await list.hover();
      for (let i = 0; i < 20; i += 1) await page.mouse.wheel(0, 100);
    },
    "scrolls the page": async () => {
      await page.mouse.move(5, 400);
      for (let i = 0; i < 20; i += 1) await page.mouse.wheel(0, 400);
      for (let i = 0; i < 20; i += 1) await page.mouse.wheel(0, -400);
    },
    "picks a range": async () => {
      await list.getByRole("button").first().click();
      await page.keyboard.press("Shift+End");
      await card.getByText(/picked/).waitFor();
    },
    [`asks about ${ASKED} photos`]: async () => {
      const input = answer
        .getByRole("button", { name: "Choose photos" })
        .locator("xpath=..")
        .locator("input");
      // The protocol would hand them over in one long task.
      await input.evaluate(async (input, count) => {
        const numbers = Array.from({ length: count }, (_, number) => number);
        const fetched = await Promise.all(numbers.map((number) => fetch(`/asked/${number}.png`)));
        const blobs = await Promise.all(fetched.map((found) => found.blob()));
        const transfer = new DataTransfer();
        for (const [number, blob] of blobs.entries())
          transfer.items.add(new File([blob], `${number}.png`, { type: "image/png" }));
        globalThis.tasks = [];
        input.files = transfer.files;
        input.dispatchEvent(new Event("change", { bubbles: true }));
      }, ASKED);
      await answer.getByText(/^Answered together/).waitFor({ timeout: 300_000 });
    },
    "shows the table": async () => {
      await tab("Table").click();
      await answer.getByRole("rowheader").first().waitFor();
    },
    "shows one by one": async () => {
      await tab("One by one").click();
      await answer.getByRole("list", { name: "Photos you asked about" }).waitFor();
    },
    "adds a photo, with answers": async () => {
      await choose(card.getByRole("button", { name: /^Add photos/ }), [photo(1001)]);
      await count(`${each + 1} photos`).waitFor();
    },
  };
  await page.route("**/asked/*", (route) => {
    const [number] =
      route
        .request()
        .url()
        .match(/\d+(?=\.png$)/) ?? [];
    return route.fulfill({ body: photo(Number(number)).buffer });
  });
  await page.route("**/many.handful", (route) => route.fulfill({ body: file.buffer }));
  console.log("| what | shown after ms | longest tasks ms |\n| --- | ---: | ---: |");
  for (const [name, act] of Object.entries(steps)) {
    await page.evaluate(() => {
      globalThis.tasks = [];
    });
    const start = performance.now();
    await act();
    const shown = performance.now() - start;
    await page.waitForTimeout(AFTER);
    const tasks = await page.evaluate(() => globalThis.tasks);
    const longest = tasks.toSorted((a, b) => b - a).slice(0, 5);
    console.log(
      `| ${name} | ${shown.toFixed(0)} | ${longest.map((time) => time.toFixed(0)).join(", ") || "below 50"} |`,
    );
  }
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  console.log(
    `\n${PHOTOS} photos in ${CLASSES} classes, ${nodes} elements; Chromium ${browser.version()}, ${cpus().length} cores`,
  );
  await browser.close();
  process.exit();
});
