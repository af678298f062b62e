/**
 * Larger encoders, with a small model of the same architecture in the place of the real one: they say how large they are
 * before anything is asked of anybody else, and a set belongs to one.
 */
import { existsSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { FeatureClassifier } from "handful";
import { serve } from "../presets/server.mjs";
import { drawnPhotos } from "./files.js";
import {
  answer,
  card,
  expectPhotos,
  hits,
  offerPhotos,
  open,
  photosOf,
  predict,
  ready,
  saved,
  teach,
  unfoldMethods,
} from "./person.js";
import { takeApart, withPictures } from "./set-file.js";

const NAME = "clip-vit-b-32";
const MODEL = "CLIP ViT-B/32";
const ROOT = fileURLToPath(new URL("../..", import.meta.url));
const SMALL = `${ROOT}tests/data/models/presets`;

function manifestIn(folder: string): { base: string; file: string; bytes: number } {
  return JSON.parse(readFileSync(`${folder}/${NAME}.json`, "utf8"));
}

const shipped = manifestIn(`${ROOT}models/presets`);
const small = manifestIn(SMALL);

/** The page's description of the encoder becomes that of the small one, whose files come from `base`. */
async function describe(context: BrowserContext, base: string): Promise<void> {
  await context.route(new RegExp(`/assets/${NAME}-[^/]+\\.json$`), (route) =>
    route.fulfill({ json: { ...small, base, bytes: shipped.bytes } }),
  );
}

/** The model hub, as far as it is asked; null where it does not answer. */
async function hub(context: BrowserContext, answers: () => boolean): Promise<string[]> {
  const asked: string[] = [];
  await context.route(/^https:/, async (route) => {
    asked.push(route.request().url());
    if (!answers()) return route.abort();
    const headers = { "access-control-allow-origin": "*" };
    return route.fulfill({ path: `${SMALL}/${NAME}/${small.file}`, headers });
  });
  return asked;
}

const offered = (page: Page) => page.getByRole("region", { name: MODEL });
const choice = (page: Page) => page.getByRole("combobox", { name: "What looks at the photos" });

async function chooseLarger(page: Page): Promise<void> {
  await unfoldMethods(page);
  await choice(page).selectOption(MODEL);
  await expect(offered(page)).toContainText("176.1 MB to download from the model hub, once.");
}

async function menu(page: Page, item: string): Promise<void> {
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await page.getByRole("button", { name: item, exact: true }).click();
}

test("says how large an encoder is, loads it, stops and goes on, and gives it a set of its own", async ({
  page,
  context,
}) => {
  const server = await serve({ models: SMALL });
  const requests = () => server.log.filter(({ path }) => path.endsWith(small.file));
  try {
    await describe(context, `http://localhost:${server.port}/models/${NAME}/`);
    await open(page);
    await teach(page, { mug: drawnPhotos("mug", 0, 2) });
    await chooseLarger(page);
    await expect(offered(page)).toContainText("the open one stays as it is");
    await offered(page).getByRole("button", { name: "Not now" }).click();
    await expect(offered(page)).toHaveCount(0);
    await expect(choice(page)).toHaveValue("shipped");
    await chooseLarger(page);
    expect(requests()).toHaveLength(0);

    server.faults.pause = 60_000;
    await offered(page).getByRole("button", { name: "Download" }).click();
    const progress = offered(page).getByRole("progressbar", { name: `Loading ${MODEL}` });
    // The first piece has come, of a file that has two.
    await expect(progress).toHaveAttribute("value", "65536");
    await expect(progress).toHaveAttribute("max", String(small.bytes));
    // The page can be used meanwhile.
    await teach(page, { leaf: drawnPhotos("leaf", 0, 2) });
    await offered(page).getByRole("button", { name: "Stop" }).click();
    await expect(offered(page)).toHaveCount(0);

    server.faults.pause = 0;
    await chooseLarger(page);
    await offered(page).getByRole("button", { name: "Download" }).click();
    await expect(page.getByRole("status").filter({ hasText: `new set, with ${MODEL}` })).toBeVisible();
    await expect(page.getByRole("textbox", { name: "Name of the set" })).toHaveValue("Set 2");
    await unfoldMethods(page);
    await expect(choice(page)).toHaveValue(NAME);
    await expect(page.getByRole("checkbox", { name: "Use class names" })).toHaveCount(0);
    await teach(page, { tomato: drawnPhotos("tomato", 0, 2), bread: drawnPhotos("bread", 0, 2) });
    await predict(page, drawnPhotos("bread", 5, 6));
    await saved(page);
    const count = requests().length;

    // It is kept, so the next visit asks nobody, nor does going there and back.
    await page.reload();
    await ready(page);
    await expect(photosOf(page, "bread")).toHaveCount(2);
    await menu(page, "Open My set");
    await expect(photosOf(page, "leaf")).toHaveCount(2);
    await predict(page, drawnPhotos("leaf", 5, 6));
    await menu(page, "Open Set 2");
    await expect(card(page, "tomato")).toBeVisible();
    await teach(page, { mug: drawnPhotos("mug", 0, 1) });
    // What the other encoder made of the photo that was asked about is not answered by this set.
    await expect(answer(page).getByRole("img")).toHaveCount(0);
    expect(requests()).toHaveLength(count);
  } finally {
    server.close();
  }
});

test("our larger encoder comes from the page itself, with its real weights", async ({ page }) => {
  const built = existsSync(`${ROOT}www/dist/larger/handful-lite2.onnx`);
  test.skip(!built, "`npm run encoder -- lite2` has not built it");
  const name = "handful-lite2 (slower, sees more)";
  await open(page);
  await unfoldMethods(page);
  await choice(page).selectOption(name);
  const offer = page.getByRole("region", { name });
  await expect(offer).toContainText("6.7 MB to download from this page, once.");
  await offer.getByRole("button", { name: "Download" }).click();
  await expect(page.getByRole("textbox", { name: "Name of the set" })).toHaveValue("Set 1");
  await teach(page, { tomato: drawnPhotos("tomato", 0, 3), leaf: drawnPhotos("leaf", 0, 3) });
  const asked = [...drawnPhotos("tomato", 5, 8), ...drawnPhotos("leaf", 5, 8)];
  const truth = ["tomato", "tomato", "tomato", "leaf", "leaf", "leaf"];
  expect(hits(await predict(page, asked), truth)).toBe(truth.length);
});

test("asks before it loads what a set was made with, and says what went wrong", async ({ page, context }) => {
  let answers = true;
  await describe(context, shipped.base);
  const asked = await hub(context, () => answers);
  await open(page);
  await chooseLarger(page);
  expect(asked).toEqual([]);
  await offered(page).getByRole("button", { name: "Download" }).click();
  await expect(page.getByRole("textbox", { name: "Name of the set" })).toHaveValue("Set 1");
  expect(asked).toEqual([shipped.base + shipped.file]);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 2) });
  await saved(page);
  const download = page.waitForEvent("download");
  await menu(page, "Save without pictures");
  const buffer = readFileSync(await (await download).path());
  await menu(page, "New set");
  await teach(page, { mug: drawnPhotos("mug", 0, 1) });
  await saved(page);

  // Another device, or one that has made room.
  await page.evaluate(() => caches.delete("handful-encoders"));
  await page.reload();
  await ready(page);
  answers = false;
  asked.length = 0;
  await menu(page, "Open Set 1");
  await expect(offered(page)).toContainText(`This set was made with ${MODEL}. 176.1 MB to download`);
  await expect(photosOf(page, "tomato")).toHaveCount(2);
  // It can be left for another set.
  await menu(page, "Open Set 2");
  await expect(offered(page)).toHaveCount(0);
  await expect(photosOf(page, "mug")).toHaveCount(1);
  // A file that was made with it is asked about too.
  const chooser = page.waitForEvent("filechooser");
  await menu(page, "Open a file…");
  await (await chooser).setFiles({ name: "theirs.handful", mimeType: "", buffer });
  await expect(page.getByRole("textbox", { name: "Name of the set" })).toHaveValue("Set 1");
  await expect(offered(page)).toBeVisible();
  expect(asked).toEqual([]);
  await offered(page).getByRole("button", { name: "Download" }).click();
  await expect(offered(page)).toContainText("A download failed. Check the connection and try again.");
  answers = true;
  await offered(page).getByRole("button", { name: "Try again" }).click();
  await ready(page);
  await expect(offered(page)).toHaveCount(0);
  await teach(page, { leaf: drawnPhotos("leaf", 0, 2) });
  await predict(page, drawnPhotos("leaf", 5, 6));
});

