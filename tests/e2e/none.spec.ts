/** Photos that show none of the classes: a card of their own, what they do to answers, and one press that adds one. */
import { readFileSync } from "node:fs";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { dropFolders } from "./folders.js";
import {
  addClass,
  answer,
  camera,
  choose,
  expectPhotos,
  movePicked,
  noneOfThese,
  open,
  photosOf,
  predict,
  ready,
  saved,
  teach,
  view,
} from "./person.js";

const NONE = "None of these";

function noneCard(page: Page): Locator {
  return page.getByRole("region", { name: NONE });
}

function nonePhotos(page: Page): Locator {
  return noneCard(page)
    .getByRole("list", { name: `Photos of ${NONE}` })
    .getByRole("button");
}

async function addNone(page: Page, from: number, to: number): Promise<void> {
  const button = noneCard(page).getByRole("button", { name: `Add photos to ${NONE}` });
  await choose(page, () => button.click(), drawnPhotos("tomato", from, to));
}

async function expectNone(page: Page, count: number): Promise<void> {
  await expect(nonePhotos(page)).toHaveCount(count);
  const widths = () =>
    nonePhotos(page)
      .locator("img")
      .evaluateAll((images) => images.map((image) => (image as HTMLImageElement).naturalWidth));
  await expect.poll(async () => (await widths()).filter((width) => width > 0).length).toBe(count);
}

/** Two classes whose names say nothing. */
async function teachTwo(page: Page): Promise<void> {
  await open(page);
  await expect(noneCard(page)).toHaveCount(0);
  await teach(page, { M1: drawnPhotos("mug", 0, 4), B1: drawnPhotos("bread", 0, 4) });
}

/** What is said of a photo: the words, and the width of each bar. */
async function said(page: Page): Promise<{ none: boolean; bars: string[] }> {
  const bars = answer(page).getByRole("list", { name: "How likely each class is" });
  await expect(bars).toBeVisible();
  return {
    none: (await noneOfThese(page).count()) > 0,
    bars: await bars
      .locator(".bar-fill")
      .evaluateAll((all) => all.map((bar) => (bar as HTMLElement).style.width)),
  };
}

test("photos go from the classes to none of these and back, each time as one step, with their pictures", async ({
  page,
}) => {
  await teachTwo(page);
  await addNone(page, 0, 1);
  await expectNone(page, 1);
  for (const place of [0, 1]) await photosOf(page, "M1").nth(place).click();
  await movePicked(page, "Move picked photos of M1 to", NONE);
  await expectNone(page, 3);
  await expectPhotos(page, "M1", 2);
  await page.keyboard.press("Control+z");
  await expectNone(page, 1);
  await expectPhotos(page, "M1", 4);
  await page.keyboard.press("Control+Shift+z");
  await expectNone(page, 3);

  for (const place of [0, 1]) await nonePhotos(page).nth(place).click();
  await movePicked(page, `Move picked photos of ${NONE} to`, "B1");
  await expect(noneCard(page)).toBeFocused();
  await expectNone(page, 1);
  await expectPhotos(page, "B1", 6);
  await saved(page);
  await page.reload();
  await ready(page);
  await expectNone(page, 1);
  await expectPhotos(page, "B1", 6);
  await expectPhotos(page, "M1", 2);
});

test("what is like a photo beside the classes is none of these, and no bar moves", async ({ page }) => {
  await teachTwo(page);
  await predict(page, drawnPhotos("tomato", 9, 10));
  // Four photos a class may tell it already.
  const before = await said(page);
  await expect(noneCard(page)).toContainText("Photos of an empty table");
  await addNone(page, 0, 4);
  await expectNone(page, 4);
  await expect(noneCard(page)).toContainText("4 photos");
  await expect(page.getByRole("status").filter({ hasText: `added 4 photos to ${NONE}` })).toBeVisible();
  await expect(noneOfThese(page)).toBeVisible();
  expect(await said(page)).toEqual({ none: true, bars: before.bars });
  // It is no class: two cards, two bars, two classes to choose from.
  await expect(page.getByRole("article")).toHaveCount(2);
  expect(before.bars).toHaveLength(2);
  await predict(page, drawnPhotos("mug", 9, 10));
  expect((await said(page)).none).toBe(false);
});

