// What a person does on a page made with the package: shows it drawn photos of two things, then asks about others.
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { drawPhoto, drawPixels, enlarge } from "../../tests/images/photo.mjs";
import { filmOf } from "../../tests/images/y4m.mjs";
import { launch } from "./browser.mjs";

/** Milliseconds that the page may take; it takes a few seconds where nothing else is running. */
const PATIENCE = 90_000;

/** What the page is taught. */
export const LABELS = ["tomato", "leaf"];

const photos = (thing, ...seeds) =>
  seeds.map((seed) => ({
    name: `${thing}-${seed}.png`,
    mimeType: "image/png",
    buffer: drawPhoto(thing, seed),
  }));

/**
 * Opens the page at an address. It has a file input for each label and one for the question, in a fieldset that is
 * enabled when it is ready; counts its examples; and answers in an `<output>`, the label first.
 *
 * @param {(page: import("playwright-core").Page) => Promise<void>} use
 * @param {string[]} [flags] of Chromium
 * @returns {Promise<string[]>} what the page asked the network for
 */
export async function visit(address, use, flags) {
  const browser = await launch(flags);
  const requests = [];
  const complaints = [];
  try {
    const page = await browser.newPage();
    page.setDefaultTimeout(PATIENCE);
    page.context().on("request", (request) => requests.push(request.url()));
    page.on("pageerror", (error) => complaints.push(error.stack));
    page.on("console", (message) => {
      const { url } = message.location();
      if (message.type() === "error" && !url.endsWith("/favicon.ico"))
        complaints.push(`${message.text()} (${url})`);
    });
    try {
      await page.goto(address);
      await use(page);
    } catch (error) {
      const shown = await page
        .locator("body")
        .innerText()
        .catch(() => "");
      throw new Error([error.message, shown, ...complaints].join("\n"));
    }
  } finally {
    await browser.close();
  }
  if (complaints.length > 0) throw new Error(`it works, but complains:\n${complaints.join("\n")}`);
  const strangers = requests.filter((url) => !["127.0.0.1", "localhost", ""].includes(new URL(url).hostname));
  if (strangers.length > 0) throw new Error(`requests left this machine: ${strangers.join()}`);
  return requests;
}

export const ready = (page) => page.locator("fieldset:enabled").waitFor();

export async function teach(page) {
  for (const label of LABELS) {
    await page.getByLabel(label).setInputFiles(photos(label, 0, 1, 2, 3));
    await page.getByText(`4 × ${label}`).waitFor();
  }
}

export async function ask(page) {
  // Each label another than the one before, so that no old answer is taken for a new one.
  for (const [label, seed] of [
    ["leaf", 5],
    ["tomato", 5],
    ["leaf", 6],
  ]) {
    await page.getByLabel("What is it?").setInputFiles(photos(label, seed));
    await page
      .getByRole("status")
      .filter({ hasText: new RegExp(`^\\s*${label}`) })
      .waitFor();
  }
}

/** @param {number} workers that may be there in the end */
export const teachAndAsk = (address, workers = 1) =>
  visit(address, async (page) => {
    await ready(page);
    await teach(page);
    await ask(page);
    // Frameworks show a component twice in development: what the first one began must have ended.
    if (page.workers().length > workers) throw new Error(`${page.workers().length} workers are left`);
  });

/** Flags of Chromium for a camera that shows both things by turns, two seconds each. */
export async function filmed(folder) {
  const path = join(folder, "film.y4m");
  const pictures = LABELS.flatMap((label) =>
    [1, 2, 3, 4, 5].map((seed) => enlarge(drawPixels(label, seed), { width: 320, height: 240 })),
  );
  await writeFile(path, filmOf(pictures, 4));
  return ["--disable-gpu", `--use-file-for-fake-video-capture=${path}`];
}

/** Waits until the camera of the page shows a thing: a tomato is redder than it is green. */
export const shows = (page, label) =>
  page.waitForFunction((label) => {
    const video = document.querySelector("handful-camera").shadowRoot.querySelector("video");
    if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) return false;
    const context = new OffscreenCanvas(1, 1).getContext("2d");
    context.drawImage(video, 80, 60, 160, 120, 0, 0, 1, 1);
    const [red, green] = context.getImageData(0, 0, 1, 1).data;
    return red > green === (label === "tomato");
  }, label);

/** The same by `<handful-camera>`, whose likelier bar is that of the thing that it shows. */
export async function teachByCamera(page) {
  const camera = page.locator("handful-camera");
  await camera.getByRole("button", { name: `This is: ${LABELS[0]}` }).waitFor();
  await camera.getByRole("button", { name: "Start the camera" }).click();
  for (const label of LABELS) {
    await shows(page, label);
    await camera.getByRole("button", { name: `This is: ${label}` }).click();
  }
  for (const label of LABELS) {
    const bar = await camera.getByRole("meter", { name: label }).elementHandle();
    await page.waitForFunction(({ ariaValueNow }) => Number(ariaValueNow) > 0.5, bar);
  }
  // A page that hears the events has an output for them.
  const heard = page.locator("body > output");
  if ((await heard.count()) > 0) await heard.filter({ hasText: /^(tomato|leaf), \d+ %$/ }).waitFor();
}

/** The same on the page of the README's first program, where inputs stand in their order and an answer is a dialog. */
export const askByDialog = (address) =>
  visit(address, async (page) => {
    const inputs = page.locator("input");
    for (const [at, thing] of LABELS.entries()) await inputs.nth(at).setInputFiles(photos(thing, 0, 1, 2, 3));
    for (const [thing, right] of [
      ["leaf", "pear"],
      ["tomato", "apple"],
    ]) {
      // The page does not say when it has learned.
      for (let tries = 0, said = ""; said !== right; tries++) {
        if (tries === 20) throw new Error(`${thing} is said to be ${said}`);
        const [dialog] = await Promise.all([
          page.waitForEvent("dialog"),
          inputs.nth(2).setInputFiles(photos(thing, 5)),
        ]);
        said = dialog.message();
        await dialog.accept();
      }
    }
  });
