/** The map of the photos: what is alike lies close together, and is picked and moved there by mouse, finger and keyboard. */
import { readFileSync } from "node:fs";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { FeatureClassifier } from "handful";
import { expectAccessible } from "./axe.js";
import { drawnPhotos, realClasses, realPhotos } from "./files.js";
import {
  addPhotos,
  answer,
  card,
  choose,
  frames,
  movePicked,
  offerPhotos,
  open,
  photosOf,
  predict,
  teach,
} from "./person.js";

interface Spot {
  name: string;
  x: number;
  y: number;
}

function map(page: Page, photos: number): Locator {
  return page.getByRole("listbox", { name: `Map of ${photos} photos` });
}

/** The photo that the keys have led to. */
function current(page: Page): Locator {
  return page.getByRole("listbox").getByRole("option");
}

const summary = (page: Page) => page.getByText("All photos on a map");

/** What each photo is called, and where on the map its middle is: the keys lead through all. */
async function walk(page: Page, photos: number): Promise<Spot[]> {
  await map(page, photos).focus();
  await page.keyboard.press("Home");
  const spots: Spot[] = [];
  for (let i = 1; i <= photos; i += 1) {
    await expect(current(page)).toHaveAttribute("aria-posinset", String(i));
    const name = (await current(page).getAttribute("aria-label")) ?? "";
    const [corner, box] = [await map(page, photos).boundingBox(), await current(page).boundingBox()];
    if (!corner || !box) throw new Error(`${name} has no place`);
    spots.push({ name, x: box.x + box.width / 2 - corner.x, y: box.y + box.height / 2 - corner.y });
    await page.keyboard.press("PageDown");
  }
  return spots;
}

/** How far the spots of a group are from each other, in the mean. */
function apart(some: readonly Spot[], others: readonly Spot[]): number {
  const away = some.flatMap((a) =>
    others.flatMap((b) => (a === b ? [] : [Math.hypot(a.x - b.x, a.y - b.y)])),
  );
  return away.reduce((sum, value) => sum + value, 0) / away.length;
}

/** Where a spot is in the window. */
async function inWindow(page: Page, { x, y }: Spot): Promise<readonly [number, number]> {
  const box = await page.getByRole("listbox").boundingBox();
  return [(box?.x ?? 0) + x, (box?.y ?? 0) + y];
}

/** Draws a line around a spot. */
async function encircle(page: Page, spot: Spot, radius: number): Promise<void> {
  const [x, y] = await inWindow(page, spot);
  const point = (turn: number) => [x + radius * Math.cos(turn), y + radius * Math.sin(turn)] as const;
  await page.mouse.move(...point(0));
  await page.mouse.down();
  for (let turn = 0.3; turn < 6; turn += 0.3) await page.mouse.move(...point(turn));
  await page.mouse.up();
}

/** Drags what lies at a spot to the name of a class. */
async function drag(page: Page, spot: Spot, to: string): Promise<void> {
  const name = page.getByRole("list", { name: "Drag photos here" }).getByText(to);
  await page.mouse.move(...(await inWindow(page, spot)));
  await page.mouse.down();
  const box = await name.boundingBox();
  await page.mouse.move((box?.x ?? 0) + 10, (box?.y ?? 0) + 10, { steps: 4 });
  await expect(page.getByRole("paragraph").filter({ hasText: new RegExp(`^Move to ${to}$`) })).toBeVisible();
  await page.mouse.up();
}

/** Photos of each class that are labelled right. */
const RIGHT = 16;

/** Mugs and bananas, two of which were taken for mugs; all of the map is in the window. */
async function openMixed(page: Page): Promise<Spot[]> {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, RIGHT), banana: drawnPhotos("banana", 0, RIGHT) });
  await addPhotos(page, "mug", drawnPhotos("banana", RIGHT + 2, RIGHT + 4));
  await summary(page).click();
  const spots = await walk(page, 2 * RIGHT + 2);
  await page.getByRole("list", { name: "Drag photos here" }).evaluate((list) => list.scrollIntoView());
  return spots;
}