test("photos beside the classes are picked, removed, undone and saved, with their pictures", async ({
  page,
}) => {
  await teachTwo(page);
  await addNone(page, 0, 3);
  await expectNone(page, 3);
  await nonePhotos(page).nth(1).click();
  await expect(noneCard(page)).toContainText("1 photo picked");
  await noneCard(page).getByRole("button", { name: "Remove", exact: true }).click();
  await expectNone(page, 2);
  await expect(noneCard(page)).toBeFocused();
  await page.keyboard.press("Control+z");
  await expectNone(page, 3);
  await page.keyboard.press("Control+z");
  await expect(
    page.getByRole("status").filter({ hasText: `Undone: added 3 photos to ${NONE}` }),
  ).toBeVisible();
  await expect(nonePhotos(page)).toHaveCount(0);
  await page.keyboard.press("Control+Shift+z");
  await expectNone(page, 3);

  await saved(page);
  await page.reload();
  await ready(page);
  await expectNone(page, 3);

  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await page.getByRole("button", { name: "Save as a file" }).click();
  const buffer = readFileSync(await (await download).path());
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await page.getByRole("button", { name: "New set" }).click();
  await expect(page.getByText("What should it tell apart?")).toBeVisible();
  await expect(noneCard(page)).toHaveCount(0);
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  const file = { name: "mine.handful", mimeType: "application/octet-stream", buffer };
  await choose(page, () => page.getByRole("button", { name: "Add a file to this set…" }).click(), [file]);
  await expect(page.getByText("added 11 photos from mine.handful")).toBeVisible();
  await expectNone(page, 3);
});

test("photos come beside the classes by drop, camera, and as what was dropped on the page", async ({
  page,
}) => {
  await open(page);
  await addClass(page, "bread");
  await dropFolders(noneCard(page), {}, drawnPhotos("mug", 0, 2));
  await expectNone(page, 2);
  await noneCard(page)
    .getByRole("button", { name: `Camera for ${NONE}` })
    .click();
  await camera(page)
    .getByRole("button", { name: `Take photo for ${NONE}` })
    .click();
  await expectNone(page, 3);
  const record = camera(page).getByRole("button", { name: `Keep taking photos for ${NONE}` });
  await record.click();
  await expect(nonePhotos(page).nth(4)).toBeAttached();
  await record.click();
  await camera(page).getByRole("button", { name: "Close camera" }).click();
  await expect(camera(page)).toHaveCount(0);
  // A recording is one step.
  await page.keyboard.press("Control+z");
  await expectNone(page, 3);
  await dropFolders(page.getByRole("banner"), {}, drawnPhotos("mug", 2, 3));
  await page.getByRole("dialog").getByRole("button", { name: NONE }).click();
  await expectNone(page, 4);
});

test("an answer is put right by one press: it is none of these", async ({ page }) => {
  await teachTwo(page);
  await predict(page, drawnPhotos("tomato", 5, 7));
  const none = answer(page).getByRole("button", { name: "Teach that it is none of these" });
  await none.focus();
  await page.keyboard.press("Enter");
  await expect(answer(page)).toContainText("Learnt: it is none of these.");
  await expect(answer(page)).toBeFocused();
  await expectNone(page, 1);
  await expect(photosOf(page, "M1")).toHaveCount(4);
  const json = page.waitForEvent("download");
  await view(page, "Table");
  await answer(page).getByRole("button", { name: "Save as JSON" }).click();
  const { photos } = JSON.parse(readFileSync(await (await json).path(), "utf8"));
  expect(photos.map(({ truth }: { truth: string | null }) => truth)).toEqual(["none of these", null]);
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await expect(nonePhotos(page)).toHaveCount(0);
  await view(page, "One by one");
  await expect(none).toBeVisible();
});

test("how soon a photo is none of these is chosen, shows what it would refuse, and is saved", async ({
  page,
}) => {
  await teachTwo(page);
  const slider = noneCard(page).getByRole("slider", { name: "How soon a photo is none of these" });
  await expect(slider).toHaveAttribute("aria-valuetext", /^May take 1 in 20 photos/);
  const refused = noneCard(page).getByRole("list", { name: /^It would refuse/ });
  await slider.focus();
  await page.keyboard.press("Home");
  await expect(slider).toHaveAttribute("aria-valuetext", "Never says “None of these”");
  await expect(noneCard(page)).toContainText("It would refuse none of the classes’ photos.");
  await predict(page, drawnPhotos("tomato", 5, 6));
  await expect(noneOfThese(page)).toHaveCount(0);
  await slider.focus();
  await page.keyboard.press("End");
  await expect(slider).toHaveAttribute("aria-valuetext", /^May take 1 in 3 photos/);
  // Of eight photos and one more, three in ten are not quite three: so much that the strangest goes.
  await expect(refused.getByRole("listitem")).toHaveCount(1);
  await expect(noneOfThese(page)).toBeVisible();
  // It is no step of Undo: that takes back what was done before.
  await saved(page);
  await page.reload();
  await ready(page);
  await expect(slider).toHaveAttribute("aria-valuetext", /^May take 1 in 3 photos/);
  await expect(refused.getByRole("listitem")).toHaveCount(1);
});
