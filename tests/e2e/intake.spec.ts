/** Photos that are dropped or pasted, with or without saying what they are. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { drawnPhotos, type Upload } from "./files.js";
import { addClass, answer, card, open, photosOf, teach, winner } from "./person.js";

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
  await answer(page).getByRole("button", { name: "Choose photos" }).focus();
  await send(page.locator("body"), "paste", drawnPhotos("leaf", 5, 6));
  expect(await winner(page)).toBe("leaf");
  await page.getByRole("textbox", { name: "Name of a new class" }).focus();
  await send(page.locator("body"), "paste", drawnPhotos("leaf", 5, 6));
  await expect(question(page)).toContainText("What is this photo?");
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
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: "Folder, one inside it for each class" }).click();
    await (await chooser).setFiles(folder);
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