/** The open set as a file with pictures. */
async function fileOf(page: Page): Promise<Buffer> {
  const download = page.waitForEvent("download");
  await menu(page, "Save as a file");
  return readFileSync(await (await download).path());
}

async function openFile(page: Page, name: string, buffer: Buffer): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await menu(page, "Open a file…");
  await (await chooser).setFiles({ name, mimeType: "", buffer });
}

test("teaches the open set anew with the encoder that is chosen, and Undo brings the old set back", async ({
  page,
  context,
}) => {
  const server = await serve({ models: SMALL });
  try {
    await describe(context, `http://localhost:${server.port}/models/${NAME}/`);
    await open(page);
    const [leaves, mugs] = [drawnPhotos("leaf", 0, 3), drawnPhotos("mug", 0, 2)];
    await teach(page, { leaf: leaves, mug: mugs, bread: [] });
    await chooseLarger(page);
    await expect(offered(page)).toContainText("Or it teaches the open one anew");
    // What is still on its way is waited for.
    await offerPhotos(page, "bread", drawnPhotos("bread", 0, 15));
    await offered(page).getByRole("button", { name: "Teach this set anew" }).click();
    await expect(page.getByRole("status").filter({ hasText: "Taught 20 photos anew" })).toBeVisible();
    await expect(page.getByRole("dialog")).toHaveCount(0);
    await unfoldMethods(page);
    await expect(choice(page)).toHaveValue(NAME);
    await expect(page.getByRole("textbox", { name: "Name of the set" })).toHaveValue("My set");
    const names = () => page.getByRole("article").evaluateAll((all) => all.map((one) => one.ariaLabel));
    expect((await names()).slice(0, 3)).toEqual(["leaf", "mug", "bread"]);
    await expectPhotos(page, "leaf", 3);
    await predict(page, drawnPhotos("leaf", 5, 6));
    // What was done since then is taken back first.
    await teach(page, { tomato: drawnPhotos("tomato", 0, 1) });
    const undo = page.getByRole("button", { name: "Undo" }).first();
    await undo.click();
    await undo.click();
    await expect(card(page, "tomato")).toHaveCount(0);
    await undo.click();
    await expect(page.getByRole("status").filter({ hasText: "Undone: taught the set anew" })).toBeVisible();
    await expect(choice(page)).toHaveValue("shipped");
    await expectPhotos(page, "leaf", 3);
    expect(await predict(page, drawnPhotos("leaf", 5, 6))).toEqual(["leaf"]);

    // A day long the new one can be had back, in another visit too.
    await saved(page);
    await page.reload();
    await ready(page);
    await menu(page, "Deleted: My set, bring back");
    await unfoldMethods(page);
    await expect(choice(page)).toHaveValue(NAME);
    await expectPhotos(page, "mug", 2);
  } finally {
    server.close();
  }
});

