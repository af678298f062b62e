// `npm run bench:many`: what a person does on the page with a set of 5,000 photos in 60 classes, in Chromium, of what is built: how
// long until it is shown, and the longest tasks of the page's thread, also of what follows a second later: as long as they lasted, and
// how much of the processor they had, which other work of the machine disturbs less. `-- PHOTOS CLASSES` takes other numbers. The
// features of the set are drawn, the photos that are asked about and added too. Builds nothing, asserts nothing.
import { existsSync } from "node:fs";
import { cpus, loadavg } from "node:os";
import { chromium } from "@playwright/test";
import { serve } from "../scripts/serve.mjs";
import { main } from "../scripts/shell.mjs";
import { drawPhoto } from "../tests/images/photo.mjs";
import { labelAt, setFile } from "../tests/images/set.mjs";

const [PHOTOS, CLASSES] = process.argv.length > 2 ? process.argv.slice(2).map(Number) : [5000, 60];
/** Photos that are asked about together, and that are added at once. */
const [ASKED, ADDED] = [100, 300];
/** Milliseconds for which the page is watched after something was shown: judging a set begins a quarter of a second later. */
const AFTER = 2500;
const THINGS = ["tomato", "leaf", "bread", "mug", "banana"];

const photo = (number) => ({
  name: `${number}.png`,
  mimeType: "image/png",
  buffer: drawPhoto(THINGS[number % THINGS.length], number),
});

/** The tasks of the thread of the page's own that a trace has: milliseconds of time and of the processor. */
function tasksOf(trace) {
  const { traceEvents: events } = JSON.parse(trace.toString());
  const threads = events.filter(({ name, args }) => name === "thread_name" && args.name === "CrRendererMain");
  const own = (event) => threads.some(({ pid, tid }) => event.pid === pid && event.tid === tid);
  return events
    .filter((event) => event.name === "ThreadControllerImpl::RunTask" && own(event))
    .map(({ dur = 0, tdur = 0 }) => ({ time: dur / 1e3, processor: tdur / 1e3 }));
}

/** The longest by one measure, those of 50 milliseconds and more. */
function longest(tasks, measure) {
  const times = tasks.map((task) => task[measure]).filter((time) => time >= 50);
  const shown = times.toSorted((a, b) => b - a).slice(0, 5);
  return shown.map((time) => time.toFixed(0)).join(", ") || "below 50";
}

await main(async () => {
  const file = { name: "many.handful", mimeType: "", buffer: await setFile(PHOTOS, CLASSES) };
  const address = await serve(0);
  const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium"].find(existsSync);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const context = await browser.newContext({ serviceWorkers: "block" });
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

  /** Fetches photos into the page: the protocol would hand them over in one long task. */
  const fetchPhotos = (first, count) =>
    page.evaluate(
      async ([first, count]) => {
        const numbers = Array.from({ length: count }, (_, i) => first + i);
        const fetched = await Promise.all(numbers.map((number) => fetch(`/photos/${number}.png`)));
        const blobs = await Promise.all(fetched.map((found) => found.blob()));
        const { items, files } = new DataTransfer();
        for (const [i, blob] of blobs.entries())
          items.add(new File([blob], `${numbers[i]}.png`, { type: "image/png" }));
        globalThis.fetched = files;
      },
      [first, count],
    );
  /** Gives them to a button that opens the file chooser. */
  const hand = (button) =>
    button.locator("xpath=..//input").evaluate((input) => {
      input.files = globalThis.fetched;
      input.dispatchEvent(new Event("change", { bubbles: true }));
    });

  /** What is fetched into the page before a step. */
  const fetches = {
    // Larger than what the protocol hands to a file chooser.
    "opens the set": () =>
      page.evaluate(async (name) => {
        const transfer = new DataTransfer();
        transfer.items.add(new File([await (await fetch("/many.handful")).blob()], name));
        globalThis.fetched = transfer;
      }, file.name),
    [`asks about ${ASKED} photos`]: () => fetchPhotos(0, ASKED),
    [`adds ${ADDED} photos, with answers`]: () => fetchPhotos(2000, ADDED),
  };
  /** Each is done, then awaited until it is shown. */
  const steps = {
    "opens the set": async () => {
      await page.evaluate(() => {
        const drop = { dataTransfer: globalThis.fetched, bubbles: true, cancelable: true };
        document.querySelector("#main").dispatchEvent(new DragEvent("drop", drop));
      });
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
      await hand(answer.getByRole("button", { name: "Choose photos" }));
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
    [`adds ${ADDED} photos, with answers`]: async () => {
      await hand(card.getByRole("button", { name: /^Add photos/ }));
      // Those that show nothing new count once.
      await page
        .getByRole("status")
        .filter({ hasText: /^added \d{2,} photos/i })
        .waitFor({ timeout: 300_000 });
    },
  };
  await page.route("**/photos/*", (route) => {
    const [number] = /\d+(?=\.png$)/.exec(route.request().url()) ?? [];
    return route.fulfill({ body: photo(Number(number)).buffer });
  });
  await page.route("**/many.handful", (route) => route.fulfill({ body: file.buffer }));
  console.log(
    "| what | shown after ms | longest tasks ms | of the processor |\n| --- | ---: | ---: | ---: |",
  );
  for (const [name, act] of Object.entries(steps)) {
    await fetches[name]?.();
    await browser.startTracing(page, { categories: ["toplevel"] });
    const start = performance.now();
    await act();
    const shown = performance.now() - start;
    await page.waitForTimeout(AFTER);
    const tasks = tasksOf(await browser.stopTracing());
    console.log(
      `| ${name} | ${shown.toFixed(0)} | ${longest(tasks, "time")} | ${longest(tasks, "processor")} |`,
    );
  }
  const nodes = await page.evaluate(() => document.querySelectorAll("*").length);
  console.log(
    `\n${PHOTOS} photos in ${CLASSES} classes, ${nodes} elements; Chromium ${browser.version()}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`,
  );
  await browser.close();
  process.exit();
});
