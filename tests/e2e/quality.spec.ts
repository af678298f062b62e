/** What the page says of its own answers: none of these, how sure, how well it works, which labels look wrong. */
import { expect, type Locator, type Page, test } from "@playwright/test";
import { encodePng } from "../images/png.mjs";
import { createRandom } from "../images/random.mjs";
import { drawnPhotos, type Thing } from "./files.js";
import {
  addPhotos,
  answer,
  answerRows,
  card,
  noneOfThese,
  open,
  photosOf,
  predict,
  ready,
  saved,
  teach,
  view,
  winner,
} from "./person.js";

const EXPECTED =
  /It will get (about \d+|nearly all) of 100 new photos right \(\d+ to \d+\), judged from \d+ of your own\./;

function things(count: number, ...names: Thing[]) {
  return Object.fromEntries(names.map((name) => [name, drawnPhotos(name, 0, count)]));
}

function quality(page: Page): Locator {
  return page.getByRole("region", { name: "How well it works" });
}

test("says none of these for a photo of something else, aloud too, and keeps the bars", async ({ page }) => {
  await open(page);
  await teach(page, things(8, "tomato", "leaf", "bread"));
  await predict(page, drawnPhotos("leaf", 9, 10));
  await expect.poll(() => winner(page)).toBe("leaf");
  await expect(noneOfThese(page)).toHaveCount(0);
  await predict(page, drawnPhotos("mug", 5, 6));
  await expect(noneOfThese(page)).toBeVisible();
  // A share beside that would say the opposite.
  await expect(answer(page).getByText(/^Closest: (tomato|leaf|bread)\.$/)).toBeVisible();
  const bars = answer(page).getByRole("list", { name: "How likely each class is" });
  await expect(bars.getByRole("listitem")).toHaveCount(3);
  await expect(answer(page).locator("[aria-live=polite]")).toHaveText(/^None of these\. Closest: \w+\.$/);

  await predict(page, [...drawnPhotos("leaf", 9, 10), ...drawnPhotos("mug", 5, 6)]);
  await view(page, "Table");
  const rows = answerRows(page, 2);
  await expect(rows.nth(0)).toContainText("leaf");
  await expect(rows.nth(1)).toContainText("None of these");

  // Taught, it is no stranger any more.
  await teach(page, things(5, "mug"));
  await expect(rows.nth(1)).toContainText("mug");
});

test("is not sure of pure noise", async ({ page }) => {
  await open(page);
  await teach(page, things(8, "tomato", "leaf", "bread", "mug", "banana"));
  const { next } = createRandom(1);
  const noise = Array.from({ length: 20 }, (_, i) => {
    const pixels = Uint8Array.from({ length: 3 * 128 * 128 }, () => 256 * next());
    return { name: `noise-${i}.png`, mimeType: "image/png", buffer: encodePng(128, 128, pixels) };
  });
  await predict(page, noise);
  await expect(answer(page)).toContainText(/20 photos: (\d+ unsure, )?\d+ none/);
});

test("says in a sentence which classes it may be", async ({ page }) => {
  await open(page);
  await teach(page, { xyzzy: drawnPhotos("tomato", 0, 6), ...things(6, "leaf", "bread") });
  await predict(page, drawnPhotos("tomato", 24, 25));
  expect(await winner(page)).toBe("xyzzy");
  await expect(answer(page)).not.toContainText(/nine times in ten|Could be/);

  // Two classes of the same things, with names that mean nothing, cannot be told apart, and the sentence says so.
  await teach(page, { zzyxx: drawnPhotos("tomato", 8, 14) });
  await expect(answer(page)).toContainText(/It is (xyzzy or zzyxx|zzyxx or xyzzy): sure nine times in ten\./);
});

test("tells how well it works once it can, and follows undo", async ({ page }) => {
  await open(page);
  // A class whose name is understood is judged by a single photo too, so these mean nothing to the encoder.
  const hint = page.getByText("Add a second photo to each class to see how well it works.");
  await teach(page, { xyzzy: drawnPhotos("tomato", 0, 1) });
  await expect(hint).toHaveCount(0);
  await teach(page, { zzyxx: drawnPhotos("leaf", 0, 1) });
  await expect(hint).toBeVisible();
  await addPhotos(page, "xyzzy", drawnPhotos("tomato", 1, 6));
  await expect(quality(page)).toContainText("judged from 6 of your own");
  await expect(quality(page)).toContainText("Not judged yet, because of only one photo: zzyxx.");
  await addPhotos(page, "zzyxx", drawnPhotos("leaf", 1, 6));
  await expect(hint).toHaveCount(0);
  await expect(quality(page)).toContainText(EXPECTED);
  await expect(quality(page)).toContainText("judged from 12 of your own");
  await page.keyboard.press("Control+z");
  await expect(quality(page)).toContainText("judged from 6 of your own");
  await page.keyboard.press("Control+y");
  await expect(quality(page)).toContainText("judged from 12 of your own");

  await saved(page);
  await page.reload();
  await ready(page);
  await expect(quality(page)).toContainText("judged from 12 of your own");
});

test("names the class that wants more photos", async ({ page }) => {
  await open(page);
  await teach(page, { ...things(4, "leaf"), "red fruit": drawnPhotos("tomato", 0, 8) });
  await teach(page, { tomato: drawnPhotos("tomato", 8, 11) });
  await expect(quality(page)).toContainText(
    /It does worst on (tomato|red fruit), which it may take for (tomato|red fruit): add photos of/,
  );
});