test("is loaded when it is unfolded, and photos of one class lie close together", async ({ page }) => {
  const loaded: string[] = [];
  page.on("request", (request) => loaded.push(request.url()));
  await open(page);
  await teach(page, {
    mug: drawnPhotos("mug", 0, 6),
    banana: drawnPhotos("banana", 0, 6),
    leaf: drawnPhotos("leaf", 0, 6),
  });
  await offerPhotos(page, "None of these", drawnPhotos("bread", 0, 1));
  await expect(summary(page)).toBeVisible();
  const parts = () => loaded.filter((url) => /\/(PhotoMap|mapper)-/.test(url)).length;
  expect(parts()).toBe(0);
  await summary(page).focus();
  await page.keyboard.press("Enter");
  const spots = await walk(page, 19);
  expect(parts()).toBe(2);
  const groups = ["mug", "banana", "leaf"].map((label) =>
    spots.filter(({ name }) => name.endsWith(` of ${label}`)),
  );
  for (const own of groups) {
    expect(own).toHaveLength(6);
    for (const other of groups)
      if (own !== other) expect(apart(own, own)).toBeLessThan(0.7 * apart(own, other));
  }
  expect(spots.at(-1)?.name).toBe("Photo 1 of None of these");

  // It follows the set, and lies the same when it is unfolded again.
  await addPhotos(page, "mug", drawnPhotos("mug", 6, 7));
  await expect(map(page, 20)).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(map(page, 19)).toBeVisible();
  await summary(page).click();
  await summary(page).click();
  expect((await walk(page, 19)).map(({ name }) => name)).toEqual(spots.map(({ name }) => name));
});

test("a line around photos picks them, and moving them is one step", async ({ page }) => {
  const spots = await openMixed(page);
  const wrong = spots.filter(({ name }) => name.endsWith(" of mug, looks like banana"));
  expect(wrong.map(({ name }) => name.slice(0, 15))).toEqual([
    `Photo ${RIGHT + 1} of mug`,
    `Photo ${RIGHT + 2} of mug`,
  ]);
  await page.getByRole("button", { name: "Draw around photos" }).click();
  for (const spot of wrong) await encircle(page, spot, 8);
  const bar = page.locator(".map");
  await expect(bar.getByText("2 photos picked")).toBeVisible();
  await movePicked(page, "Move picked photos to", "banana");
  await expect(photosOf(page, "banana")).toHaveCount(RIGHT + 2);
  await expect(photosOf(page, "mug")).toHaveCount(RIGHT);
  await expect(bar.getByText("picked")).toHaveCount(0);
  await expect(map(page, 2 * RIGHT + 2)).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "banana")).toHaveCount(RIGHT);
  await expect(photosOf(page, "mug")).toHaveCount(RIGHT + 2);
});

test("a photo is dragged to the name of a class, and picked photos go with it", async ({ page }) => {
  const [first, second] = (await openMixed(page)).filter(({ name }) => name.includes("looks like banana"));
  if (!first || !second) throw new Error("nothing looks wrong");
  await drag(page, first, "None of these");
  await expect(page.getByRole("list", { name: "Photos of None of these" }).getByRole("button")).toHaveCount(
    1,
  );
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "mug")).toHaveCount(RIGHT + 2);
  await drag(page, first, "banana");
  await expect(photosOf(page, "banana")).toHaveCount(RIGHT + 1);
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "banana")).toHaveCount(RIGHT);

  await page.mouse.click(...(await inWindow(page, first)));
  await expect(page.locator(".map").getByText("1 photo picked")).toBeVisible();
  await page.mouse.click(...(await inWindow(page, second)));
  await drag(page, second, "banana");
  await expect(photosOf(page, "banana")).toHaveCount(RIGHT + 2);
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "banana")).toHaveCount(RIGHT);

  // Let go where there is no class, it stays.
  const [x, y] = await inWindow(page, first);
  await page.mouse.move(x, y);
  await page.mouse.down();
  await page.mouse.move(x + 40, y, { steps: 4 });
  await page.mouse.up();
  await expect(photosOf(page, "mug")).toHaveCount(RIGHT + 2);
  await expect(card(page, "banana")).toBeVisible();
});

