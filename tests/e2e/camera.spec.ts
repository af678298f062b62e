/** The camera: Chromium's own test picture, and cameras that are not there. */
import { expect, type Page, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { answer, card, open, photosOf, saved, teach } from "./person.js";
import { inEachWindow } from "./windows.js";

test("takes photos into a class by single presses", async ({ page }) => {
  await open(page);
  await teach(page, { screen: [] });
  await page.getByRole("button", { name: "Camera for screen" }).click();
  const take = card(page, "screen").getByRole("button", { name: "Take photo" });
  await take.click();
  await expect(photosOf(page, "screen")).toHaveCount(1);
  await take.click();
  await expect(photosOf(page, "screen")).toHaveCount(2);
  await page.getByRole("button", { name: "Close camera for screen" }).click();
  await expect(take).toHaveCount(0);
  await expect(page.locator("video")).toHaveCount(0);
});

test("answers the camera live until told to stop, while photos are taken as well", async ({ page }) => {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 3), screen: [] });
  await page.getByRole("button", { name: "Camera for screen" }).click();
  const take = card(page, "screen").getByRole("button", { name: "Take photo" });
  for (const count of [1, 2, 3]) {
    await take.click();
    await expect(photosOf(page, "screen")).toHaveCount(count);
  }
  const live = answer(page).getByRole("button", { name: "Live camera" });
  await live.click();
  await expect(live).toHaveAttribute("aria-pressed", "true");
  const best = answer(page).getByRole("listitem").first();
  await expect(best).toContainText("screen");
  await page.getByRole("button", { name: "Close camera for screen" }).click();
  await expect(answer(page).getByLabel("Camera picture")).toBeVisible();
  await live.click();
  await expect(live).toHaveAttribute("aria-pressed", "false");
  await expect(page.locator("video")).toHaveCount(0);
  await expect(best).toHaveCount(0);
});

test("takes photos in a burst that one press starts and another ends, undone in one step", async ({
  page,
}) => {
  await open(page);
  await teach(page, { screen: [] });
  await page.getByRole("button", { name: "Camera for screen" }).click();
  const burst = card(page, "screen").getByRole("button", { name: "Keep taking photos" });
  await burst.click();
  await expect(burst).toHaveAttribute("aria-pressed", "true");
  await expect(photosOf(page, "screen").nth(2)).toBeVisible();
  await burst.press("Enter");
  await expect(burst).toHaveAttribute("aria-pressed", "false");
  await expect(page.getByRole("status").filter({ hasText: /^added \d+ photos to screen/i })).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "screen")).toHaveCount(0);
});

test("goes over to another camera, and mirrors only one that looks at the person", async ({ page }) => {
  await page.addInitScript(() => {
    // The test pictures of Chromium look nowhere: the second is made a rear camera by its settings.
    const settings = MediaStreamTrack.prototype.getSettings;
    MediaStreamTrack.prototype.getSettings = function () {
      return this.label.includes("1")
        ? { ...settings.call(this), facingMode: "environment" }
        : settings.call(this);
    };
  });
  await open(page);
  await answer(page).getByRole("button", { name: "Live camera" }).click();
  const which = answer(page).getByRole("combobox", { name: "Which camera" });
  const picture = answer(page).getByLabel("Camera picture");
  await expect(which.getByRole("option")).toHaveCount(2);
  const names = await which.getByRole("option").allInnerTexts();
  const front = names.findIndex((name) => !name.includes("1"));
  await which.selectOption({ index: front });
  await expect(picture).toHaveCSS("scale", "-1 1");
  await which.selectOption({ index: 1 - front });
  await expect(picture).toHaveCSS("scale", "none");
  const label = () =>
    picture.evaluate(
      (video: HTMLVideoElement) => (video.srcObject as MediaStream).getVideoTracks()[0]?.label,
    );
  await expect.poll(label).toBe(names[1 - front]);
});

test("goes on answering live in another set, and from another camera", async ({ page }) => {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 3), screen: [] });
  await page.getByRole("button", { name: "Camera for screen" }).click();
  for (const count of [1, 2]) {
    await card(page, "screen").getByRole("button", { name: "Take photo" }).click();
    await expect(photosOf(page, "screen")).toHaveCount(count);
  }
  await page.getByRole("button", { name: "Close camera for screen" }).click();
  await saved(page);
  await answer(page).getByRole("button", { name: "Live camera" }).click();
  const best = answer(page).getByRole("listitem").first();
  await expect(best).toContainText("screen");

  const sets = async (item: string) => {
    await page.getByRole("button", { name: "Sets", exact: true }).click();
    await page.getByRole("button", { name: item, exact: true }).click();
  };
  await sets("New set");
  await expect(best).toHaveCount(0);
  await sets("Open My set");
  await expect(best).toContainText("screen");

  // The time that an answer took is told below it, and differs from picture to picture.
  const times = () => answer(page).locator(".timings").innerText();
  const changes = async () => {
    const before = await times();
    await expect.poll(times).not.toBe(before);
  };
  await changes();
  const which = answer(page).getByRole("combobox", { name: "Which camera" });
  await which.selectOption({ index: 1 });
  await changes();
});

/** A browser whose camera fails in a certain way. */
async function failingCamera(page: Page, name: string): Promise<void> {
  await page.addInitScript((error) => {
    MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException("no", error));
  }, name);
}

inEachWindow(() => {
  for (const [error, sentence] of [
    ["NotAllowedError", "The camera is blocked for this page."],
    ["NotFoundError", "No camera was found."],
    ["NotReadableError", "The camera is busy, perhaps in another program."],
  ] as const) {
    test(`says in its own words: ${sentence}`, async ({ page }) => {
      await failingCamera(page, error);
      await open(page);
      await teach(page, { mug: [] });
      await page.getByRole("button", { name: "Camera for mug" }).click();
      await expect(card(page, "mug").getByText(sentence)).toBeInViewport({ ratio: 1 });
      await page.getByRole("button", { name: "Close camera for mug" }).click();
      await answer(page).getByRole("button", { name: "Live camera" }).click();
      await expect(answer(page).getByText(sentence)).toBeInViewport({ ratio: 1 });
      // One sentence, and nothing that it contradicts.
      await expect(answer(page).getByText("Looking…")).toHaveCount(0);
      await expect(answer(page).getByText("Waiting for the camera")).toHaveCount(0);
    });
  }
});

test("tries the camera again when what kept it from working is over", async ({ page }) => {
  await page.addInitScript(() => {
    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = function (...asked) {
      return document.documentElement.dataset.camera === "allowed"
        ? getUserMedia.apply(this, asked)
        : Promise.reject(new DOMException("no", "NotAllowedError"));
    };
  });
  await open(page);
  await teach(page, { mug: [] });
  await page.getByRole("button", { name: "Camera for mug" }).click();
  const again = card(page, "mug").getByRole("button", { name: "Try again" });
  await expect(card(page, "mug")).toContainText("Allow it in the address bar and try again");
  await page.evaluate(() => {
    document.documentElement.dataset.camera = "allowed";
  });
  await again.click();
  await card(page, "mug").getByRole("button", { name: "Take photo" }).click();
  await expect(photosOf(page, "mug")).toHaveCount(1);
  await expect(again).toHaveCount(0);
});

test("says that the camera needs a secure page", async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "isSecureContext", { value: false });
  });
  await open(page);
  await answer(page).getByRole("button", { name: "Live camera" }).click();
  await expect(answer(page)).toContainText("Browsers allow the camera only on secure pages.");
});
