/** Photos that are dropped or pasted, with or without saying what they are. */
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { drawnPhotos, type Upload } from "./files.js";
import { chooseFolder, dropFolders } from "./folders.js";
import {
  addClass,
  addPhotos,
  answer,
  card,
  expectPhotos,
  offerPhotos,
  open,
  photosOf,
  teach,
  winner,
} from "./person.js";

/** Sends a drop or a paste with files, as the browser does; no test can hold a real mouse over a real desktop. */
async function send(target: Locator, type: "drop" | "paste", uploads: Upload[]): Promise<void> {
  const files = uploads.map(({ name, mimeType, buffer }) => ({
    name,
    mimeType,
    base64: buffer.toString("base64"),
  }));
  await target.evaluate(
    (element, [kind, items]) => {
      const transfer = new DataTransfer();
      for (const { name, mimeType, base64 } of items) {
        const bytes = Uint8Array.from(atob(base64), (character) => character.charCodeAt(0));
        transfer.items.add(new File([bytes], name, { type: mimeType }));
      }
      const event =
        kind === "drop"
          ? new DragEvent(kind, { dataTransfer: transfer, bubbles: true, cancelable: true })
          : new ClipboardEvent(kind, { clipboardData: transfer, bubbles: true, cancelable: true });
      element.dispatchEvent(event);
    },
    [type, files] as const,
  );
}

function question(page: Page): Locator {
  return page.getByRole("dialog");
}

function said(page: Page, words: string): Locator {
  return page.getByRole("status").filter({ hasText: words });
}

test("takes photos dropped on a class, and answers photos dropped on the answer", async ({ page }) => {
  await open(page);
  await teach(page, { tomato: [], leaf: drawnPhotos("leaf", 0, 2) });
  await send(card(page, "tomato"), "drop", drawnPhotos("tomato", 0, 2));
  await expect(photosOf(page, "tomato")).toHaveCount(2);
  await send(answer(page), "drop", drawnPhotos("tomato", 5, 6));
  expect(await winner(page)).toBe("tomato");
});

test("asks which class photos are that are dropped on the page", async ({ page }) => {
  await open(page);
  await addClass(page, "leaf");
  await send(page.getByRole("contentinfo"), "drop", drawnPhotos("leaf", 0, 2));
  await expect(question(page)).toContainText("What are these 2 photos?");
  await question(page).getByRole("button", { name: "leaf" }).click();
  await expect(photosOf(page, "leaf")).toHaveCount(2);

  await send(page.getByRole("contentinfo"), "drop", drawnPhotos("tomato", 0, 2));
  await question(page).getByRole("textbox", { name: "Something new" }).fill("tomato");
  await page.keyboard.press("Enter");
  await expect(photosOf(page, "tomato")).toHaveCount(2);
  await expect(question(page)).toHaveCount(0);

  await send(page.getByRole("contentinfo"), "drop", drawnPhotos("leaf", 5, 6));
  await question(page).getByRole("button", { name: "Just tell me what it is" }).click();
  expect(await winner(page)).toBe("leaf");

  await send(page.getByRole("contentinfo"), "drop", drawnPhotos("leaf", 5, 6));
  await expect(question(page)).toBeVisible();
  await page.keyboard.press("Escape");
  await expect(question(page)).toHaveCount(0);
  await expect(photosOf(page, "leaf")).toHaveCount(2);
});

test("pastes a photo where the focus is, or asks", async ({ page }) => {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 1), leaf: drawnPhotos("leaf", 0, 2) });
  await page.getByRole("button", { name: "Add photos to tomato" }).focus();
  await send(page.locator("body"), "paste", drawnPhotos("tomato", 1, 2));
  await expect(photosOf(page, "tomato")).toHaveCount(2);
  await page.getByRole("button", { name: "Add photos to None of these" }).focus();
  await send(page.locator("body"), "paste", drawnPhotos("mug", 1, 2));
  await expect(page.getByRole("button", { name: "Photo 1 of None of these" })).toBeVisible();
  await answer(page).getByRole("button", { name: "Choose photos" }).focus();
  await send(page.locator("body"), "paste", drawnPhotos("leaf", 5, 6));
  expect(await winner(page)).toBe("leaf");
  await page.getByRole("textbox", { name: "Name of a new class" }).focus();
  await send(page.locator("body"), "paste", drawnPhotos("leaf", 5, 6));
  await expect(question(page)).toContainText("What is this photo?");
});

const TEACH_FOLDER = "Folder, one inside it for each class";

