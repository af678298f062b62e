// `npm run bench:camera`: how long the page takes from a frame of the camera to its bars, in Chromium, of what is built: with three
// classes, while it looks and while it takes photos too, both ten times a second at most. The camera plays a film that is cut from one
// thing to another and back. "Look": from the presentation of the first frame behind a cut that is looked at to the paint in which the
// bar of what it shows is the longer one; "cut": the same from the first frame behind the cut, with the wait for the next look.
// Builds nothing, asserts nothing.
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { cpus, loadavg, tmpdir } from "node:os";
import { join } from "node:path";
import { launch } from "../npm/packaging/browser.mjs";
import { serve } from "../scripts/serve.mjs";
import { main } from "../scripts/shell.mjs";
import { drawPhoto, drawPixels, enlarge } from "../tests/images/photo.mjs";
import { filmOf } from "../tests/images/y4m.mjs";

/** What the film shows by turns; the third class is taught beside. */
const SHOWN = ["tomato", "leaf"];
const OTHER = "bread";
const SEEDS = [1, 2, 3];
/** What a webcam gives where the page asks for 960 by 720. */
const SIZE = { width: 960, height: 720 };
/** Frames a second, and frames from one cut to the next: no whole number of looks. */
const RATE = 30;
const BETWEEN = 22;
/** Cuts that are measured. */
const CUTS = 40;
/** Pixels of a corner that say by how light they are what is shown; the encoder looks at the middle. */
const MARK = 8;

/** A picture of a thing for each frame, which moves a little from one to the next. */
function shots(thing, place) {
  const still = drawPixels(thing, SEEDS[0]);
  return Array.from({ length: BETWEEN }, (_, frame) => {
    const width = still.width - 8;
    const data = new Uint8ClampedArray(4 * width * still.height);
    const left = Math.abs((frame % 16) - 8);
    for (let y = 0; y < still.height; y += 1) {
      const from = 4 * (y * still.width + left);
      data.set(still.data.subarray(from, from + 4 * width), 4 * y * width);
    }
    const picture = enlarge({ data, width, height: still.height }, SIZE);
    for (let y = 0; y < MARK; y += 1)
      for (let x = 0; x < MARK; x += 1)
        picture.data.fill(place === 0 ? 0 : 255, 4 * (y * SIZE.width + x), 4 * (y * SIZE.width + x) + 3);
    return picture;
  });
}

/** Runs in the page: measures so many cuts. */
async function measure([labels, cuts]) {
  const video = document.querySelector("video");
  const fills = labels.map((label) =>
    document.querySelector(`[aria-label="Take photo for ${label}"] .bar-fill`),
  );
  const found = { cut: [], look: [], answers: 0 };
  let [presented, cut, looked] = [0, null, null];
  const { createImageBitmap: make } = globalThis;
  globalThis.createImageBitmap = (source, ...rest) => {
    if (source === video) looked ??= cut && presented;
    return make(source, ...rest);
  };
  const seen = new Uint8Array(64);
  let [before, over] = [null, false];
  const watch = async (_, { presentationTime }) => {
    presented = presentationTime;
    const frame = new VideoFrame(video);
    await frame.copyTo(seen, { rect: { x: 0, y: 0, width: 2, height: 2 } });
    frame.close();
    const shown = seen[0] < 128 ? 0 : 1;
    if (before !== null && shown !== before) [cut, looked] = [{ shown, at: presentationTime }, null];
    before = shown;
    if (!over) video.requestVideoFrameCallback(watch);
  };
  video.requestVideoFrameCallback(watch);
  const since = performance.now();
  const painted = () =>
    new Promise((done) => {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = () => done(performance.now());
      requestAnimationFrame(() => port2.postMessage(null));
    });
  await new Promise((done) => {
    const observer = new MutationObserver(async () => {
      found.answers += 1;
      const shares = fills.map((fill) => Number.parseFloat(fill.style.width));
      if (!cut || shares[cut.shown] <= shares[1 - cut.shown]) return;
      const [{ at }, from] = [cut, looked];
      cut = null;
      const now = await painted();
      found.cut.push(now - at);
      if (from !== null) found.look.push(now - from);
      if (found.cut.length < cuts) return;
      observer.disconnect();
      done();
    });
    for (const fill of fills) observer.observe(fill, { attributes: true });
  });
  over = true;
  globalThis.createImageBitmap = make;
  return { ...found, perSecond: (1000 * found.answers) / (performance.now() - since) };
}

const part = (times, share) =>
  times.toSorted((a, b) => a - b)[Math.floor(share * (times.length - 1))].toFixed(0);

await main(async () => {
  const folder = await mkdtemp(join(tmpdir(), "handful-bench-"));
  const path = join(folder, "film.y4m");
  await writeFile(path, filmOf(SHOWN.flatMap(shots), 1, RATE));
  const browser = await launch(["--disable-gpu", `--use-file-for-fake-video-capture=${path}`]);
  try {
    const context = await browser.newContext({
      serviceWorkers: "block",
      viewport: { width: 1280, height: 860 },
    });
    const page = await context.newPage();
    await page.goto(await serve(0));
    await page.getByText("Ready to teach").waitFor({ timeout: 60_000 });
    for (const label of [...SHOWN, OTHER]) {
      await page.getByRole("textbox", { name: "Name of a new class" }).fill(label);
      await page.keyboard.press("Enter");
      const add = page.getByRole("button", { name: `Add photos to ${label}` });
      const [chooser] = await Promise.all([page.waitForEvent("filechooser"), add.click()]);
      const photo = (seed) => ({
        name: `${seed}.png`,
        mimeType: "image/png",
        buffer: drawPhoto(label, seed),
      });
      await chooser.setFiles(SEEDS.map(photo));
      const card = page.getByRole("article", { name: label, exact: true });
      await card.getByText(`${SEEDS.length} photos`, { exact: true }).waitFor();
    }
    await page.getByRole("button", { name: "Live camera" }).click();
    await page.locator(".chip-best").waitFor();
    const { width, height } = await page
      .locator("video")
      .evaluate(({ videoWidth: width, videoHeight: height }) => ({ width, height }));
    console.log("| | look: least ms | median | 95 % | cut: median ms | 95 % | answers a second |");
    console.log("| --- | ---: | ---: | ---: | ---: | ---: | ---: |");
    const line = (name, { cut, look, perSecond }) =>
      console.log(
        `| ${name} | ${part(look, 0)} | ${part(look, 0.5)} | ${part(look, 0.95)} | ${part(cut, 0.5)} | ${part(cut, 0.95)} | ${perSecond.toFixed(1)} |`,
      );
    line("looks", await page.evaluate(measure, [SHOWN, CUTS]));
    await page.getByRole("button", { name: `Keep taking photos for ${OTHER}` }).click();
    line("takes photos too", await page.evaluate(measure, [SHOWN, CUTS]));
    const card = page.getByRole("article", { name: OTHER, exact: true });
    const taken = await card.getByText(/^\d+ photos$/).innerText();
    console.log(
      `\n${taken} of ${OTHER} in the end; pictures of ${width} × ${height}; Chromium ${browser.version()}, ${cpus().length} cores, load ${loadavg()[0].toFixed(1)}`,
    );
  } finally {
    await browser.close();
    await rm(folder, { recursive: true });
  }
  process.exit();
});
