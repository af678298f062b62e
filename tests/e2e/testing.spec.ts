/** A test set: folders of photos that say how often the set is right, and the files that tell of it. */
import { readFileSync } from "node:fs";
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { drawnPhotos, type Thing, type Upload } from "./files.js";
import { chooseFolder, dropFolders, withFolder } from "./folders.js";
import { addPhotos, card, open, photosOf, saved, teach } from "./person.js";
import { inEachWindow } from "./windows.js";

const CHOOSE = "Folder to test it with";

function place(page: Page): Locator {
  return page.getByRole("region", { name: "Test it", exact: true });
}

function matrix(page: Page): Locator {
  return place(page).getByRole("region", { name: "What the test photos were taken for" });
}

async function teachThree(page: Page): Promise<void> {
  await open(page);
  await teach(page, {
    mug: drawnPhotos("mug", 0, 6),
    banana: drawnPhotos("banana", 0, 6),
    leaf: drawnPhotos("leaf", 0, 6),
  });
}

/** Drops folders on the place, once the estimate above it is there: it moves the place down. */
async function drop(page: Page, folders: Record<string, Upload[]>, loose?: Upload[]): Promise<void> {
  await expect(page.getByText("It will get")).toBeVisible();
  await dropFolders(place(page), folders, loose);
}

/** Photos that were taught, so that their answers are known; two of them lie in wrong folders. */
const FOLDERS = {
  "set/ mug": [...drawnPhotos("mug", 0, 3), ...drawnPhotos("leaf", 0, 1)],
  "set/banana": drawnPhotos("banana", 0, 4),
  "set/nested/leaf": [...drawnPhotos("leaf", 1, 4), ...drawnPhotos("banana", 4, 5)],
};

test("scores folders by keyboard, teaches nothing, and shows what was taken for what", async ({ page }) => {
  await teachThree(page);
  await saved(page);
  await withFolder(FOLDERS, async (folder) => {
    const chooser = page.waitForEvent("filechooser");
    await place(page).getByRole("button", { name: CHOOSE }).press("Enter");
    await (await chooser).setFiles(folder);
    await expect(place(page)).toContainText("10 of 12 photos right: 83% (95% interval: 55% to 95%).", {
      timeout: 60_000,
    });
  });
  await expect(page.getByRole("status").filter({ hasText: "tested: 10 of 12 right" })).toBeVisible();
  await expect(place(page)).toContainText("None of the classes’ photos was refused.");
  for (const label of ["mug", "banana", "leaf"]) await expect(photosOf(page, label)).toHaveCount(6);

  const bars = place(page)
    .getByRole("list", { name: "How many of each class were right" })
    .getByRole("listitem");
  await expect(bars).toHaveText([
    "mug3 of 4otherwise mostly leaf (1)",
    "banana4 of 4",
    "leaf3 of 4otherwise mostly banana (1)",
  ]);
  await place(page).getByText("What the test photos were taken for").focus();
  await page.keyboard.press("Enter");
  const wrong = matrix(page).getByRole("button", { name: "1 of mug, answered leaf" });
  await wrong.focus();
  await page.keyboard.press("Enter");
  await expect(wrong).toHaveAttribute("aria-pressed", "true");
  const photos = place(page).getByRole("list", { name: "1 of mug, answered leaf" }).getByRole("listitem");
  await expect(photos).toHaveText([/\/set\/ mug\/leaf-0\.png$/]);
  await expect(photos.locator("img")).toBeVisible();
  await page.keyboard.press("Enter");
  await expect(photos).toHaveCount(0);

  await expect(place(page)).not.toContainText("These figures are of the set before its last change.");
  await addPhotos(page, "leaf", drawnPhotos("leaf", 20, 21));
  await expect(place(page)).toContainText("These figures are of the set before its last change.");
  await expect(place(page)).toContainText("10 of 12 photos right");
  await page.reload();
  await expect(place(page)).toBeVisible({ timeout: 60_000 });
  await expect(place(page)).not.toContainText("right:");
});

