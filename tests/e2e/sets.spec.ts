/** Several sets, as files too, and in two tabs at once. */
import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import jsQR from "jsqr";
import { drawnPhotos } from "./files.js";
import { addClass, card, offerPhotos, open, photosOf, ready, saved, teach } from "./person.js";
import { firstForm, takeApart, withPictures } from "./set-file.js";

async function choose(page: Page, item: string): Promise<void> {
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await page.getByRole("button", { name: item, exact: true }).click();
}

/** A package for older loaders, which find its function one level deeper. */
const readCode = (jsQR as unknown as { default?: typeof jsQR }).default ?? jsQR;

const nameOf = (page: Page) => page.getByRole("textbox", { name: "Name of the set" });

/** The open set as a file, pictures too. */
async function saveSet(page: Page): Promise<Buffer> {
  const download = page.waitForEvent("download");
  await choose(page, "Save as a file");
  return readFileSync(await (await download).path());
}

async function openSet(page: Page, name: string, buffer: Buffer): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await choose(page, "Open a file…");
  await (await chooser).setFiles({ name, mimeType: "", buffer });
}

test("photos that still wait when another set is opened are told one by one, and none is lost in silence", async ({
  page,
}) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 1) });
  await saved(page);
  await offerPhotos(page, "mug", drawnPhotos("mug", 1, 81));
  await choose(page, "New set");
  await expect(nameOf(page)).toHaveValue("Set 2");
  const left = page.getByRole("status").filter({ hasText: /photos? (was|were) left out/ });
  await expect(left).toContainText("It was not learnt yet when the set was put away.");
  // The last ones have their names there, the others are counted.
  const count = Number(/\d+/.exec(await left.locator("strong").innerText())?.[0]);
  const named = left.getByRole("listitem").filter({ hasText: ".png" });
  await expect(named).toHaveCount(Math.min(count, 20));
  if (count > 20) await expect(left).toContainText(new RegExp(`${count - 20} others?, and:`));
  await choose(page, "Open My set");
  await expect(photosOf(page, "mug")).toHaveCount(81 - count);
});

test("creates, renames, switches and deletes sets, and brings a deleted one back", async ({ page }) => {
  await open(page);
  await expect(nameOf(page)).toHaveValue("My set");
  await teach(page, { mug: drawnPhotos("mug", 0, 2) });
  await saved(page);
  await choose(page, "New set");
  await expect(nameOf(page)).toHaveValue("Set 2");
  await expect(card(page, "mug")).toHaveCount(0);
  await nameOf(page).fill("Garden");
  await nameOf(page).press("Enter");
  await addClass(page, "leaf");
  await saved(page);

  await choose(page, "Open My set");
  await expect(photosOf(page, "mug")).toHaveCount(2);
  await expect(photosOf(page, "mug").first().locator("img")).toBeVisible();
  await page.reload();
  await ready(page);
  await expect(photosOf(page, "mug")).toHaveCount(2);

  await choose(page, "Open Garden");
  await expect(card(page, "leaf")).toBeVisible();
  await choose(page, "Delete this set");
  await expect(nameOf(page)).toHaveValue("My set");
  await expect(page.getByRole("status").filter({ hasText: "deleted Garden" })).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(nameOf(page)).toHaveValue("Garden");
  await expect(card(page, "leaf")).toBeVisible();

  await choose(page, "Delete this set");
  await choose(page, "Delete this set");
  await expect(card(page, "mug")).toHaveCount(0);
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await expect(photosOf(page, "mug").first().locator("img")).toBeVisible();
});

test("deletes the only set, and has it back, on plain http, where browsers make no random names", async ({
  page,
}) => {
  await page.addInitScript(() => Reflect.deleteProperty(Crypto.prototype, "randomUUID"));
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 1) });
  await saved(page);
  await choose(page, "Delete this set");
  await expect(card(page, "mug")).toHaveCount(0);
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await expect(photosOf(page, "mug")).toHaveCount(1);
});

