/** What has to be seen is in sight, and what is pressed stays where it is: on a phone and on a desktop. */
import { expect, type Locator, test } from "@playwright/test";
import { drawnPhotos, type Upload } from "./files.js";
import {
  addClass,
  answer,
  answerRows,
  camera,
  frames,
  liveShare,
  offerPhotos,
  open,
  photosOf,
  predict,
  saved,
  teach,
  view,
} from "./person.js";
import { inEachWindow } from "./windows.js";

const words: Upload = { name: "notes.jpg", mimeType: "image/jpeg", buffer: Buffer.from("only words") };

/** Brings something to the middle of the window, where no note covers it; gives where it is there. */
async function centred(thing: Locator): Promise<[number, number]> {
  await thing.evaluate((element) => element.scrollIntoView({ block: "center" }));
  return placeOf(thing);
}

/** Where the upper left corner of something is in the window. */
async function placeOf(thing: Locator): Promise<[number, number]> {
  const box = await thing.boundingBox();
  if (!box) throw new Error("it is not there");
  return [box.x, box.y];
}

inEachWindow(() => {
  test("shows what was left out, what is being learnt and what is not saved within the window", async ({
    page,
  }) => {
    await page.addInitScript(() => {
      const put = IDBObjectStore.prototype.put;
      IDBObjectStore.prototype.put = function (...values) {
        if (document.documentElement.dataset.disk === "full")
          throw new DOMException("full", "QuotaExceededError");
        return put.apply(this, values);
      };
    });
    await open(page);
    for (const label of ["mug", "leaf", "bread", "banana", "tomato", "plate"]) await addClass(page, label);
    await saved(page);
    await page.evaluate(() => {
      scrollTo(0, 0);
      document.documentElement.dataset.disk = "full";
    });
    // More than are learnt while the page is looked at.
    await offerPhotos(page, "mug", [words, ...drawnPhotos("mug", 0, 200)]);
    await expect(page.getByRole("progressbar", { name: /^Learning photo/ })).toBeInViewport({ ratio: 1 });
    const problem = page.getByRole("listitem").filter({ hasText: "notes.jpg" });
    await expect(problem).toBeInViewport({ ratio: 1 });
    await page.getByRole("button", { name: "Stop" }).click();
    await expect(page.getByRole("alert").filter({ hasText: "Could not save" })).toBeInViewport({
      ratio: 1,
    });
    const dismiss = page.getByRole("button", { name: "Dismiss" });
    await expect(dismiss).toBeInViewport({ ratio: 1 });
    await dismiss.click();
    await expect(problem).toHaveCount(0);
  });

  test("keeps the camera's buttons where they are while they are pressed, and while photos come in", async ({
    page,
  }) => {
    await open(page);
    const labels = ["tomato", "a leaf of a plant", "bread"];
    const photos = [drawnPhotos("tomato", 0, 3), drawnPhotos("leaf", 0, 3), drawnPhotos("bread", 0, 3)];
    await teach(page, Object.fromEntries(labels.map((label, i) => [label, photos[i] ?? []])));
    await page.getByRole("button", { name: "Camera for bread" }).click();
    const buttons = labels.flatMap((label) => [
      camera(page).getByRole("button", { name: `Take photo for ${label}` }),
      camera(page).getByRole("button", { name: `Keep taking photos for ${label}` }),
    ]);
    await expect.poll(() => liveShare(page, "bread")).toBeDefined();
    const places = () => Promise.all(buttons.map(placeOf));
    const before = await places();
    for (const button of buttons) {
      await expect(button).toBeInViewport({ ratio: 1 });
      const count = await page.getByRole("button", { name: /^Photo \d+ of / }).count();
      await button.click();
      await expect
        .poll(() => page.getByRole("button", { name: /^Photo \d+ of / }).count())
        .toBeGreaterThan(count);
      expect(await places()).toEqual(before);
      if ((await button.getAttribute("aria-pressed")) === "true") await button.click();
    }
    expect(await places()).toEqual(before);
    // What is told of that has a button too, which is not where another one was.
    const told = page.getByRole("status").getByRole("button", { name: "Undo" });
    await expect(told).toBeVisible();
    await camera(page).getByRole("button", { name: "Close camera" }).click();
    await expect(camera(page)).toHaveCount(0);
    await expect(told).toBeVisible();
  });

  test("moves nothing away from under a finger that presses", async ({ page }) => {
    await open(page);
    await teach(page, { tomato: drawnPhotos("tomato", 0, 2), leaf: drawnPhotos("leaf", 0, 2), bread: [] });
    await predict(page, drawnPhotos("bread", 5, 6));
    const button = answer(page).getByRole("button", { name: "Teach that it is leaf" });
    await centred(button);
    await offerPhotos(page, "bread", drawnPhotos("bread", 0, 3));
    // What is learnt may move the page until then: the pointer must have met the button.
    await expect(async () => {
      await page.mouse.up();
      await button.hover();
      await page.mouse.down();
      expect(await button.evaluate((element) => element.matches(":active"))).toBe(true);
    }).toPass();
    const before = await placeOf(button);
    // What is learnt meanwhile changes the answer above the button, which is drawn when the finger is gone.
    await page.waitForTimeout(1500);
    expect(await placeOf(button)).toEqual(before);
    await page.mouse.up();
    await expect(answer(page)).toContainText("Learnt: it is leaf.");
    await expect(photosOf(page, "bread")).toHaveCount(3);
  });

  test("opens the menu of sets within the window", async ({ page }) => {
    await open(page);
    await teach(page, { mug: drawnPhotos("mug", 0, 1) });
    for (const name of ["A", "A very long name of a set that goes on and on until the window ends"]) {
      await page.getByRole("textbox", { name: "Name of the set" }).fill(name);
      await page.keyboard.press("Enter");
      await page.getByRole("button", { name: "Sets", exact: true }).click();
      for (const item of await page.locator(".menu-item").all())
        await expect(item).toBeInViewport({ ratio: 1 });
      await page.keyboard.press("Escape");
    }
    await page.getByRole("button", { name: "More for mug" }).click();
    await expect(page.getByRole("button", { name: "Remove class" })).toBeInViewport({ ratio: 1 });
  });

  test("gives one verdict: a class that is the answer is never said to fit badly", async ({ page }) => {
    await open(page);
    const things = ["tomato", "bread", "mug", "leaf"] as const;
    await teach(page, Object.fromEntries(things.map((thing) => [thing, drawnPhotos(thing, 0, 5)])));
    await predict(page, drawnPhotos("bread", 30, 40));
    // Those for which no class is likely enough, though one is the answer: the cell of what they could be is empty.
    await view(page, "Table");
    const rows = await answerRows(page, 10).all();
    const empty = async (row: Locator) => (await row.getByRole("cell").nth(2).innerText()) === "";
    const lonely = (await Promise.all(rows.map(empty))).flatMap((lone, place) => (lone ? [place] : []));
    expect(lonely.length).toBeGreaterThan(0);
    await view(page, "One by one");
    for (const place of lonely) {
      await frames(page).nth(place).click();
      await expect(frames(page).nth(place)).toHaveAttribute("aria-pressed", "true");
      await expect(
        answer(page)
          .getByRole("paragraph")
          .filter({ hasText: /^bread / }),
      ).toBeVisible();
      await expect(answer(page)).not.toContainText("fits well");
    }
  });
});
