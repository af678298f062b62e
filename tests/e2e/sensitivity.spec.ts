/** Where in a photo its answer comes from: shown by a press, said in words, gone with whatever it was about. */
import { expect, type Locator, type Page, test } from "@playwright/test";
import { expectAccessible } from "./axe.js";
import { drawnPhotos } from "./files.js";
import { addPhotos, answer, open, predict, teach, winner } from "./person.js";

const button = (page: Page): Locator => answer(page).getByRole("button", { name: "Where does it look?" });
const words = (page: Page): Locator => answer(page).getByText(/^The orange parts count, most of all /);
const heat = (page: Page): Locator => answer(page).locator("canvas");

async function ask(page: Page): Promise<void> {
  await open(page);
  await teach(page, { banana: drawnPhotos("banana", 0, 3), mug: drawnPhotos("mug", 0, 3) });
  await expect(button(page)).toHaveCount(0);
  await predict(page, [...drawnPhotos("banana", 6, 7), ...drawnPhotos("mug", 6, 7)]);
}

/** The opacities of what lies over the photo, from 0 to 255. */
async function opacities(page: Page): Promise<number[]> {
  return heat(page).evaluate((canvas: HTMLCanvasElement) => {
    const pixels = canvas.getContext("2d")?.getImageData(0, 0, canvas.width, canvas.height).data ?? [];
    return Array.from(pixels).filter((_, i) => i % 4 === 3);
  });
}

test("a press shows what counts in the photo and says where, a second one takes it away", async ({
  page,
}) => {
  await ask(page);
  await expect(button(page)).toHaveAttribute("aria-pressed", "false");
  await button(page).focus();
  await page.keyboard.press("Enter");
  await expect(button(page)).toHaveAttribute("aria-pressed", "true");
  await expect(answer(page).getByRole("progressbar", { name: "Looking…" })).toBeVisible();
  await expect(words(page)).toBeVisible({ timeout: 60_000 });
  await expect(answer(page).getByRole("progressbar")).toHaveCount(0);
  // Something counts and something does not, exactly over the photo.
  const found = await opacities(page);
  expect(Math.min(...found)).toBeLessThan(30);
  expect(Math.max(...found)).toBeGreaterThan(150);
  const [photo, over] = await Promise.all([
    answer(page).getByRole("img", { name: "Your photo banana-6.png" }).boundingBox(),
    heat(page).boundingBox(),
  ]);
  const { x = 0, y = 0, width = 0, height = 0 } = over ?? {};
  const top = await page.evaluate(
    ([left, up]) => document.elementFromPoint(left ?? 0, up ?? 0)?.tagName,
    [x + width / 2, y + height / 2],
  );
  expect(top).toBe("CANVAS");
  for (const side of ["x", "y", "width", "height"] as const)
    expect(Math.abs((photo?.[side] ?? 0) - (over?.[side] ?? 99)), side).toBeLessThan(1);
  await expectAccessible(page, "heat", ["light", "dark"], "#answer");
  await button(page).click();
  await expect(heat(page)).toHaveCount(0);
  await expect(words(page)).toHaveCount(0);
  await expect(button(page)).toHaveAttribute("aria-pressed", "false");
});

test("it goes with another photo, and with a change of the set, done or not", async ({ page }) => {
  await ask(page);
  await button(page).click();
  await expect(words(page)).toBeVisible({ timeout: 60_000 });
  await answer(page).getByRole("button", { name: "mug-6.png" }).click();
  await expect.poll(() => winner(page)).toBe("mug");
  await expect(heat(page)).toHaveCount(0);
  await expect(button(page)).toHaveAttribute("aria-pressed", "false");

  await button(page).click();
  await expect(answer(page).getByRole("progressbar")).toBeVisible();
  await addPhotos(page, "mug", drawnPhotos("mug", 3, 4));
  await expect(heat(page)).toHaveCount(0);
  await expect(answer(page).getByRole("progressbar")).toHaveCount(0);
  await expect(button(page)).toHaveAttribute("aria-pressed", "false");
  // It can be asked anew.
  await button(page).click();
  await expect(words(page)).toBeVisible({ timeout: 60_000 });
});