test("a file of an encoder that nobody knows is taught anew from its pictures, and what has none is named", async ({
  page,
}) => {
  await open(page);
  await teach(page, { leaf: drawnPhotos("leaf", 0, 3), mug: drawnPhotos("mug", 0, 3) });
  await saved(page);
  const { pictures } = takeApart(await fileOf(page));
  const theirs = await FeatureClassifier.create({
    streams: [{ name: "aux", dim: 3 }],
    encoderId: "theirs@1",
  });
  for (const id of [0, 1, 2, 3, 4, 5]) theirs.addFeatures(Float32Array.of(1, id, 2), id < 3 ? "leaf" : "mug");
  theirs.setEnabled("mug", false);
  const set = Buffer.from(theirs.save());
  theirs.dispose();
  pictures.delete(4);
  // Begins as a JPEG file does, and is none.
  pictures.set(1, Buffer.concat([(pictures.get(1) as Buffer).subarray(0, 700), Buffer.alloc(100)]));

  await openFile(page, "theirs.handful", withPictures(set, pictures));
  const alert = page.getByRole("alert");
  await expect(alert).toContainText("It can be taught anew from the pictures");
  await alert.getByRole("button", { name: "Teach it anew with this page’s image model" }).click();
  await expect(page.getByText("Taught 4 photos anew")).toBeVisible();
  await expect(alert).toHaveCount(0);
  const left = page.getByRole("status").filter({ hasText: "2 photos were left out" });
  await expect(left).toContainText("Photo of mug: No picture of this photo is kept.");
  await expect(left).toContainText("Photo of leaf: This browser cannot read it as a photo");
  await expectPhotos(page, "leaf", 2);
  await expectPhotos(page, "mug", 2);
  await expect(card(page, "mug")).toContainText("left out");
  await page.keyboard.press("Control+z");
  await expect(alert).toContainText("It can be taught anew from the pictures");
  await expect(page.getByRole("textbox", { name: "Name of the set" })).toHaveValue("theirs");

  // Without pictures there is nothing to teach from.
  await openFile(page, "bare.handful", set);
  await expect(page.getByText("bare.handful was made with another image model")).toBeVisible();
});