test("takes a folder for the class that looks the same, however its name is spelled", async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), "handful-"));
  try {
    // As macOS names it.
    const apart = join(folder, "A\u0308pfel");
    mkdirSync(apart);
    for (const { name, buffer } of drawnPhotos("tomato", 0, 3)) writeFileSync(join(apart, name), buffer);
    await open(page);
    await addClass(page, "\u00c4pfel");
    await chooseFolder(page, TEACH_FOLDER, folder);
    await expect(said(page, "added 3 photos")).toBeVisible();
    await expect(page.getByRole("article")).toHaveCount(1);
    await expectPhotos(page, "\u00c4pfel", 3);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test("takes back all photos of six dropped folders with one Undo, says how many, and brings all back", async ({
  page,
}) => {
  test.setTimeout(300_000);
  const labels = ["one", "two", "three", "four", "five", "six"];
  // More changes in all than the classifier remembers steps. Each class learns the same photos: it is their number that counts.
  const photos = drawnPhotos("mug", 0, 50);
  await open(page);
  await addClass(page, "before");
  await dropFolders(page.getByRole("banner"), Object.fromEntries(labels.map((label) => [label, photos])));
  await expect(said(page, "added 300 photos from 6 folders")).toBeVisible({ timeout: 240_000 });
  await page.getByRole("button", { name: "Undo", exact: true }).first().click();
  await expect(said(page, "Undone: added 300 photos from 6 folders")).toBeVisible();
  await expect(page.getByRole("article")).toHaveCount(1);
  await page.getByRole("button", { name: "Redo", exact: true }).click();
  await expect(said(page, "Redone: added 300 photos from 6 folders")).toBeVisible();
  for (const label of labels) await expect(card(page, label)).toContainText("50 photos");
  await page.keyboard.press("Control+z");
  await expect(page.getByRole("article")).toHaveCount(1);
  await page.keyboard.press("Control+z");
  await expect(page.getByRole("article")).toHaveCount(0);
});

test("learns nothing from folders that are dropped again, and says so", async ({ page }) => {
  const folders = { mug: drawnPhotos("mug", 0, 3), leaf: drawnPhotos("leaf", 0, 2) };
  await open(page);
  await dropFolders(page.getByRole("banner"), folders);
  await expect(said(page, "added 5 photos from 2 folders")).toBeVisible();
  await dropFolders(page.getByRole("banner"), folders);
  await expect(said(page, "all 5 photos were there already")).toBeVisible();
  await expectPhotos(page, "mug", 3);
  await expectPhotos(page, "leaf", 2);
  // The one step is that of the first time.
  await page.keyboard.press("Control+z");
  await expect(page.getByRole("article")).toHaveCount(0);
});

test("counts a photo once, whether its bytes or only its picture is the same, and says so", async ({
  page,
}) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 3), leaf: [] });
  await offerPhotos(page, "mug", drawnPhotos("mug", 1, 4));
  await expect(said(page, "added 1 photo to mug; 2 more were there already")).toBeVisible();
  await offerPhotos(page, "mug", drawnPhotos("mug", 0, 4));
  await expect(said(page, "all 4 photos were there already")).toBeVisible();
  await expect(photosOf(page, "mug")).toHaveCount(4);
  // The same picture in other bytes.
  const [photo] = drawnPhotos("mug", 0, 1);
  if (!photo) throw new Error("nothing was drawn");
  const bytes = await page.evaluate(async (png) => {
    const whole = Uint8Array.from(atob(png), (character) => character.charCodeAt(0));
    const picture = await createImageBitmap(new Blob([whole]));
    const canvas = new OffscreenCanvas(picture.width, picture.height);
    canvas.getContext("2d")?.drawImage(picture, 0, 0);
    const blob = await canvas.convertToBlob({ type: "image/webp", quality: 1 });
    return Array.from(new Uint8Array(await blob.arrayBuffer()));
  }, photo.buffer.toString("base64"));
  await offerPhotos(page, "mug", [{ name: "copy.webp", mimeType: "image/webp", buffer: Buffer.from(bytes) }]);
  await expect(said(page, "that photo was there already")).toBeVisible();
  await expect(photosOf(page, "mug")).toHaveCount(4);
  // Another class has not seen it, and one Undo takes away what was added.
  await addPhotos(page, "leaf", drawnPhotos("mug", 0, 1));
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "mug")).toHaveCount(3);
});

