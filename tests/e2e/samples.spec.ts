/** The sets that come with the page: one press teaches a whole one, and it works. */
import { expect, test } from "@playwright/test";
import { answerRows, card, open, photosOf, saved, view } from "./person.js";

for (const [name, classes] of [
  ["Fruit", ["apple", "banana", "pear", "plum"]],
  ["Feelings", ["happy", "sad", "surprised", "angry"]],
  ["Patterns", ["stripes", "dots", "checks", "waves"]],
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
