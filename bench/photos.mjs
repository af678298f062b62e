// `npm run bench:photos`: what the page holds on to while 1,000 photos of 12 megapixels go through it, half of them to be
// learnt and half to be answered, in Chromium, of what is built. `-- COUNT` takes another number. Nothing is asserted.
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { chromium } from "@playwright/test";
import { serve } from "../scripts/serve.mjs";
import { main } from "../scripts/shell.mjs";

const COUNT = Number(process.argv[2] ?? 1000);
/** Photos that are handed over at once. */
const BATCH = 25;
/** Batches between two lines. */
const TOLD = 4;

/** Runs in a page of its own: a photo that is like no other, as base64. */
async function draw(seed) {
  const canvas = new OffscreenCanvas(4000, 3000);
  const context = canvas.getContext("2d");
  let state = seed + 1;
  const next = () => {
    state = (state * 1103515245 + 12345) % 2147483648;
    return state / 2147483648;
  };
  for (let i = 0; i < 60; i += 1) {
    context.fillStyle = `hsl(${360 * next()} ${100 * next()}% ${100 * next()}%)`;
    if (i === 0) context.fillRect(0, 0, 4000, 3000);
    context.beginPath();
    context.ellipse(4000 * next(), 3000 * next(), 900 * next(), 900 * next(), 3 * next(), 0, 6.3);
    context.fill();
  }
  const blob = await canvas.convertToBlob({ type: "image/jpeg", quality: 0.8 });
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.onload = () => resolve(reader.result.split(",")[1]);
    reader.readAsDataURL(blob);
  });
}

/** Megabytes that the processes of pages take of this machine; none where the system does not tell. */
async function resident(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send("SystemInfo.getProcessInfo");
  await session.detach();
  const sizes = processInfo
    .filter(({ type, id }) => type === "renderer" && existsSync(`/proc/${id}/status`))
    .map(({ id }) => Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${id}/status`, "utf8"))?.[1] ?? 0));
  return Math.max(0, ...sizes) / 1e3;
}

await main(async () => {
  const address = await serve();
  const executablePath = process.env.CHROMIUM ?? ["/usr/bin/chromium"].find(existsSync);
  const browser = await chromium.launch({ executablePath, args: ["--no-sandbox"] });
  const context = await browser.newContext({ serviceWorkers: "block" });
  const page = await context.newPage();
  await page.goto(address);
  await page.getByText("Ready to teach").waitFor({ timeout: 60_000 });
  await page.getByRole("textbox", { name: "Name of a new class" }).fill("things");
  await page.keyboard.press("Enter");
  const heap = await context.newCDPSession(page);
  const choose = async (button, files) => {
    const [chooser] = await Promise.all([page.waitForEvent("filechooser"), button.click()]);
    await chooser.setFiles(files);
  };
  const say = async (done) => {
    await heap.send("HeapProfiler.collectGarbage");
    const { usedSize, embedderHeapUsedSize } = await heap.send("Runtime.getHeapUsage");
    const count = page.getByRole("article", { name: "things" }).locator(".count");
    const photos = Number.parseInt(await count.innerText(), 10);
    console.log(
      `${String(done).padStart(5)} photos, ${photos} of them learnt: JavaScript ${(usedSize / 1e6).toFixed(1)} MB, page ${((embedderHeapUsedSize ?? 0) / 1e6).toFixed(1)} MB, process ${(await resident(browser)).toFixed(0)} MB`,
    );
  };
  const folder = mkdtempSync(join(tmpdir(), "handful-photos-"));
  await say(0);
  for (let done = 0; done < COUNT; ) {
    // Closed again, so that the largest process is that of the page.
    const studio = await context.newPage();
    const files = [];
    for (let i = 0; i < Math.min(BATCH, COUNT - done); i += 1) {
      // On the disk, as a person's photos are.
      const path = join(folder, `${done + i}.jpg`);
      writeFileSync(path, Buffer.from(await studio.evaluate(draw, done + i), "base64"));
      files.push(path);
    }
    await studio.close();
    const learn = (done / BATCH) % 2 === 0;
    if (learn) {
      await choose(page.getByRole("button", { name: "Add photos to things" }), files);
      await page.getByText(/^(Added|added|all) .*(things|already)/).waitFor({ timeout: 300_000 });
      await page
        .getByRole("progressbar", { name: /^Learning/ })
        .waitFor({ state: "hidden", timeout: 300_000 });
    } else {
      await choose(
        page.getByRole("region", { name: "Answer" }).getByRole("button", { name: "Choose photos" }),
        files,
      );
      await page.getByText("Looking…").first().waitFor({ state: "hidden", timeout: 300_000 });
    }
    done += files.length;
    if ((done / BATCH) % TOLD === 0) await say(done);
  }
  await browser.close();
  rmSync(folder, { recursive: true });
  process.exit();
});