test("photos that nobody has labelled are on it too, and are moved to a class", async ({ page }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 4), banana: drawnPhotos("banana", 0, 4) });
  const menu = async (name: string) => {
    await page.getByRole("button", { name: "Sets", exact: true }).click();
    await page.getByRole("button", { name }).click();
  };
  const download = page.waitForEvent("download");
  await menu("Save as a file");
  const set = await FeatureClassifier.load(readFileSync(await (await download).path()));
  for (const { id } of set.examples.slice(-2)) set.addUnlabelledFeatures(set.featuresOf(id));
  const buffer = Buffer.from(set.save());
  const file = { name: "pile.safetensors", mimeType: "", buffer };
  await choose(page, () => menu("Open a file…"), [file]);
  await expect(page.getByRole("textbox", { name: "Name of the set" })).toHaveValue("pile.safetensors");
  await summary(page).click();
  const spots = await walk(page, 10);
  expect(spots.slice(-2).map(({ name }) => name)).toEqual(Array(2).fill("Photo without a class"));
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.keyboard.press("PageUp");
  await page.keyboard.press("Enter");
  await movePicked(page, "Move picked photos to", "banana");
  await expect(photosOf(page, "banana")).toHaveCount(6);
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "banana")).toHaveCount(4);
  await expect(map(page, 10)).toBeVisible();

  await map(page, 10).focus();
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await page.locator(".map").getByRole("button", { name: "Remove" }).click();
  await expect(map(page, 9)).toBeVisible();
});

test("photos that were asked about lie among those that they are like, show their answer, and are taught", async ({
  page,
}) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 5), banana: drawnPhotos("banana", 0, 5) });
  await predict(page, [...drawnPhotos("mug", 20, 21), ...drawnPhotos("banana", 20, 21)]);
  await summary(page).click();
  const spots = await walk(page, 12);
  const asked = spots.slice(-2);
  expect(asked.map(({ name }) => name)).toEqual(["Your photo mug-20.png", "Your photo banana-20.png"]);
  const [mugs, bananas] = ["mug", "banana"].map((label) =>
    spots.filter(({ name }) => name.endsWith(` of ${label}`)),
  ) as [Spot[], Spot[]];
  expect(apart(asked.slice(0, 1), mugs)).toBeLessThan(apart(asked.slice(0, 1), bananas));
  expect(apart(asked.slice(1), bananas)).toBeLessThan(apart(asked.slice(1), mugs));

  // It is not picked, as photos of the set are.
  await page.keyboard.press("End");
  await page.keyboard.press("Enter");
  await expect(current(page)).toHaveAttribute("aria-selected", "true");
  await expect(frames(page).nth(1)).toHaveAttribute("aria-pressed", "true");
  await expect(page.locator(".map").getByText("picked")).toHaveCount(0);

  await page.getByRole("list", { name: "Drag photos here" }).evaluate((list) => list.scrollIntoView());
  await drag(page, asked[1] as Spot, "banana");
  await expect(photosOf(page, "banana")).toHaveCount(6);
  await expect(answer(page)).toContainText("Learnt: it is banana.");
  await expect(map(page, 12)).toBeVisible();
  const names = async () => (await walk(page, 12)).map(({ name }) => name);
  await expect.poll(names).toContain("Photo 6 of banana");
  expect(await names()).not.toContain("Your photo banana-20.png");
  await page.keyboard.press("Control+z");
  await expect.poll(names).toContain("Your photo banana-20.png");
});

test("the keyboard alone finds, picks and moves a photo", async ({ page }) => {
  const spots = await openMixed(page);
  const wrong = spots.findIndex(({ name }) => name.includes("looks like banana"));
  await page.keyboard.press("Home");
  for (let i = 0; i < wrong; i += 1) await page.keyboard.press("PageDown");
  await page.keyboard.press("Enter");
  await expect(current(page)).toHaveAttribute("aria-selected", "true");
  // Arrows lead to the nearest in their direction.
  const from = spots[wrong] as Spot;
  const right = spots.filter(({ x, y }) => x > from.x && Math.abs(y - from.y) <= x - from.x);
  await page.keyboard.press(right.length > 0 ? "ArrowRight" : "ArrowLeft");
  await expect(current(page)).not.toHaveAttribute("aria-posinset", String(wrong + 1));
  // The photos are one stop of the Tab key.
  for (const name of ["Draw around photos", "Closer", "Farther", "Done", "Remove"]) {
    await page.keyboard.press("Tab");
    await expect(page.locator(".map").getByRole("button", { name })).toBeFocused();
  }
  await page.keyboard.press("Tab");
  const move = page.getByRole("button", { name: "Move picked photos to" });
  await expect(move).toBeFocused();
  await page.keyboard.press("Enter");
  await page.keyboard.press("Tab");
  await expect(page.locator(".menu-panel").getByRole("button", { name: "banana" })).toBeFocused();
  await page.keyboard.press("Enter");
  await expect(photosOf(page, "banana")).toHaveCount(RIGHT + 1);
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "banana")).toHaveCount(RIGHT);
});

