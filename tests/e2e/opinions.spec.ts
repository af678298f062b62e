/** What single methods say of a photo, for those who unfold how answers are computed. */
import { expect, type Locator, type Page, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { answer, choose, open, predict, teach, winner } from "./person.js";

const TITLE = "What single methods say of this photo";

function table(page: Page): Locator {
  return answer(page).getByRole("table", { name: TITLE });
}

function row(page: Page, method: string): Locator {
  const header = page.getByRole("rowheader", { name: method, exact: true });
  return table(page).getByRole("row").filter({ has: header });
}

const summary = (page: Page) => answer(page).getByText("How answers are computed");

test("shows what each method says of the shown photo, how uncertain it is and its share", async ({
  page,
}) => {
  await open(page);
  await teach(page, { banana: drawnPhotos("banana", 0, 3), mug: drawnPhotos("mug", 0, 3) });
  await summary(page).focus();
  await page.keyboard.press("Enter");
  await expect(answer(page)).toContainText("Ask about a photo to see that.");
  await predict(page, [...drawnPhotos("banana", 6, 7), ...drawnPhotos("mug", 6, 7)]);
  await expect(row(page, "Naive Bayes").getByRole("cell").first()).toContainText("banana");
  const methods = ["Names of the classes", "AMU-Tuning", "Naive Bayes", "UER, made for streams"];
  for (const method of methods) {
    const cells = row(page, method).getByRole("cell");
    await expect(cells.first()).toContainText(/^(banana|mug) (over |under )?\d+%$/);
    await expect(cells.nth(1)).toContainText(/^\d+%$/);
  }
  // What the answer is made of adds up to the whole of it; the others have no share.
  await expect(row(page, "AMU-Tuning").getByRole("cell").last()).toHaveText("none");
  const rows = await table(page)
    .getByRole("row")
    .filter({ has: page.getByRole("rowheader") })
    .all();
  const shares = await Promise.all(rows.map((line) => line.getByRole("cell").last().innerText()));
  const sum = shares.reduce((total, share) => total + (Number.parseInt(share, 10) || 0), 0);
  expect(Math.abs(sum - 100)).toBeLessThanOrEqual(2);

  // It follows the photo that is shown, and the set.
  await answer(page).getByRole("button", { name: "mug-6.png" }).click();
  await expect.poll(() => winner(page)).toBe("mug");
  await expect(row(page, "Naive Bayes").getByRole("cell").first()).toContainText("mug");
  const button = page.getByRole("button", { name: "Add photos to banana" });
  const before = await table(page).innerText();
  await choose(page, () => button.click(), drawnPhotos("banana", 3, 4));
  await expect.poll(() => table(page).innerText()).not.toBe(before);
});

test("works nothing out before it is unfolded, nor after it is folded", async ({ page }) => {
  await open(page);
  await teach(page, { banana: drawnPhotos("banana", 0, 2), mug: drawnPhotos("mug", 0, 2) });
  await predict(page, drawnPhotos("banana", 6, 7));
  const anywhere = page.getByRole("table", { name: TITLE, includeHidden: true });
  // Longer than it waits for another answer.
  await page.waitForTimeout(600);
  await expect(anywhere).toHaveCount(0);
  await summary(page).click();
  await expect(table(page)).toBeVisible();
  await summary(page).click();
  await expect(anywhere).toHaveCount(0);
});
