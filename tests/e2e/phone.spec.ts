/** A phone: a narrow screen and a finger. */
import { devices, expect, type FileChooser, type Page, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { addClass, answer, camera, card, open, photosOf, teach, winner } from "./person.js";

const { defaultBrowserType: _, ...phone } = devices["Pixel 7"] ?? {};
test.use(phone);

async function expectNoSidewaysScroll(page: Page): Promise<void> {
  const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
  expect(content).toBeLessThanOrEqual(screen ?? 0);
}

/** A finger goes from point to point of the window, quickly. */
async function drawByFinger(page: Page, points: readonly { x: number; y: number }[]): Promise<void> {
  const devtools = await page.context().newCDPSession(page);
  const touch = (type: "touchStart" | "touchMove" | "touchEnd", ...touchPoints: { x: number; y: number }[]) =>
    devtools.send("Input.dispatchTouchEvent", { type, touchPoints });
  for (const [at, point] of points.entries()) await touch(at === 0 ? "touchStart" : "touchMove", point);
  await touch("touchEnd");
}

test("teaches and answers by touch", async ({ page }, info) => {
  await open(page);
  for (const thing of ["tomato", "leaf"] as const) {
    await addClass(page, thing);
    const chooser = page.waitForEvent("filechooser");
    await page.getByRole("button", { name: `Add photos to ${thing}` }).tap();
    await (await chooser).setFiles(drawnPhotos(thing, 0, 3));
    await expect(photosOf(page, thing)).toHaveCount(3);
  }
  const chooser = page.waitForEvent("filechooser");
  await answer(page).getByRole("button", { name: "Choose photos" }).tap();
  await (await chooser).setFiles(drawnPhotos("leaf", 5, 6));
  expect(await winner(page)).toBe("leaf");

  await photosOf(page, "tomato").first().tap();
  await card(page, "tomato").getByRole("button", { name: "Remove" }).tap();
  await expect(photosOf(page, "tomato")).toHaveCount(2);
  await page.getByRole("status").getByRole("button", { name: "Undo" }).tap();
  await expect(photosOf(page, "tomato")).toHaveCount(3);

  const jump = page.getByRole("link", { name: /^Answer: leaf/ });
  await jump.tap();
  await expect(answer(page)).toBeInViewport();
  await expect(jump).toHaveAttribute("aria-current", "location");
  const back = page.getByRole("link", { name: "Teach", exact: true });
  await expect(back).not.toHaveAttribute("aria-current");
  await back.tap();
  await expect(back).toHaveAttribute("aria-current", "location");
  await expect(jump).not.toHaveAttribute("aria-current");
  const good = page.getByRole("link", { name: "How good?" });
  await good.tap();
  await expect(good).toHaveAttribute("aria-current", "location");
  await expectNoSidewaysScroll(page);
  await page.screenshot({ path: info.outputPath("phone.png"), fullPage: true });
});

test("picks several photos by taps, all of them, and those that a finger draws a frame around", async ({
  page,
}) => {
  await open(page);
  await teach(page, { leaf: drawnPhotos("leaf", 0, 6), tomato: drawnPhotos("tomato", 0, 1) });
  const leaf = card(page, "leaf");
  for (const place of [0, 2]) await photosOf(page, "leaf").nth(place).tap();
  await expect(leaf.getByText("2 photos picked")).toBeVisible();
  await leaf.getByRole("button", { name: "Pick all" }).tap();
  await expect(leaf.getByText("6 photos picked")).toBeVisible();
  await expect(leaf.getByRole("button", { name: "Pick all" })).toHaveCount(0);
  await leaf.getByRole("button", { name: "Done" }).tap();
  await expect(leaf.getByText("picked")).toHaveCount(0);

  const [from, to] = await Promise.all(
    [0, 1].map((place) => photosOf(page, "leaf").nth(place).boundingBox()),
  );
  if (!from || !to) throw new Error("a photo is not drawn");
  const parts = [0, 0.3, 0.6, 1].map((part) => ({ x: from.x + 10 + part * (to.x - from.x), y: from.y + 20 }));
  await drawByFinger(page, parts);
  await expect(leaf.getByText("2 photos picked")).toBeVisible();
  for (const place of [0, 1])
    await expect(photosOf(page, "leaf").nth(place)).toHaveAttribute("aria-pressed", "true");
  // The next tap is one, however quick the finger was.
  await leaf.getByRole("button", { name: "Pick all" }).tap();
  await expect(leaf.getByText("6 photos picked")).toBeVisible();
});

test("draws around photos on the map, and takes the tap that follows", async ({ page }) => {
  await open(page);
  await teach(page, { leaf: drawnPhotos("leaf", 0, 3), tomato: drawnPhotos("tomato", 0, 3) });
  await page.getByText("All photos on a map").tap();
  const around = page.getByRole("button", { name: "Draw around photos" });
  await around.tap();
  const map = page.getByRole("listbox", { name: "Map of 6 photos" });
  await map.evaluate((element) => element.scrollIntoView({ block: "center" }));
  const box = await map.boundingBox();
  if (!box) throw new Error("there is no map");
  const corners = [
    [2, 2],
    [box.width - 2, 2],
    [box.width - 2, box.height - 2],
    [2, box.height - 2],
    [2, 2],
  ];
  await drawByFinger(
    page,
    corners.map(([x = 0, y = 0]) => ({ x: box.x + x, y: box.y + y })),
  );
  await expect(page.locator(".map").getByText("6 photos picked")).toBeVisible();
  await around.tap();
  await expect(around).toHaveAttribute("aria-pressed", "false");
});

test("says why there is no answer where it is seen", async ({ page }) => {
  await open(page);
  await addClass(page, "leaf");
  const ask = async (...files: Parameters<FileChooser["setFiles"]>) => {
    const chooser = page.waitForEvent("filechooser");
    await answer(page).getByRole("button", { name: "Choose photos" }).tap();
    await (await chooser).setFiles(...files);
  };
  const why = (words: string) => page.getByRole("link", { name: words });
  await ask(drawnPhotos("leaf", 0, 1));
  await expect(why("Not enough examples yet")).toBeInViewport({ ratio: 1 });
  await ask({ name: "notes.jpg", mimeType: "image/jpeg", buffer: Buffer.from("no photo") });
  await expect(why("This photo could not be answered")).toBeInViewport({ ratio: 1 });
});

test("fits the narrowest screens, with long names and every panel open", async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 568 });
  await open(page);
  await expectNoSidewaysScroll(page);
  const long = "Donaudampfschifffahrtsgesellschaftskapitänsmütze".repeat(3);
  await addClass(page, long);
  await addClass(page, "leaf");
  await page.getByRole("button", { name: `More for ${long}` }).tap();
  await page.getByRole("button", { name: "Camera for leaf" }).tap();
  await expect(page.getByRole("button", { name: "Take photo for leaf" })).toBeInViewport({ ratio: 1 });
  await expectNoSidewaysScroll(page);
});

