import { expect, test } from "@playwright/test";
import { drawnPhotos, type Thing } from "./files.js";
import {
  addPhotos,
  answer,
  card,
  frames,
  hits,
  open,
  photosOf,
  predict,
  ready,
  saved,
  teach,
} from "./person.js";

const THINGS: Thing[] = ["tomato", "leaf", "bread"];

test("teaches three classes, recognises new photos, and still does after a reload", async ({
  page,
}, info) => {
  await open(page);
  await page.screenshot({ path: info.outputPath("empty.png") });
  await teach(page, Object.fromEntries(THINGS.map((thing) => [thing, drawnPhotos(thing, 0, 5)])));

  const asked = THINGS.flatMap((thing) => drawnPhotos(thing, 5, 9));
  const truth = THINGS.flatMap((thing) => Array<string>(4).fill(thing));
  const answers = await predict(page, asked);
  expect(hits(answers, truth)).toBeGreaterThanOrEqual(10);

  for (const [size, width, height] of [
    ["desktop", 1440, 900],
    ["phone", 390, 844],
  ] as const) {
    for (const colorScheme of ["light", "dark"] as const) {
      await page.setViewportSize({ width, height });
      await page.emulateMedia({ colorScheme });
      await page.screenshot({
        animations: "disabled",
        path: info.outputPath(`${size}-${colorScheme}.png`),
        fullPage: size === "phone",
      });
    }
  }

  await saved(page);
  await page.reload();
  await ready(page);
  for (const thing of THINGS) {
    await expect(photosOf(page, thing)).toHaveCount(5);
    const picture = photosOf(page, thing).first().locator("img");
    await expect
      .poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth))
      .toBeGreaterThan(0);
  }
  expect(await predict(page, asked)).toEqual(answers);
});

test("answers at once again when an example is added", async ({ page }) => {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 2), leaf: drawnPhotos("leaf", 0, 2) });
  await predict(page, drawnPhotos("bread", 5, 6));
  const bars = answer(page).getByRole("list", { name: "How likely each class is" }).getByRole("listitem");
  await expect(bars).toHaveCount(2);
  await teach(page, { bread: drawnPhotos("bread", 0, 3) });
  await expect(bars).toHaveCount(3);
  await expect(bars.first()).toContainText("bread");
  await expect(answer(page)).toContainText(/decide (under )?\d+ ms/);
});

test("says what is missing before it can answer, and which classes have no photos", async ({ page }) => {
  await open(page);
  await expect(answer(page)).toContainText("Not enough examples yet: add photos to at least two classes");
  // Names that mean nothing to the encoder.
  await teach(page, { tomato: drawnPhotos("tomato", 0, 2), xyzzy: [], zzyxx: [] });
  await expect(answer(page)).toContainText("Without photos so far: xyzzy and zzyxx.");
  await choosePhoto();
  await expect(answer(page)).toContainText("Not enough examples yet");
  await addPhotos(page, "xyzzy", drawnPhotos("leaf", 0, 2));
  await expect(answer(page)).toContainText("Not considered, because without photos: zzyxx.");
  await expect(card(page, "zzyxx")).toContainText("No photos yet");

  async function choosePhoto() {
    const chooser = page.waitForEvent("filechooser");
    await answer(page).getByRole("button", { name: "Choose photos" }).click();
    await (await chooser).setFiles(drawnPhotos("leaf", 7, 8));
  }
});

test("keeps nothing but what is asked: several photos stand in a line, one press shows each", async ({
  page,
}) => {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 3), leaf: drawnPhotos("leaf", 0, 3) });
  await predict(page, [...drawnPhotos("leaf", 5, 7), ...drawnPhotos("tomato", 5, 6)]);
  await frames(page).nth(2).click();
  await expect(frames(page).nth(2)).toHaveAttribute("aria-pressed", "true");
  await expect(answer(page).getByRole("img", { name: "Your photo tomato-5.png" })).toBeVisible();
  await answer(page).getByRole("button", { name: "Clear" }).click();
  await expect(frames(page)).toHaveCount(0);
});