test("takes photos of no class for strangers, and says which folders these are", async ({ page }) => {
  await open(page);
  const spelled = "\u00c4pfel";
  await teach(page, {
    [spelled]: drawnPhotos("tomato", 0, 8),
    leaf: drawnPhotos("leaf", 0, 8),
    bread: drawnPhotos("bread", 0, 8),
  });
  await drop(page, {
    "A\u0308pfel": drawnPhotos("tomato", 0, 2),
    leaf: [
      ...drawnPhotos("leaf", 0, 2),
      { name: "bad.jpg", mimeType: "image/jpeg", buffer: Buffer.from("words") },
      { name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("not meant") },
    ],
    mug: drawnPhotos("mug", 5, 6),
  });
  await expect(place(page)).toContainText("5 of 5 photos right: 100% (95% interval: 57% to 100%).", {
    timeout: 60_000,
  });
  await expect(place(page)).toContainText(
    "“None of these” is right for 1 photo, because no class that takes part is named like their folder: mug.",
  );
  await expect(place(page)).toContainText("1 photo could not be answered and does not count.");
  const bars = place(page)
    .getByRole("list", { name: "How many of each class were right" })
    .getByRole("listitem");
  await expect(bars).toHaveText([`${spelled}2 of 2`, "leaf2 of 2", "Strangers1 of 1"]);

  const csv = page.waitForEvent("download");
  await place(page).getByRole("button", { name: "Save the test as CSV" }).click();
  expect((await csv).suggestedFilename()).toBe("test.csv");
  const lines = readFileSync(await (await csv).path(), "utf8")
    .trimEnd()
    .split("\r\n");
  expect(lines[0]).toMatch(/^\uFEFF# handful; head: auto; encoder: \S+; date: \d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(lines[1]).toBe(
    `"folder","file","truth","answer","probability","set","verdict","p:bread","p:leaf","p:${spelled}"`,
  );
  expect(lines).toHaveLength(8);
  // By name in each folder, whatever order the disk has.
  expect(lines[2]).toMatch(
    /^"A\u0308pfel","tomato-0\.png","\u00c4pfel","\u00c4pfel",0\.\d+,".+","class",[\d.e-]+,[\d.e-]+,0\.\d+$/,
  );
  expect(lines[4]).toBe('"leaf","bad.jpg","leaf",,,"",,,,');
  expect(lines[7]).toMatch(
    /^"mug","mug-5\.png","none of these",,,"","none of these",[\d.e-]+,[\d.e-]+,[\d.e-]+$/,
  );

  const json = page.waitForEvent("download");
  await place(page).getByRole("button", { name: "Save the test as JSON" }).click();
  const table = JSON.parse(readFileSync(await (await json).path(), "utf8"));
  expect(Object.keys(table)).toEqual(["head", "encoder", "date", "classes", "photos"]);
  expect(table.photos).toHaveLength(6);
  expect(table.photos[5]).toMatchObject({ folder: "mug", truth: "none of these", verdict: "none of these" });
  const shares: number[] = Object.values(table.photos[5].probabilities);
  expect(shares.reduce((a, b) => a + b)).toBeCloseTo(1, 3);
});

test("counts what it was not sure about as refused, as the person sets that", async ({ page }) => {
  await open(page);
  await teach(page, { xyzzy: drawnPhotos("tomato", 0, 4), zzyxx: drawnPhotos("tomato", 4, 8) });
  await drop(page, {
    xyzzy: drawnPhotos("tomato", 10, 13),
    zzyxx: drawnPhotos("tomato", 13, 16),
  });
  const slider = page.getByRole("slider", { name: "How sure an answer has to be" });
  await expect(place(page)).toContainText("of 6 photos right", { timeout: 60_000 });
  await slider.focus();
  await page.keyboard.press("End");
  await expect(place(page)).toContainText("0 of 6 photos right: 0%");
  await expect(place(page)).toContainText(
    /6 photos of the classes refused: “Not sure” for \d \(best guess right for \d\)/,
  );
  await page.keyboard.press("Home");
  await expect(place(page)).not.toContainText("0 of 6 photos right");
});

/** Sixty files: drawing as many photos takes long. */
function often(thing: Thing): Upload[] {
  return Array.from({ length: 10 }, (_, i) =>
    drawnPhotos(thing, 0, 6).map((photo) => ({ ...photo, name: `${i}-${photo.name}` })),
  ).flat();
}