test("saves a set as a file, with pictures or without, and opens it as a set of its own", async ({
  page,
}) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2) });
  const files: { name: string; mimeType: string; buffer: Buffer }[] = [];
  for (const item of ["Save as a file", "Save without pictures"]) {
    const download = page.waitForEvent("download");
    await choose(page, item);
    const file = await download;
    expect(file.suggestedFilename()).toBe("My set.handful");
    files.push({ name: `${item}.handful`, mimeType: "", buffer: readFileSync(await file.path()) });
  }
  const [whole, plain] = files;
  if (!whole || !plain) throw new Error("nothing was saved");
  const openFile = async (file: (typeof files)[0]) => {
    const chooser = page.waitForEvent("filechooser");
    await choose(page, "Open a file…");
    await (await chooser).setFiles(file);
  };

  await nameOf(page).fill("Garden");
  await nameOf(page).press("Enter");
  await openFile(plain);
  await expect(nameOf(page)).toHaveValue("My set");
  await expect(photosOf(page, "mug")).toHaveCount(2);
  await expect(photosOf(page, "mug").locator("img")).toHaveCount(0);
  await openFile(whole);
  await expect(photosOf(page, "mug").locator("img")).toHaveCount(2);

  // Whatever is wrong with a file, what is open stays open.
  const cut = { ...whole, name: "cut.handful", buffer: whole.buffer.subarray(0, whole.buffer.length - 1) };
  const words = { ...whole, name: "words.handful", buffer: Buffer.from("HANDFUL1 only words") };
  for (const bad of [cut, words]) {
    await openFile(bad);
    await expect(page.getByRole("status").filter({ hasText: `${bad.name} is damaged` })).toBeVisible();
    await expect(photosOf(page, "mug")).toHaveCount(2);
  }
});

test("keeps the names of classes that have no photos yet, at the next visit and in a file", async ({
  page,
}) => {
  await open(page);
  await teach(page, { mug: [], leaf: [] });
  await saved(page);
  await page.reload();
  await ready(page);
  await expect(page.getByRole("article")).toHaveCount(2);
  const file = await saveSet(page);
  await choose(page, "New set");
  await expect(page.getByRole("article")).toHaveCount(0);
  await openSet(page, "names.handful", file);
  for (const label of ["mug", "leaf"]) await expect(card(page, label)).toBeVisible();
});

test("hands the open set with its pictures to whoever the person chooses", async ({ page }) => {
  // As on a phone: where the tests run nobody can be chosen.
  await page.addInitScript(() => {
    const shared: ShareData[] = [];
    Object.assign(window, { shared });
    Navigator.prototype.canShare = () => true;
    Navigator.prototype.share = async (data) => void shared.push(data ?? {});
  });
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2) });
  await page.getByRole("button", { name: "Share", exact: true }).click();
  const shared = () =>
    page.evaluate(async () => {
      const [data] = (window as unknown as { shared: ShareData[] }).shared;
      const file = data?.files?.[0];
      return file && { name: file.name, bytes: Array.from(new Uint8Array(await file.arrayBuffer())) };
    });
  await expect.poll(async () => (await shared())?.name).toBe("My set.handful");
  await openSet(page, "shared.handful", Buffer.from((await shared())?.bytes ?? []));
  await expect(nameOf(page)).toHaveValue("My set");
  await expect(photosOf(page, "mug").locator("img")).toHaveCount(2);
});

test("opens a file that the page wrote in its first form", async ({ page }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2) });
  const whole = await saveSet(page);
  const { set, pictures } = takeApart(whole);
  await openSet(page, "first.handful", firstForm("Garden", set, pictures));
  await expect(nameOf(page)).toHaveValue("Garden");
  await expect(photosOf(page, "mug").locator("img")).toHaveCount(2);

  const doubled = [...pictures, ...pictures];
  for (const [name, bytes] of [
    ["doubled.handful", firstForm("Garden", set, doubled)],
    ["cut.handful", firstForm("Garden", set, pictures).subarray(0, -1)],
    ["longer.handful", Buffer.concat([firstForm("Garden", set, pictures), Buffer.of(0)])],
    ["words.handful", Buffer.from("HANDFUL1 only words")],
  ] as const) {
    await openSet(page, name, bytes);
    await expect(page.getByRole("status").filter({ hasText: `${name} is damaged` })).toBeVisible();
  }
  await expect(photosOf(page, "mug").locator("img")).toHaveCount(2);
});