test("shows all that the camera sees in sight of every name, whatever it sees, upright and lying", async ({
  page,
}) => {
  await open(page);
  const long = "a test picture that has a rather long name";
  await teach(page, { [long]: [], tomato: drawnPhotos("tomato", 0, 3) });
  for (let i = 1; i < 10; i += 1) await addClass(page, `thing ${i}`);
  await page.getByRole("button", { name: `Camera for ${long}` }).tap();
  const take = camera(page).getByRole("button", { name: /^Take photo for / });
  for (const count of [1, 2, 3]) {
    await take.first().tap();
    await expect(photosOf(page, long)).toHaveCount(count);
  }
  await expect(camera(page).locator(".stage-words")).toContainText(long);
  const picture = page.getByLabel("Live picture");
  expect(await picture.evaluate((video) => getComputedStyle(video).objectFit)).toBe("contain");
  for (const [width, height] of [
    [390, 844],
    [844, 390],
  ] as const) {
    await page.setViewportSize({ width, height });
    await expectNoSidewaysScroll(page);
    for (const name of [take.first(), take.last()])
      await expect(async () => {
        await name.evaluate((button) => button.scrollIntoView({ block: "nearest" }));
        await expect(name).toBeInViewport({ ratio: 0.9, timeout: 500 });
        await expect(picture).toBeInViewport({ ratio: 0.9, timeout: 500 });
      }).toPass({ timeout: 20_000 });
  }
});

test("has nothing to press that is smaller than 24 pixels", async ({ page }) => {
  await open(page);
  await addClass(page, "leaf");
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: "Add photos to leaf" }).tap();
  await (await chooser).setFiles(drawnPhotos("leaf", 0, 1));
  await photosOf(page, "leaf").first().tap();
  const controls = page.locator("button:visible, input:visible, select:visible, summary:visible, a:visible");
  for (const control of await controls.all()) {
    const box = await control.boundingBox();
    expect(Math.min(box?.width ?? 0, box?.height ?? 0)).toBeGreaterThanOrEqual(24);
  }
});