test("the wheel, two fingers and buttons come closer", async ({ page }) => {
  const before = await openMixed(page);
  const width = (spots: readonly Spot[]) =>
    Math.max(...spots.map(({ x }) => x)) - Math.min(...spots.map(({ x }) => x));
  const box = await map(page, 34).boundingBox();
  if (!box) throw new Error("there is no map");
  const middle = [box.x + box.width / 2, box.y + box.height / 2] as const;
  const own = async () => (await current(page).boundingBox())?.width ?? 0;
  const whole = await own();
  await page.mouse.move(...middle);
  await page.mouse.wheel(0, -100);
  await expect.poll(own).toBeGreaterThan(whole);
  await page.mouse.wheel(0, 100);
  await expect.poll(own).toBeCloseTo(whole, 3);
  await page.getByRole("button", { name: "Closer" }).click();
  await expect.poll(own).toBeGreaterThan(whole);
  await page.getByRole("button", { name: "Farther" }).click();
  await expect.poll(own).toBeCloseTo(whole, 3);
  expect(width(await walk(page, 34))).toBeCloseTo(width(before), 0);
  const touch = await page.context().newCDPSession(page);
  const fingers = (gap: number) => [
    { x: middle[0] - gap, y: middle[1], id: 1 },
    { x: middle[0] + gap, y: middle[1], id: 2 },
  ];
  const send = (type: "touchStart" | "touchMove" | "touchEnd", points: ReturnType<typeof fingers>) =>
    touch.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  await send("touchStart", fingers(30));
  for (const gap of [40, 55, 70]) await send("touchMove", fingers(gap));
  await send("touchEnd", []);
  await expect.poll(own).toBeGreaterThan(1.5 * whole);
});

test("axe finds nothing on the map, in German and Chinese too", async ({ page }) => {
  await openMixed(page);
  await page.keyboard.press("Enter");
  await expectAccessible(page, "map", ["light", "dark"], ".map");
  for (const [language, name, photo] of [
    ["Deutsch", "Karte, auf der 34 Fotos liegen", "Foto 16 von banana"],
    ["中文", "34 张照片的地图", "banana 的第 16 张照片"],
  ] as const) {
    await page.getByRole("combobox", { name: /^(Language|Sprache|语言)$/ }).selectOption(language);
    await expect(page.getByRole("listbox", { name })).toBeVisible();
    await expect(current(page)).toHaveAttribute("aria-label", photo);
    await expectAccessible(page, language, ["light"], ".map");
  }
});

test("real photos of a class lie close together", async ({ page }) => {
  const labels = realClasses("caltech").slice(0, 4);
  test.skip(labels.length === 0, "../shared is not there");
  await open(page);
  await teach(page, Object.fromEntries(labels.map((label) => [label, realPhotos("caltech", label, 0, 8)])));
  await summary(page).click();
  const spots = await walk(page, 32);
  const classOf = (name: string) => name.replace(/^Photo \d+ of /, "").replace(/, looks like .*/, "");
  const nearest = spots.map((own) => {
    const others = spots.filter((spot) => spot !== own);
    return others.toSorted((a, b) => apart([own], [a]) - apart([own], [b]))[0];
  });
  const same = spots.filter(({ name }, i) => classOf(name) === classOf(nearest[i]?.name ?? ""));
  expect(same.length / spots.length).toBeGreaterThan(0.7);
});