test("leaves out pictures of a file that it cannot show or that are of no photo, and says so", async ({
  page,
}) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 3) });
  const { set, pictures } = takeApart(await saveSet(page));
  const [first = 0, second = 0, third = 0] = pictures.keys();
  const good = pictures.get(first) ?? Buffer.of();
  const png = drawnPhotos("mug", 0, 1)[0]?.buffer ?? Buffer.of();
  const large = Buffer.concat([good, Buffer.alloc(262_144)]);
  const wide = Buffer.from(good);
  const frame = wide.indexOf(Buffer.of(0xff, 0xc0));
  wide.writeUInt16BE(60_000, frame + 7);

  for (const [name, hostile] of [
    ["png.handful", [[second, png]]],
    ["large.handful", [[second, large]]],
    ["wide.handful", [[second, wide]]],
    ["empty.handful", [[second, Buffer.of()]]],
    ["stranger.handful", [[999, good]]],
    ["zero.handful", [[`0${second}`, good]]],
  ] as const) {
    await openSet(page, name, withPictures(set, [[first, good], [third, good], ...hostile]));
    const said = page.getByRole("status").filter({ hasText: `opened ${name}; 1 picture was left out` });
    await expect(said).toBeVisible();
    await expect(photosOf(page, "mug")).toHaveCount(3);
    await expect(photosOf(page, "mug").locator("img")).toHaveCount(2);
  }
  // Two pictures under one name: the file does not say which, so it is none.
  const twice = withPictures(
    set,
    [
      [first, good],
      [999, good],
    ],
    (header) => header.replace("picture.999", `picture.${first}`),
  );
  await openSet(page, "twice.handful", twice);
  await expect(page.getByRole("status").filter({ hasText: "twice.handful is damaged" })).toBeVisible();
});

test("adds somebody else's file to the open set, pictures too, as one step", async ({ page }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2), leaf: drawnPhotos("leaf", 0, 1) });
  const download = page.waitForEvent("download");
  await choose(page, "Save as a file");
  const theirs = {
    name: "theirs.handful",
    mimeType: "",
    buffer: readFileSync(await (await download).path()),
  };

  // Both have the mugs; the leaf is theirs alone by now, the bread ours.
  await card(page, "leaf").getByRole("button", { name: "More for leaf" }).click();
  await card(page, "leaf").getByRole("button", { name: "Remove class" }).click();
  await addClass(page, "bread");
  const chooser = page.waitForEvent("filechooser");
  await choose(page, "Add a file to this set…");
  await (await chooser).setFiles(theirs);
  const told = (words: string) => page.getByRole("status").filter({ hasText: words });
  await expect(told("added 1 photo from theirs.handful, to leaf")).toBeVisible();
  await expect(photosOf(page, "mug")).toHaveCount(2);
  await expect(photosOf(page, "leaf").locator("img")).toHaveCount(1);
  await page.getByRole("button", { name: "Undo" }).first().click();
  await expect(card(page, "leaf")).toHaveCount(0);
  await page.getByRole("button", { name: "Redo" }).click();
  await saved(page);
  await page.reload();
  await expect(photosOf(page, "leaf").locator("img")).toHaveCount(1);
  await expect(card(page, "bread")).toBeVisible();

  // By now there is nothing in it that is not here.
  const again = page.waitForEvent("filechooser");
  await choose(page, "Add a file to this set…");
  await (await again).setFiles(theirs);
  await expect(told("all of theirs.handful was there already")).toBeVisible();
  await expect(page.getByRole("button", { name: "Undo" })).toHaveAttribute("aria-disabled", "true");
});

