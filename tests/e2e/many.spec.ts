/** Many photos: few of them are drawn, all of them can be reached, and many are handled at once. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { labelAt, setFile } from "../images/set.mjs";
import { drawnPhotos } from "./files.js";
import {
  addClass,
  answer,
  answerRows,
  card,
  choose,
  frames,
  movePicked,
  open,
  photosOf,
  teach,
  view,
} from "./person.js";

/** Opens a set of so many photos that are drawn by nobody: their features are. */
async function openMany(page: Page, photos: number, classes: number): Promise<void> {
  const buffer = await setFile(photos, classes);
  await open(page);
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  const button = page.getByRole("button", { name: "Open a file…" });
  await choose(page, () => button.click(), [{ name: "many.handful", mimeType: "", buffer }]);
  await expect(counted(page, 0, Math.ceil(photos / classes))).toBeVisible({ timeout: 60_000 });
}

function counted(page: Page, number: number, count: number): Locator {
  return card(page, labelAt(number)).getByText(`${count} photos`, { exact: true });
}

function photo(page: Page, place: number, label: string): Locator {
  return page.getByRole("button", { name: `Photo ${place} of ${label}`, exact: true });
}

test("draws few of 2,000 photos, and leads to the last one by keyboard", async ({ page }) => {
  await openMany(page, 2000, 20);
  const label = labelAt(0);
  await expect(photo(page, 1, label).locator("img")).toBeVisible();
  expect(await page.locator("*").count()).toBeLessThan(2500);
  await expect(photosOf(page, label)).not.toHaveCount(100);
  // Which a worker has found out.
  await expect(page.getByRole("region", { name: "How well it works" })).toBeVisible();

  await photo(page, 1, label).focus();
  await page.keyboard.press("End");
  const last = photo(page, 100, label);
  await expect(last).toBeFocused();
  await expect(last).toBeInViewport();
  await expect(last.locator("img")).toBeVisible();
  const item = card(page, label).getByRole("listitem").filter({ has: last });
  await expect(item).toHaveAttribute("aria-posinset", "100");
  await expect(item).toHaveAttribute("aria-setsize", "100");
  await page.keyboard.press("ArrowUp");
  await page.keyboard.press("ArrowDown");
  await expect(last).toBeFocused();
  await page.keyboard.press("ArrowLeft");
  await expect(photo(page, 99, label)).toBeFocused();
  // What Tab leads to stays, wherever the list is scrolled to.
  await card(page, label)
    .getByRole("list")
    .evaluate((list) => list.scrollTo(0, 0));
  await expect(photo(page, 2, label)).toBeInViewport();
  await expect(photo(page, 99, label)).toBeFocused();
  await page.keyboard.press("Home");
  await expect(photo(page, 1, label)).toBeFocused();

  // A card that comes into view has its photos.
  const far = labelAt(19);
  await card(page, far).scrollIntoViewIfNeeded();
  await expect(photo(page, 9, far).locator("img")).toBeVisible();
  await photo(page, 9, far).focus();
  await page.keyboard.press("End");
  await expect(photo(page, 100, far).locator("img")).toBeVisible();
});

test("picks ranges and frames of photos, and moves exactly these as one step", async ({ page }) => {
  await openMany(page, 2000, 20);
  const [label, other] = [labelAt(0), labelAt(1)];
  const own = card(page, label);
  await photo(page, 2, label).click();
  await photo(page, 5, label).click({ modifiers: ["Shift"] });
  await expect(own.getByText("4 photos picked")).toBeVisible();
  await photo(page, 1, label).click({ modifiers: ["Control"] });
  await expect(own.getByText("5 photos picked")).toBeVisible();
  for (const place of [1, 2, 3, 4, 5])
    await expect(photo(page, place, label)).toHaveAttribute("aria-pressed", "true");
  await expect(photo(page, 6, label)).toHaveAttribute("aria-pressed", "false");
  await page.keyboard.press("Escape");
  await expect(own.getByText("picked")).toHaveCount(0);

  // By keyboard, over more than is drawn.
  await photo(page, 3, label).focus();
  await page.keyboard.press("Shift+End");
  await expect(own.getByText("98 photos picked")).toBeVisible();
  await page.keyboard.press("Shift+ArrowLeft");
  await expect(own.getByText("97 photos picked")).toBeVisible();
  await page.keyboard.press("Control+a");
  await expect(own.getByText("100 photos picked")).toBeVisible();
  await page.keyboard.press("Escape");

  // A frame from the first photo to the one below its neighbour.
  await page.keyboard.press("Home");
  const columns = await own
    .getByRole("list")
    .evaluate((list) => getComputedStyle(list).gridTemplateColumns.split(" ").length);
  const [from, to] = await Promise.all(
    [photo(page, 1, label), photo(page, columns + 2, label)].map((one) => one.boundingBox()),
  );
  if (!from || !to) throw new Error("a photo is not drawn");
  await page.mouse.move(from.x + 10, from.y + 10);
  await page.mouse.down();
  await page.mouse.move(to.x + 20, to.y + 20, { steps: 4 });
  await page.mouse.up();
  await expect(own.getByText("4 photos picked")).toBeVisible();
  for (const place of [1, 2, columns + 1, columns + 2])
    await expect(photo(page, place, label)).toHaveAttribute("aria-pressed", "true");

  await movePicked(page, `Move picked photos of ${label} to`, other);
  await expect(counted(page, 0, 96)).toBeVisible();
  await expect(counted(page, 1, 104)).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(counted(page, 0, 100)).toBeVisible();
  await expect(counted(page, 1, 100)).toBeVisible();
});

