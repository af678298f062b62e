/** Every kind of change can be taken back and repeated. */
import { expect, type Page, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import {
  addClass,
  addPhotos,
  card,
  movePicked,
  offerPhotos,
  open,
  photosOf,
  saved,
  teach,
} from "./person.js";

/** The labels and counts of all cards, in order, as they are read out; of one moment, for a card that goes cannot be asked. */
async function classes(page: Page): Promise<string[]> {
  return page
    .getByRole("article")
    .evaluateAll((cards: HTMLElement[]) =>
      cards.map((card) => `${card.getAttribute("aria-label")}: ${/\d+ photos?/.exec(card.innerText)?.[0]}`),
    );
}

/** Does something, checks what it gives, then takes it back and repeats it, each in another way. */
async function checkUndo(page: Page, after: string[], act: () => Promise<void>): Promise<void> {
  const before = await classes(page);
  await act();
  await expect.poll(() => classes(page)).toEqual(after);
  await page.getByRole("button", { name: "Undo", exact: true }).first().click();
  await expect.poll(() => classes(page)).toEqual(before);
  await page.getByRole("button", { name: "Redo", exact: true }).click();
  await expect.poll(() => classes(page)).toEqual(after);
  await page.keyboard.press("Control+z");
  await expect.poll(() => classes(page)).toEqual(before);
  await page.keyboard.press("Control+y");
  await expect.poll(() => classes(page)).toEqual(after);
}

async function choose(page: Page, label: string, item: string): Promise<void> {
  await page.getByRole("button", { name: `More for ${label}`, exact: true }).click();
  await page.getByRole("button", { name: item, exact: true }).click();
}

test("takes back and repeats every kind of change", async ({ page }) => {
  await open(page);
  await checkUndo(page, ["mug: 0 photos"], () => addClass(page, "mug"));
  await checkUndo(page, ["mug: 3 photos"], () => addPhotos(page, "mug", drawnPhotos("mug", 0, 3)));
  await checkUndo(page, ["cup: 3 photos"], async () => {
    const name = page.getByRole("textbox", { name: "Name of class mug" });
    await name.fill("cup");
    await name.press("Enter");
  });
  await checkUndo(page, ["cup: 1 photo"], async () => {
    await photosOf(page, "cup").nth(0).click();
    await photosOf(page, "cup").nth(2).click();
    await expect(card(page, "cup")).toContainText("2 photos picked");
    await card(page, "cup").getByRole("button", { name: "Remove" }).click();
  });
  await teach(page, { leaf: drawnPhotos("leaf", 0, 2) });
  await checkUndo(page, ["cup: 2 photos", "leaf: 1 photo"], async () => {
    await photosOf(page, "leaf").first().click();
    await movePicked(page, "Move picked photos of leaf to", "cup");
  });
  await checkUndo(page, ["leaf: 3 photos"], () => choose(page, "cup", "Merge into leaf"));
  await checkUndo(page, [], () => choose(page, "leaf", "Remove class"));
});

test("brings back removed photos with their pictures, by the note's own button, and saves that", async ({
  page,
}) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 3) });
  await choose(page, "mug", "Remove class");
  const note = page.getByRole("status").filter({ hasText: "removed class mug" });
  // It stays while the pointer is over it.
  await note.hover();
  await saved(page);
  await note.getByRole("button", { name: "Undo" }).click();
  await expect(photosOf(page, "mug")).toHaveCount(3);
  await saved(page);
  await page.reload();
  const picture = photosOf(page, "mug").nth(2).locator("img");
  await expect
    .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
    .toBeGreaterThan(0);
});

test("stops learning a batch that is taken back in the middle", async ({ page }) => {
  await open(page);
  await addClass(page, "mug");
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Add photos to mug" }).click();
  await (await chooser).setFiles(drawnPhotos("mug", 0, 12));
  await expect(photosOf(page, "mug").first()).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "mug")).toHaveCount(0);
  await addPhotos(page, "mug", drawnPhotos("mug", 0, 1));
  await expect(card(page, "mug")).toContainText("1 photo");
});

test("photos that wait for a class go with its name, and with the class, and nothing else is said of them", async ({
  page,
}) => {
  await open(page);
  await addClass(page, "mug");
  const name = page.getByRole("textbox", { name: "Name of class mug" });
  await name.fill("cup");
  await name.press("Enter");
  const said = page.getByRole("status");
  // Before the first of them is learnt, however busy the machine is.
  await page.evaluate(() =>
    addEventListener(
      "change",
      () =>
        setTimeout(() =>
          document.body.dispatchEvent(
            new KeyboardEvent("keydown", { key: "z", ctrlKey: true, bubbles: true, cancelable: true }),
          ),
        ),
      { once: true },
    ),
  );
  await offerPhotos(page, "cup", drawnPhotos("mug", 0, 20));
  await expect(said.filter({ hasText: "Undone: renamed mug to cup" })).toBeVisible();
  await expect(photosOf(page, "mug")).toHaveCount(20, { timeout: 60_000 });

  // After the first of them is learnt and before the last.
  await card(page, "mug").evaluate((mug) => {
    const press = (words: string) => {
      const buttons = Array.from(mug.querySelectorAll("button"));
      buttons.find(({ ariaLabel, textContent }) => [ariaLabel, textContent].includes(words))?.click();
    };
    const watching = new MutationObserver(() => {
      if (mug.querySelectorAll(".thumbnail").length <= 20) return;
      watching.disconnect();
      press("More for mug");
      requestAnimationFrame(() => press("Remove class"));
    });
    watching.observe(mug, { childList: true, subtree: true });
  });
  await offerPhotos(page, "mug", drawnPhotos("mug", 20, 60));
  await expect(said.filter({ hasText: "removed class mug" })).toBeVisible();
  const left = said.filter({ hasText: /photos? (was|were) left out/ });
  await expect(left).toContainText("That class is not there any more.");
  const count = Number(/\d+/.exec(await left.locator("strong").innerText())?.[0]);
  await expect(said.filter({ hasText: /added \d+ photo/ })).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "mug")).toHaveCount(60 - count);

  await addClass(page, "leaf");
  await offerPhotos(page, "leaf", drawnPhotos("leaf", 0, 40));
  await expect(photosOf(page, "leaf").first()).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(said.filter({ hasText: /Undone: added \d+ photos? to leaf/ })).toBeVisible();
  await expect(page.getByRole("progressbar", { name: /^Learning photo/ })).toHaveCount(0);
  await expect(said.filter({ hasText: /^added/ })).toHaveCount(0);
  await expect(photosOf(page, "leaf")).toHaveCount(0);
});
