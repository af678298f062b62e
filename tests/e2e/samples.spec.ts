/** The sets that come with the page: one press teaches a whole one, and it works. */
import { expect, test } from "@playwright/test";
import { answerRows, camera, card, open, photosOf, saved, view } from "./person.js";

for (const [name, classes] of [
  ["Fruit", ["apple", "banana", "pear", "plum"]],
  ["Feelings", ["happy", "sad", "surprised", "angry"]],
] as const) {
  test(`${name} is taught by one press, answers unseen drawings, and goes with one Undo`, async ({
    page,
  }) => {
    await open(page);
    const sample = page.getByRole("button", { name: new RegExp(`^${name} `) });
    await sample.click();
    for (const label of classes) await expect(photosOf(page, label)).toHaveCount(6);
    await view(page, "Table");
    const rows = answerRows(page, classes.length);
    await expect(rows).toHaveCount(classes.length);
    await expect(rows.getByText("Looking…")).toHaveCount(0, { timeout: 60_000 });
    await expect(page.getByText(/^The browser (keeps|may delete) your sets/)).toBeVisible();
    let right = 0;
    for (const [i, label] of classes.entries()) {
      const said = await rows.nth(i).getByRole("cell").first().innerText();
      if (said.split("\n")[0] === label) right += 1;
    }
    expect(right).toBeGreaterThanOrEqual(classes.length - 1);
    await expect(sample).toHaveCount(0);

    await page.getByRole("button", { name: "Undo", exact: true }).first().click();
    await expect(card(page, classes[0])).toHaveCount(0);
    await expect(sample).toBeVisible();
    await saved(page);
  });
}

test("the camera says what to show, takes photos of each, and then tells them apart", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: /^You, with the camera / }).click();
  const words = camera(page).getByRole("status");
  await expect(words.filter({ hasText: "Look into the camera" })).toBeVisible();
  await expect(photosOf(page, "face")).toHaveCount(0);
  await expect(words.filter({ hasText: "Hold your hand in front of it" })).toBeVisible();
  await expect(photosOf(page, "face").first()).toBeAttached();
  await expect(page.getByText("Now show one or the other")).toBeVisible();
  await expect(photosOf(page, "hand").first()).toBeAttached();
  await expect(camera(page).locator(".stage-words")).toContainText(/face|hand|Not sure|None of these/);
});

test("the camera that is closed meanwhile asks for nothing more", async ({ page }) => {
  await open(page);
  await page.getByRole("button", { name: /^You, with the camera / }).click();
  await expect(camera(page)).toContainText("Look into the camera");
  await camera(page).getByRole("button", { name: "Close camera" }).click();
  await expect(camera(page)).toHaveCount(0);
  await page.getByRole("button", { name: "Live camera" }).click();
  await expect(camera(page).locator("video")).toBeVisible();
  await expect(camera(page)).not.toContainText("Look into the camera");
  await expect(photosOf(page, "face")).toHaveCount(0);
});
