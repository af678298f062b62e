/** Names of classes that the encoder understands: answers before any photo, said to be that; and without them. */
import { expect, type Page, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { addClass, addPhotos, answer, card, open, predict, ready, saved, unfoldMethods } from "./person.js";

const UNDERSTOOD = "Only its name is known so far.";
const ALONE = "Answers go by the names alone until you add photos.";

async function useNames(page: Page): Promise<ReturnType<Page["getByRole"]>> {
  await unfoldMethods(page);
  return answer(page).getByRole("checkbox", { name: "Use class names" });
}

test("answers by the names of classes before there are photos, says so, and keeps what it understood", async ({
  page,
}) => {
  await open(page);
  for (const label of ["tomato", "leaf", "xyzzy"]) await addClass(page, label);
  for (const label of ["tomato", "leaf"]) {
    await expect(card(page, label)).toContainText(UNDERSTOOD);
  }
  await expect(card(page, "xyzzy")).toContainText("No photos yet.");
  await expect(card(page, "xyzzy")).not.toContainText(UNDERSTOOD);
  await expect(answer(page)).toContainText(ALONE);

  await predict(page, drawnPhotos("leaf", 7, 8));
  const bars = answer(page).getByRole("list", { name: "How likely each class is" });
  await expect(bars.getByRole("listitem")).toHaveCount(2);
  await expect(answer(page).getByText(ALONE, { exact: true })).toBeVisible();
  await expect(answer(page).locator("[aria-live=polite]")).toHaveText(new RegExp(`${ALONE}$`));
  await expect(answer(page)).toContainText("Not considered, because without photos: xyzzy.");

  // Photos of one leave the other to its name; a new name is looked at anew.
  await addPhotos(page, "leaf", drawnPhotos("leaf", 0, 2));
  await expect(answer(page)).toContainText("Known by name only, so less sure: tomato.");
  const name = page.getByRole("textbox", { name: "Name of class tomato" });
  await name.fill("zzyxx");
  await name.press("Enter");
  await expect(card(page, "zzyxx")).not.toContainText(UNDERSTOOD);
  await page.getByRole("button", { name: "Undo", exact: true }).first().click();
  await expect(card(page, "tomato")).toContainText(UNDERSTOOD);

  await saved(page);
  await page.reload();
  await ready(page);
  await expect(card(page, "tomato")).toContainText(UNDERSTOOD);
  await predict(page, drawnPhotos("tomato", 7, 8));
  await expect(answer(page)).toContainText("Known by name only, so less sure: tomato.");
});

test("leaves names aside for who wants that, in every set and at the next visit", async ({ page }) => {
  await open(page);
  for (const label of ["tomato", "leaf"]) await addClass(page, label);
  await expect(answer(page)).toContainText(ALONE);
  await (await useNames(page)).uncheck();
  await expect(answer(page)).toContainText("Not enough examples yet: add photos to at least two classes.");
  await expect(page.getByText(UNDERSTOOD)).toHaveCount(0);
  await addClass(page, "mug");
  await saved(page);
  await page.reload();
  await ready(page);
  await expect(card(page, "mug")).toContainText("No photos yet.");
  await expect(page.getByText(UNDERSTOOD)).toHaveCount(0);
  const box = await useNames(page);
  await expect(box).not.toBeChecked();
  await box.check();
  await expect(page.getByText(UNDERSTOOD)).toHaveCount(3);
});