test("is cancelled, and keeps the earlier figures then; loose photos and empty folders are refused", async ({
  page,
}) => {
  await teachThree(page);
  await drop(page, { leaf: drawnPhotos("leaf", 0, 2) });
  await expect(place(page)).toContainText("2 of 2 photos right", { timeout: 60_000 });
  await drop(page, { mug: often("mug"), banana: often("banana") });
  await expect(place(page)).toContainText(/Testing photo \d+ of 120/);
  const cancel = place(page).getByRole("button", { name: "Cancel" });
  await cancel.focus();
  await page.keyboard.press("Enter");
  await expect(cancel).toHaveCount(0);
  await expect(place(page)).toBeFocused();
  await expect(place(page)).toContainText("2 of 2 photos right");
  const refused = page.getByRole("status").filter({ hasText: "Only photos in folders count" });
  const notes = [{ name: "notes.txt", mimeType: "text/plain", buffer: Buffer.from("not meant") }];
  const drops: [folders: Record<string, Upload[]>, loose: Upload[]][] = [
    [{ leaf: notes, mug: [] }, []],
    [{}, drawnPhotos("leaf", 0, 1)],
  ];
  for (const [folders, loose] of drops) {
    await expect(refused).toHaveCount(0);
    await drop(page, folders, loose);
    await expect(refused).toBeVisible();
    await expect(place(page)).toContainText("2 of 2 photos right");
  }
  for (const label of ["mug", "banana", "leaf"]) await expect(photosOf(page, label)).toHaveCount(6);
});

test("is of one set: what is changed while it runs counts, and another set has none", async ({ page }) => {
  await teachThree(page);
  await drop(page, { mug: often("mug"), leaf: often("leaf"), banana: often("banana") });
  await expect(place(page)).toContainText(/Testing photo \d+ of 180/);
  await card(page, "banana").getByRole("button", { name: "More for banana" }).click();
  await card(page, "banana").getByRole("button", { name: "Leave out of answers" }).click();
  await expect(place(page)).toContainText(
    "“None of these” is right for 60 photos, because no class that takes part is named like their folder: banana.",
    { timeout: 90_000 },
  );
  await expect(place(page)).toContainText("of 180 photos right");
  const earlier = place(page).getByText("These figures are of the set before its last change.");
  await expect(earlier).toHaveCount(0);
  // Words change nothing of the set; what is left out of answers does.
  for (const language of ["Deutsch", "English"])
    await page.getByRole("combobox", { name: /^(Language|Sprache)$/ }).selectOption(language);
  await expect(earlier).toHaveCount(0);
  await page.keyboard.press("Control+z");
  await expect(earlier).toBeVisible();

  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await page.getByRole("button", { name: "New set" }).click();
  await expect(place(page)).toHaveCount(0);
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await page.getByRole("button", { name: "Open My set" }).click();
  await expect(place(page)).toBeVisible();
  await expect(place(page)).not.toContainText("photos right");
});

inEachWindow(() => {
  test("is accessible and fits, in either theme and every language", async ({ page }, info) => {
    await teachThree(page);
    await withFolder({ ...FOLDERS, "set/tomato": drawnPhotos("tomato", 0, 3) }, async (folder) => {
      await chooseFolder(page, CHOOSE, folder);
      await expect(place(page)).toContainText("of 15 photos right", { timeout: 60_000 });
    });
    await place(page).getByText("What the test photos were taken for").click();
    await matrix(page).getByRole("button", { name: "1 of leaf, answered banana" }).click();
    await addPhotos(page, "leaf", drawnPhotos("leaf", 20, 21));
    await expect(page.locator(".toast, .note")).toHaveCount(0);
    const heading = page.locator("#test-title");
    for (const language of ["Deutsch", "中文", "English"]) {
      await page.getByRole("combobox", { name: /^(Language|Sprache|语言)$/ }).selectOption(language);
      const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
      expect(content, language).toBeLessThanOrEqual(screen ?? 0);
      for (const colorScheme of ["light", "dark"] as const) {
        await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
        const axe = new AxeBuilder({ page }).setLegacyMode().include(".test");
        const { violations } = await axe.options({ rules: { "target-size": { enabled: true } } }).analyze();
        expect(
          violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`),
        ).toEqual([]);
        await heading.scrollIntoViewIfNeeded();
        await page.locator(".test").screenshot({ path: info.outputPath(`${language}-${colorScheme}.png`) });
      }
    }
  });
});
