/** Many photos asked about at once: counted, and from twenty on answered together. */
import { expect, type Page, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { answer, card, choose, frames, open, photosOf, predict, teach } from "./person.js";

const TOGETHER = "Answered together: photos that are alike help each other.";

/** One photo of each class, so that the photos asked about have much to tell each other. */
async function teachOneEach(page: Page): Promise<void> {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 1), leaf: drawnPhotos("leaf", 0, 1) });
}

const twenty = [...drawnPhotos("tomato", 5, 15), ...drawnPhotos("leaf", 5, 15)];
const truth = twenty.map(({ name }) => name.replace(/-\d+\.png/, ""));

async function never(page: Page): Promise<void> {
  await answer(page).getByRole("slider", { name: "How sure an answer has to be" }).focus();
  await page.keyboard.press("Home");
}

/** The share of the shown photo's best class, to all its digits. */
async function share(page: Page): Promise<number> {
  const fill = answer(page).getByRole("list", { name: "How likely each class is" }).locator(".bar-fill");
  return Number.parseFloat(await fill.first().evaluate((bar) => (bar as HTMLElement).style.width));
}

test("answers twenty photos together, which changes what is said of each", async ({ page }) => {
  await teachOneEach(page);
  await never(page);
  await predict(page, twenty.slice(0, 1));
  const alone = await share(page);
  expect(await predict(page, twenty)).toEqual(truth);
  await expect(answer(page)).toContainText(TOGETHER);
  await expect(answer(page).getByRole("status")).toContainText(/^20 photos: /);
  await expect(frames(page).first()).toHaveAttribute("aria-pressed", "true");
  expect(await share(page)).not.toBe(alone);

  // Fewer are answered each by itself.
  await predict(page, twenty.slice(0, 19));
  await expect(answer(page).getByRole("status")).toContainText(/^19 photos: /);
  await expect(answer(page)).not.toContainText("ogether");
  expect(await share(page)).toBe(alone);
});

test("answers anew when a photo is put right, a class goes or the method changes", async ({ page }) => {
  await teachOneEach(page);
  await predict(page, twenty);
  await expect(answer(page)).toContainText(TOGETHER);
  const before = await share(page);
  await answer(page).getByRole("button", { name: "Teach that it is tomato" }).click();
  await expect(photosOf(page, "tomato")).toHaveCount(2);
  await expect.poll(() => share(page)).not.toBe(before);
  await expect(answer(page)).toContainText(TOGETHER);
  await page.keyboard.press("Control+z");
  await expect.poll(() => share(page)).toBe(before);

  await answer(page).getByText("How answers are computed").click();
  await answer(page).getByRole("combobox", { name: "Method" }).selectOption("Nearest class mean");
  await expect(answer(page)).not.toContainText("ogether");
  await answer(page).getByRole("combobox", { name: "Method" }).selectOption("Automatic");
  await expect(answer(page)).toContainText(TOGETHER);

  await card(page, "leaf").getByRole("button", { name: "More for leaf" }).click();
  await page.getByRole("button", { name: "Remove class" }).click();
  await expect(answer(page).getByRole("status")).toHaveText("20 photos: 20 without an answer");
  await expect(answer(page)).not.toContainText("ogether");
});

test("goes on while it is taught, and forgets photos that are taken away meanwhile", async ({ page }) => {
  await teachOneEach(page);
  const button = answer(page).getByRole("button", { name: "Choose photos" });
  await choose(page, () => button.click(), twenty);
  await expect(answer(page)).toContainText(/Looking at photo \d+ of 20\. Then all are answered together\./);
  // The first is answered already, and learnt while the others wait.
  await answer(page).getByRole("button", { name: "Teach that it is tomato" }).click();
  await expect(photosOf(page, "tomato")).toHaveCount(2);
  await expect(answer(page)).toContainText("Learnt: it is tomato.");
  await expect(answer(page)).toContainText(TOGETHER, { timeout: 60_000 });

  await choose(page, () => button.click(), twenty);
  await expect(answer(page)).toContainText("Looking at photo");
  await answer(page).getByRole("button", { name: "Clear" }).click();
  await expect(answer(page)).toContainText("Show it something new");
  expect(await predict(page, twenty.slice(0, 2))).toEqual(["tomato", "tomato"]);
});