test("opens sets that are dropped wherever it is, and says what to do with one among photos", async ({
  page,
}) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2) });
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await page.getByRole("button", { name: "Save as a file" }).click();
  const buffer = readFileSync(await (await download).path());
  const file = (name: string) => ({ name, mimeType: "", buffer });
  const name = page.getByRole("textbox", { name: "Name of the set" });

  await send(card(page, "mug"), "drop", [file("theirs.HANDFUL"), ...drawnPhotos("mug", 2, 3)]);
  await expect(photosOf(page, "mug")).toHaveCount(3);
  const problem = page.getByRole("listitem").filter({ hasText: "theirs.HANDFUL" });
  await expect(problem).toContainText("It is a saved set. Drop it by itself to open it");
  await page.getByRole("button", { name: "Dismiss" }).click();

  for (const target of [card(page, "mug"), answer(page), page.getByRole("contentinfo")]) {
    await page.getByRole("button", { name: "Sets", exact: true }).click();
    await page.getByRole("button", { name: "New set" }).click();
    await expect(name).toHaveValue(/^Set/);
    await teach(page, { mug: drawnPhotos("mug", 0, 1) });
    await send(target, "drop", [file("theirs.Handful")]);
    await expect(name).toHaveValue("My set");
    await expectPhotos(page, "mug", 2);
  }
  // Two at once: the last one stays open, the other is in the menu.
  await send(page.getByRole("contentinfo"), "drop", [file("a.handful"), file("b.handful")]);
  await expect(said(page, "opened b.handful")).toBeVisible();
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await expect(page.getByRole("button", { name: "Open My set", exact: true })).toHaveCount(5);
});

test("teaches a folder with one folder for each class, which one Undo takes back", async ({ page }) => {
  const folder = mkdtempSync(join(tmpdir(), "handful-"));
  try {
    for (const thing of ["tomato", "leaf"] as const) {
      mkdirSync(join(folder, thing));
      for (const { name, buffer } of drawnPhotos(thing, 0, 2))
        writeFileSync(join(folder, thing, name), buffer);
      writeFileSync(join(folder, thing, "notes.txt"), "not meant");
    }
    await open(page);
    await addClass(page, "leaf");
    await chooseFolder(page, TEACH_FOLDER, folder);
    await expect(photosOf(page, "tomato")).toHaveCount(2);
    await expect(photosOf(page, "leaf")).toHaveCount(2);
    await expect(page.getByText("left out")).toHaveCount(0);
    await page.keyboard.press("Control+z");
    await expect(card(page, "tomato")).toHaveCount(0);
    await expect(photosOf(page, "leaf")).toHaveCount(0);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test("says of a folder that it holds no photos, and what in it cannot be read", async ({ page }) => {
  await page.addInitScript(() => {
    const { webkitGetAsEntry } = DataTransferItem.prototype;
    DataTransferItem.prototype.webkitGetAsEntry = function () {
      const folder = webkitGetAsEntry.call(this) as FileSystemDirectoryEntry;
      const reader = folder.createReader();
      const { readEntries } = reader;
      reader.readEntries = (success, failure) =>
        readEntries.call(
          reader,
          (entries) => {
            const locked = entries.find(({ name }) => name === "locked.png");
            const file = (_: unknown, failed: (error: DOMException) => void) =>
              failed(new DOMException("locked", "NotReadableError"));
            if (locked) Object.assign(locked, { file });
            success(entries);
          },
          failure,
        );
      return Object.assign(folder, { createReader: () => reader });
    };
  });
  await open(page);
  const banner = page.getByRole("banner");
  const note = { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("not meant") };
  for (const folder of [[], [note]]) {
    await dropFolders(banner, { mug: folder });
    const none = said(page, "No photos were found there.");
    await expect(none).toBeVisible();
    await addClass(page, `leaf ${folder.length}`);
    await page.getByRole("button", { name: "Undo", exact: true }).first().click();
    await expect(none).toHaveCount(0);
  }
  const [first, second] = drawnPhotos("mug", 0, 2);
  if (!first || !second) throw new Error("nothing was drawn");
  await dropFolders(banner, { mug: [first, { ...second, name: "locked.png" }] });
  await expectPhotos(page, "mug", 1);
  await expect(page.getByRole("listitem").filter({ hasText: "locked.png" })).toContainText(
    "It cannot be read any more",
  );
});

test("says of a photo that it is gone since it was chosen", async ({ page }) => {
  let release = () => {};
  const held = new Promise<void>((resolve) => {
    release = resolve;
  });
  await page.route(/\.onnx$/, async (route) => {
    await held;
    await route.continue();
  });
  const folder = mkdtempSync(join(tmpdir(), "handful-"));
  try {
    const paths = drawnPhotos("leaf", 0, 2).map(({ name, buffer }) => {
      const path = join(folder, name);
      writeFileSync(path, buffer);
      return path;
    });
    await page.goto("./");
    const chooser = page.waitForEvent("filechooser");
    await answer(page).getByRole("button", { name: "Choose photos" }).click();
    await (await chooser).setFiles(paths);
    // The page cannot look at them before the encoder is there.
    rmSync(join(folder, "leaf-1.png"));
    release();
    await answer(page)
      .getByRole("button", { name: /leaf-1\.png/ })
      .click();
    await expect(answer(page).getByRole("alert")).toContainText("It cannot be read any more");
  } finally {
    rmSync(folder, { recursive: true });
  }
});
