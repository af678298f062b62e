/** What other browsers lack is not needed: Chromium without it does all that a person can do. */
import { existsSync, readFileSync } from "node:fs";
import { expect, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { addClass, answer, choose, expectPhotos, open, predict, ready, saved, teach } from "./person.js";

test.beforeEach(async ({ page }) => {
  await page.addInitScript(() => {
    // Up to Safari 27: a class that is written with it has no method of that name then.
    const whole = Symbol;
    const partial = (description?: string) => whole(description);
    for (const [name, property] of Object.entries(Object.getOwnPropertyDescriptors(whole)))
      if (name !== "dispose" && name !== "asyncDispose") Object.defineProperty(partial, name, property);
    Object.assign(globalThis, { Symbol: partial });
    // WebKitGTK and Firefox.
    for (const name of ["persist", "persisted", "estimate"])
      Reflect.deleteProperty(StorageManager.prototype, name);
    for (const name of ["values", Symbol.asyncIterator])
      Reflect.deleteProperty(ReadableStream.prototype, name);
    for (const name of ["requestIdleCallback", "scheduler", "showSaveFilePicker", "showOpenFilePicker"])
      Reflect.deleteProperty(globalThis, name);
    Reflect.deleteProperty(Document.prototype, "startViewTransition");
  });
});

test("teaches, asks, opens and merges files, exports and keeps", async ({ page }) => {
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 6), leaf: drawnPhotos("leaf", 0, 6) });
  expect(await predict(page, drawnPhotos("leaf", 7, 8))).toEqual(["leaf"]);
  await saved(page);
  await page.reload();
  await ready(page);
  await expectPhotos(page, "mug", 6);
  const menu = async (item: string) => {
    await page.getByRole("button", { name: "Sets", exact: true }).click();
    await page.getByRole("button", { name: item, exact: true }).click();
  };
  const download = page.waitForEvent("download");
  await menu("Save as a file");
  const buffer = readFileSync(await (await download).path());
  const file = { name: "mine.handful", mimeType: "", buffer };
  await menu("New set");
  await addClass(page, "bread");
  await choose(page, () => menu("Add a file to this set…"), [file]);
  await expectPhotos(page, "leaf", 6);
  await choose(page, () => menu("Open a file…"), [file]);
  await expect(page.getByRole("textbox", { name: "Name of the set" })).toHaveValue("My set");
  await expectPhotos(page, "mug", 6);
  await answer(page).getByText("Use it elsewhere").click();
  for (const [button, name] of [
    ["Save as ONNX", "My set.onnx"],
    ["Save weights (safetensors)", "My set.safetensors"],
  ] as const) {
    const exported = page.waitForEvent("download");
    await answer(page).getByRole("button", { name: button }).click();
    expect((await exported).suggestedFilename()).toBe(name);
  }
  await expect(page.getByText("The browser may delete your sets")).toBeVisible();
  expect(complaints).toEqual([]);
});

test("starts a set of a larger encoder", async ({ page }) => {
  test.skip(!existsSync("models/handful-lite2.onnx"), "the larger encoder is not built");
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await open(page);
  await answer(page).getByText("How answers are computed").click();
  await page.getByRole("combobox", { name: "What looks at the photos" }).selectOption("handful-lite2");
  await page
    .getByRole("region", { name: "handful-lite2 (slower, sees more)" })
    .getByRole("button", { name: "Download" })
    .click();
  await expect(page.getByRole("status").filter({ hasText: "new set, with handful-lite2" })).toBeVisible({
    timeout: 60_000,
  });
  await teach(page, { mug: drawnPhotos("mug", 0, 1) });
  expect(complaints).toEqual([]);
});

test("works where the page cannot be kept for offline use", async ({ page }) => {
  await page.addInitScript(() => {
    navigator.serviceWorker.register = () => Promise.resolve(undefined as never);
  });
  const complaints: string[] = [];
  page.on("pageerror", (error) => complaints.push(error.message));
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 1) });
  expect(complaints).toEqual([]);
});

test("shows a transparent picture as the encoder sees it: on white", async ({ page }) => {
  await open(page);
  await addClass(page, "mug");
  const bytes = await page.evaluate(async () => {
    const canvas = new OffscreenCanvas(64, 64);
    const context = canvas.getContext("2d");
    context?.fillRect(24, 24, 16, 16);
    return Array.from(new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer()));
  });
  const button = page.getByRole("button", { name: "Add photos to mug" });
  await choose(page, () => button.click(), [
    { name: "dot.png", mimeType: "image/png", buffer: Buffer.from(bytes) },
  ]);
  await expectPhotos(page, "mug", 1);
  const corner = await page
    .getByRole("button", { name: "Photo 1 of mug" })
    .locator("img")
    .evaluate((image) => {
      const context = new OffscreenCanvas(1, 1).getContext("2d");
      context?.drawImage(image as HTMLImageElement, 0, 0);
      return Array.from(context?.getImageData(0, 0, 1, 1).data ?? []);
    });
  for (const value of corner) expect(value).toBeGreaterThan(250);
});