test("shows a photo large, and goes on to others", async ({ page }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 3), leaf: [] });
  await photosOf(page, "mug").first().focus();
  await page.keyboard.press("Enter");
  const large = (place: number) => page.getByRole("dialog", { name: `Photo ${place} of mug` });
  await expect(large(1).getByRole("img")).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(large(2)).toBeVisible();
  await large(2).getByRole("button", { name: "Next" }).click();
  await expect(large(3)).toBeVisible();
  await page.keyboard.press("ArrowRight");
  await expect(large(3)).toBeVisible();
  await expectAccessible(page, "dialog");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("dialog")).toHaveCount(0);
  await expect(photosOf(page, "mug").nth(2)).toBeFocused();
  await expect(page.getByText(/photos? picked$/)).toHaveCount(0);

  await photosOf(page, "mug").nth(1).dblclick();
  await expect(large(2)).toBeVisible();
  await large(2).getByRole("button", { name: "Close" }).click();
  // Where nothing is pressed twice: by a button beside what is picked.
  await photosOf(page, "mug").first().click();
  await page.getByRole("button", { name: "Enlarge" }).click();
  await expect(large(1)).toBeVisible();
  // What is shown is taken away.
  await page.keyboard.press("Control+z");
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "mug")).toHaveCount(0);
  await expect(page.getByRole("dialog")).toHaveCount(0);
});

test("finds classes by their names, once there are many", async ({ page }) => {
  await open(page);
  const search = page.getByRole("searchbox", { name: "Find a class" });
  for (let number = 0; number < 12; number += 1) await addClass(page, labelAt(number));
  await expect(search).toHaveCount(0);
  await addClass(page, "Élan");
  await search.fill("ÉLAN");
  await expect(page.getByRole("article")).toHaveCount(1);
  await expect(card(page, "Élan")).toBeVisible();
  await expect(page.getByText("1 of 13 classes")).toBeVisible();
  await search.fill("s 1");
  await expect(page.getByRole("article")).toHaveCount(4);
  await search.fill("");
  await expect(page.getByRole("article")).toHaveCount(13);
});

test("draws few of many answers, and leads to the last one", async ({ page }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2), leaf: drawnPhotos("leaf", 0, 2) });
  const count = 120;
  const asked = drawnPhotos("mug", 5, 6).flatMap((one) =>
    Array.from({ length: count }, (_, i) => ({ ...one, name: `${i + 1}.png` })),
  );
  await choose(page, () => answer(page).getByRole("button", { name: "Choose photos" }).click(), asked);
  await expect(answer(page).getByText(`${count} photos:`)).toBeVisible({ timeout: 90_000 });
  await expect(frames(page)).not.toHaveCount(count);
  await frames(page).first().focus();
  await page.keyboard.press("End");
  const last = answer(page).getByRole("button", { name: `${count}.png` });
  await expect(last).toBeFocused();
  await expect(last).toBeInViewport();
  await expect(last).toHaveAttribute("aria-pressed", "true");

  await view(page, "Table");
  const table = answer(page).getByRole("table", { name: `Answers for ${count} photos` });
  await expect(table).toHaveAttribute("aria-rowcount", String(count + 1));
  const rows = answerRows(page, count);
  await expect(rows.first()).toHaveAttribute("aria-rowindex", "2");
  expect(await rows.count()).toBeLessThan(60);
  await rows.first().getByRole("button").focus();
  await table.evaluate((element) => element.parentElement?.scrollTo(0, element.scrollHeight));
  const end = table.getByRole("row").filter({ hasText: /^120\.png/ });
  await expect(end).toBeInViewport();
  await expect(end).toHaveAttribute("aria-rowindex", String(count + 1));
  await expect(table.getByRole("button", { name: "1.png", exact: true })).toBeFocused();
  await expectAccessible(page, "table");
});

test("axe finds nothing with many photos and classes", async ({ page }) => {
  await openMany(page, 600, 15);
  await photo(page, 1, labelAt(0)).click();
  await page.getByText("What is taken for what").click();
  await expectAccessible(page, "many");
  // The matrix scrolls by itself, and its headings stay.
  const matrix = page.getByRole("region", { name: "What is taken for what" });
  await matrix.getByRole("rowheader", { name: labelAt(14) }).scrollIntoViewIfNeeded();
  await expect(matrix.getByRole("columnheader", { name: labelAt(0), exact: true })).toBeInViewport();
});

async function expectAccessible(page: Page, what: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    const { violations } = await new AxeBuilder({ page }).setLegacyMode().analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    expect(found, `${what}, ${colorScheme}`).toEqual([]);
  }
}