test("lists photos whose label looks wrong, and moves one by a press", async ({ page }) => {
  await open(page);
  await teach(page, things(6, "mug", "banana"));
  await addPhotos(page, "mug", drawnPhotos("banana", 8, 9));
  const summary = quality(page).getByText("1 photo may have the wrong label");
  await summary.focus();
  await page.keyboard.press("Enter");
  const line = quality(page).getByRole("listitem").filter({ hasText: "In mug" });
  await expect(line).toContainText("In mug, but looks like this one of banana");
  // The photo, and the one that it is like.
  await expect(line.locator("img")).toHaveCount(2);
  await page.keyboard.press("Tab");
  await expect(line.getByRole("button", { name: "Move to banana" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(photosOf(page, "banana")).toHaveCount(7);
  await expect(line).toHaveCount(0);
  await expect(quality(page)).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "banana")).toHaveCount(6);
  await expect(summary).toBeVisible();
});

test("lets an expert choose how answers are computed, and remembers it", async ({ page }) => {
  await open(page);
  await teach(page, things(3, "tomato", "leaf"));
  await predict(page, drawnPhotos("leaf", 5, 6));
  const method = answer(page).getByRole("combobox", { name: "Method" });
  await expect(method).toBeHidden();
  await answer(page).getByText("How answers are computed").click();
  await expect(method).toHaveValue("auto");
  const names = await method
    .getByRole("option")
    .evaluateAll((all: HTMLOptionElement[]) => all.map((o) => o.value));
  for (const name of names) {
    await method.selectOption(name);
    await expect(answer(page).getByRole("listitem").first()).toContainText("leaf");
  }
  await method.selectOption("logistic");
  await saved(page);
  await page.reload();
  await ready(page);
  await answer(page).getByText("How answers are computed").click();
  await expect(method).toHaveValue("logistic");
  await expect(card(page, "leaf")).toBeVisible();
});

test("shows the photos that an answer rests on", async ({ page }) => {
  await open(page);
  await teach(page, things(3, "tomato", "leaf"));
  await predict(page, drawnPhotos("leaf", 9, 10));
  const nearest = answer(page).getByRole("list", { name: "Most like these of your photos" });
  await expect(nearest.getByRole("listitem")).toHaveCount(4);
  await expect(nearest.getByRole("listitem").first()).toHaveText("leaf");
  await expect(nearest.locator("img")).toHaveCount(4);
});

test("says which photos of a pile would teach most, and follows what is taught", async ({ page }) => {
  await open(page);
  await teach(page, things(4, "tomato", "leaf"));
  // One of these is like nothing that was taught.
  await predict(page, [
    ...drawnPhotos("leaf", 9, 12),
    ...drawnPhotos("tomato", 9, 11),
    ...drawnPhotos("mug", 5, 6),
  ]);
  const suggested = answer(page).getByRole("button", { name: /^Worth labelling: / });
  await expect(suggested).toHaveCount(3);
  await expect(suggested.first()).toHaveAccessibleName(/mug/);
  await suggested.first().click();
  await expect(suggested.first()).toHaveAttribute("aria-pressed", "true");
  await answer(page).getByRole("button", { name: "Teach that it is leaf" }).click();
  await expect(answer(page).getByRole("button", { name: /^Worth labelling: .*mug/ })).toHaveCount(0);
});

test("leaves a class out of answers, and takes it back", async ({ page }) => {
  await open(page);
  await teach(page, things(3, "tomato", "leaf", "bread"));
  await predict(page, drawnPhotos("bread", 9, 10));
  const bars = answer(page).getByRole("list", { name: "How likely each class is" }).getByRole("listitem");
  await expect(bars.first()).toContainText("bread");
  const press = async (name: string) => {
    await card(page, "bread").getByRole("button", { name: "More for bread" }).click();
    await card(page, "bread").getByRole("button", { name }).click();
  };
  await press("Leave out of answers");
  await expect(bars).toHaveCount(2);
  await expect(card(page, "bread")).toContainText("3 photos");
  await expect(card(page, "bread")).toContainText("left out");
  await saved(page);
  await page.reload();
  await ready(page);
  await expect(card(page, "bread")).toContainText("left out");
  await press("Use in answers again");
  await expect(card(page, "bread")).not.toContainText("left out");
  await page.keyboard.press("Control+z");
  await expect(card(page, "bread")).toContainText("left out");
});

test("shows the photos of a number, and how it does with each class", async ({ page }) => {
  await open(page);
  await teach(page, { ...things(4, "leaf"), "red fruit": drawnPhotos("tomato", 0, 8) });
  await teach(page, { tomato: drawnPhotos("tomato", 8, 11) });
  const bars = quality(page).getByRole("list", { name: /^How many photos of each class/ });
  await expect(bars.getByRole("listitem")).toHaveCount(3);
  await expect(bars.getByRole("listitem").first()).toContainText("4 of 4");
  await quality(page).getByText("What is taken for what").click();
  const numbers = quality(page).getByRole("button", { name: /^\d of .+, answered / });
  const names = await numbers.evaluateAll((all) => all.map((button) => button.ariaLabel ?? ""));
  const mistaken = names.find((name) => !/of (.+), answered \1$/.test(name));
  if (mistaken === undefined) throw new Error("nothing is mistaken");
  const wrong = quality(page).getByRole("button", { name: mistaken });
  // The more of a class, the deeper its colour.
  const depth = (number: Locator) =>
    number.evaluate((button) => Number.parseFloat(getComputedStyle(button).getPropertyValue("--heat")));
  const all = quality(page).getByRole("button", { name: "4 of leaf, answered leaf" });
  expect(await depth(wrong)).toBeLessThan(await depth(all));
  await wrong.click();
  const photos = quality(page).getByRole("list", { name: mistaken }).locator("img");
  await expect(photos).toHaveCount(Number.parseInt(mistaken, 10));
});