test("lets one tab work on a set at a time, and hands it over", async ({ page, context }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 1) });
  const second = await context.newPage();
  await second.goto("./");
  const elsewhere = (tab: Page) => tab.getByRole("alert").filter({ hasText: "open in another tab" });
  await expect(elsewhere(second)).toBeVisible();
  await expect(card(second, "mug")).toHaveCount(0);

  // The first tab has not finished saving when the second asks.
  await addClass(page, "leaf");
  await second.getByRole("button", { name: "Work here instead" }).click();
  await expect(card(second, "leaf")).toBeVisible();
  await expect(elsewhere(page)).toBeVisible();
  await expect(card(page, "mug")).toHaveCount(0);
  await addClass(second, "bread");
  await saved(second);

  // The first follows when the second is gone, and has what was done there.
  await second.close();
  await expect(card(page, "bread")).toBeVisible();
  await expect(elsewhere(page)).toHaveCount(0);
  await addClass(page, "banana");
  await saved(page);
  await page.reload();
  await expect(page.getByRole("article")).toHaveCount(4);
});

test("takes over the set that an earlier version of the page stored", async ({ page }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2) });
  await saved(page);
  // Some address of the same origin without the page, which would hold the database open.
  await page.goto("./favicon.svg");
  await page.evaluate(async () => {
    const done = <Value>(request: IDBRequest<Value>) =>
      new Promise<Value>((resolve, reject) => {
        request.onsuccess = () => resolve(request.result);
        request.onerror = () => reject(request.error);
      });
    const now = await done(indexedDB.open("handful"));
    const reading = now.transaction(["sets", "pictures", "parts"]);
    const [{ parts }, pictures, pieces] = await Promise.all([
      done(reading.objectStore("sets").get("default")),
      done(reading.objectStore("pictures").getAll()),
      done(reading.objectStore("parts").getAll()),
    ]);
    const inOrder = parts.map((part: string) => pieces.find(({ name }) => name === part).bytes);
    const bytes = new Uint8Array(await new Blob(inOrder).arrayBuffer());
    now.close();
    await done(indexedDB.deleteDatabase("handful"));
    localStorage.clear();

    // Version 1: one set, and its thumbnails by the id of the example alone.
    const opening = indexedDB.open("handful", 1);
    opening.onupgradeneeded = () => {
      opening.result.createObjectStore("sets", { keyPath: "id" }).put({ id: "default", bytes });
      const thumbnails = opening.result.createObjectStore("thumbnails", { keyPath: "id" });
      for (const { id, bytes } of pictures) thumbnails.put({ id, blob: new Blob([bytes]) });
    };
    (await done(opening)).close();
  });
  await open(page);
  await expect(nameOf(page)).toHaveValue("My set");
  await expect(photosOf(page, "mug").locator("img")).toHaveCount(2);
  await addClass(page, "leaf");
  await saved(page);
});

test("shows the page's address for a phone's camera, which reads it", async ({ page }) => {
  await open(page);
  const menu = page.getByRole("button", { name: "Sets", exact: true });
  await choose(page, "Open this page on a phone");
  const dialog = page.getByRole("dialog", { name: "Open this page on a phone" });
  await expect(dialog).toContainText(new URL(page.url()).origin);
  const code = dialog.getByRole("img", { name: "QR code of the page’s address" });
  await expect(code).toBeVisible();
  const side = 400;
  const pixels = await code.evaluate(async (svg, side) => {
    const sized = svg.cloneNode(true) as SVGElement;
    for (const name of ["width", "height"]) sized.setAttribute(name, String(side));
    const image = new Image();
    image.src = `data:image/svg+xml,${encodeURIComponent(new XMLSerializer().serializeToString(sized))}`;
    await image.decode();
    const canvas = new OffscreenCanvas(side, side);
    const context = canvas.getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.fillStyle = "white";
    context.fillRect(0, 0, side, side);
    context.drawImage(image, 0, 0);
    return Array.from(context.getImageData(0, 0, side, side).data);
  }, side);
  expect(readCode(Uint8ClampedArray.from(pixels), side, side)?.data).toBe(page.url());
  await page.keyboard.press("Escape");
  await expect(dialog).toHaveCount(0);
  await expect(menu).toBeFocused();
});
