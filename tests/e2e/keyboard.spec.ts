/** The whole path without a pointer: Tab, Shift+Tab, Enter, Space, and the shortcuts. */
import { expect, type Locator, type Page, test } from "@playwright/test";
import { drawnPhotos, type Upload } from "./files.js";
import { withFolder } from "./folders.js";
import {
  answer,
  camera,
  card,
  frames,
  liveShare,
  offerPhotos,
  open,
  photosOf,
  predict,
  ready,
  saved,
  teach,
  unfoldAll,
  winner,
} from "./person.js";
import { inEachWindow } from "./windows.js";

/** Presses Tab until something has the focus. */
async function tabTo(page: Page, target: Locator, key: "Tab" | "Shift+Tab" = "Tab"): Promise<void> {
  for (let presses = 0; presses < 80; presses += 1) {
    if (await target.evaluate((element) => element === document.activeElement)) {
      await expectVisibleFocus(page);
      return;
    }
    await page.keyboard.press(key);
  }
  throw new Error(`${target} cannot be reached by ${key}`);
}

async function expectVisibleFocus(page: Page): Promise<void> {
  const width = await page.evaluate(
    () => getComputedStyle(document.activeElement ?? document.body).outlineWidth,
  );
  expect(Number.parseFloat(width)).toBeGreaterThanOrEqual(2);
}

async function chooseByKey(page: Page, button: Locator, files: Upload[]): Promise<void> {
  // The browser is told long before the key that choosers are waited for: a key press does not wait for that.
  const chooser = page.waitForEvent("filechooser");
  await tabTo(page, button);
  await page.keyboard.press("Enter");
  await (await chooser).setFiles(files);
}

test("teaches, predicts, moves, undoes and reloads by keyboard alone", async ({ page }) => {
  await open(page);
  const newClass = page.getByRole("textbox", { name: "Name of a new class" });
  await tabTo(page, newClass);
  for (const label of ["tomato", "leaf"]) {
    await page.keyboard.type(label);
    await page.keyboard.press("Enter");
    await expect(card(page, label)).toBeVisible();
    await expect(newClass).toBeFocused();
  }

  await page.keyboard.press("Shift+Tab");
  await tabTo(page, page.getByRole("button", { name: "Add photos to leaf" }), "Shift+Tab");
  await chooseByKey(
    page,
    page.getByRole("button", { name: "Add photos to leaf" }),
    drawnPhotos("leaf", 0, 3),
  );
  await expect(photosOf(page, "leaf")).toHaveCount(3);
  await tabTo(page, page.getByRole("button", { name: "Add photos to tomato" }), "Shift+Tab");
  await chooseByKey(page, page.getByRole("button", { name: "Add photos to tomato" }), [
    ...drawnPhotos("tomato", 0, 3),
    ...drawnPhotos("leaf", 3, 4),
  ]);
  await expect(photosOf(page, "tomato")).toHaveCount(4);

  // One of them is a leaf: pick it and move it.
  await tabTo(page, photosOf(page, "tomato").first(), "Shift+Tab");
  await page.keyboard.press("End");
  await expect(photosOf(page, "tomato").nth(3)).toBeFocused();
  await page.keyboard.press("Space");
  await tabTo(page, page.getByRole("button", { name: "Move picked photos of tomato to" }));
  await page.keyboard.press("Enter");
  await tabTo(page, page.locator(".menu-panel").getByRole("button", { name: "leaf", exact: true }));
  await page.keyboard.press("Enter");
  await expect(photosOf(page, "leaf")).toHaveCount(4);
  await expect(card(page, "tomato")).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "tomato")).toHaveCount(4);
  await page.keyboard.press("Control+Shift+z");
  await expect(photosOf(page, "leaf")).toHaveCount(4);

  await chooseByKey(
    page,
    answer(page).getByRole("button", { name: "Choose photos" }),
    drawnPhotos("tomato", 6, 7),
  );
  expect(await winner(page)).toBe("tomato");

  await saved(page);
  await page.reload();
  await ready(page);
  await expect(photosOf(page, "leaf")).toHaveCount(4);
});

test("brings photos in from a folder, the clipboard and the camera by keyboard alone", async ({
  page,
  context,
}) => {
  await context.grantPermissions(["clipboard-read", "clipboard-write"]);
  await open(page);
  const folders = { leaf: drawnPhotos("leaf", 0, 2), tomato: drawnPhotos("tomato", 0, 2) };
  await withFolder(folders, async (folder) => {
    const chooser = page.waitForEvent("filechooser");
    await tabTo(page, page.getByRole("button", { name: "Folder, one inside it for each class" }));
    await page.keyboard.press("Enter");
    await (await chooser).setFiles(folder);
    for (const label of ["leaf", "tomato"]) await expect(photosOf(page, label)).toHaveCount(2);
  });

  await page.evaluate(
    async (base64) => {
      const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));
      await navigator.clipboard.write([
        new ClipboardItem({ "image/png": new Blob([bytes], { type: "image/png" }) }),
      ]);
    },
    (drawnPhotos("leaf", 5, 6)[0] as Upload).buffer.toString("base64"),
  );
  await tabTo(page, page.getByRole("button", { name: "Add photos to leaf" }), "Shift+Tab");
  await page.keyboard.press("Control+v");
  await expect(photosOf(page, "leaf")).toHaveCount(3);

  await tabTo(page, page.getByRole("button", { name: "Camera for tomato" }));
  await page.keyboard.press("Enter");
  await expect(camera(page).getByRole("button", { name: "Take photo for tomato" })).toBeFocused();
  await expect.poll(() => liveShare(page, "tomato")).toBeDefined();
  await page.keyboard.press("Enter");
  await expect(photosOf(page, "tomato")).toHaveCount(3);

  // Where it was opened, work goes on.
  await tabTo(page, camera(page).getByRole("button", { name: "Close camera" }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("button", { name: "Camera for tomato" })).toBeFocused();
});

test("leads past the classes to the answer", async ({ page }) => {
  await open(page);
  await teach(page, { leaf: drawnPhotos("leaf", 0, 1) });
  await page.evaluate(() => scrollTo(0, 0));
  await tabTo(page, page.getByRole("link", { name: "Skip to the answer" }));
  await page.keyboard.press("Enter");
  await expect(answer(page)).toBeFocused();
  await page.keyboard.press("Tab");
  await expect(answer(page).getByRole("button", { name: "Choose photos" })).toBeFocused();
});

test("moves picked photos by the arrows of a menu or its first letters, and removes them by Delete", async ({
  page,
}) => {
  await open(page);
  await teach(page, { leaf: drawnPhotos("leaf", 0, 3), mug: [], bread: [], banana: [] });
  const first = page.getByRole("button", { name: "Photo 1 of leaf" });
  const move = card(page, "leaf").getByRole("button", { name: "Move picked photos of leaf to" });
  const item = (name: string) => card(page, "leaf").getByRole("button", { name, exact: true });
  await tabTo(page, first, "Shift+Tab");
  await page.keyboard.press("Space");
  await tabTo(page, move);
  await page.keyboard.press("Enter");
  const scrolled = () => page.evaluate(() => scrollY);
  const before = await scrolled();
  await page.keyboard.press("ArrowDown");
  await expect(item("mug")).toBeFocused();
  await page.keyboard.press("ArrowUp");
  await expect(item("None of these")).toBeFocused();
  await page.keyboard.press("b");
  await expect(item("bread")).toBeFocused();
  await page.keyboard.press("b");
  await expect(item("banana")).toBeFocused();
  expect(await scrolled()).toBe(before);
  await page.keyboard.press("Enter");
  await expect(photosOf(page, "banana")).toHaveCount(1);

  await tabTo(page, first);
  await page.keyboard.press("Delete");
  await expect(photosOf(page, "leaf")).toHaveCount(2);
  await page.keyboard.press("Space");
  await page.keyboard.press("Delete");
  await expect(photosOf(page, "leaf")).toHaveCount(1);
  await expect(card(page, "leaf")).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "leaf")).toHaveCount(2);
});

test("renames with Enter, gives up with Escape, and opens and closes the menu", async ({ page }) => {
  await open(page);
  const newClass = page.getByRole("textbox", { name: "Name of a new class" });
  await tabTo(page, newClass);
  await page.keyboard.type("tomatto");
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("textbox", { name: "Name of class tomatto" }), "Shift+Tab");
  await page.keyboard.press("Control+a");
  await page.keyboard.type("tomato");
  await page.keyboard.press("Enter");
  await expect(card(page, "tomato")).toBeVisible();
  await expect(page.getByRole("textbox", { name: "Name of class tomato" })).toBeFocused();
  await page.keyboard.type(" soup");
  await page.keyboard.press("Escape");
  await expect(page.getByRole("textbox", { name: "Name of class tomato" })).toHaveValue("tomato");

  const menu = page.getByRole("button", { name: "More for tomato" });
  await tabTo(page, menu);
  await page.keyboard.press("Enter");
  await expect(menu).toHaveAttribute("aria-expanded", "true");
  await page.keyboard.press("Escape");
  await expect(menu).toHaveAttribute("aria-expanded", "false");
  await expect(menu).toBeFocused();
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "Remove class" }));
  await page.keyboard.press("Enter");
  await expect(card(page, "tomato")).toHaveCount(0);
  await expect(newClass).toBeFocused();
  await page.keyboard.press("Control+z");
  await expect(card(page, "tomato")).toBeVisible();
});

test("says the answer to those who do not see it, once for each winner", async ({ page }) => {
  await open(page);
  const spoken = answer(page).locator("[aria-live=polite]");
  await expect(spoken).toHaveText("");
  const newClass = page.getByRole("textbox", { name: "Name of a new class" });
  for (const thing of ["banana", "leaf"] as const) {
    await newClass.fill(thing);
    await page.keyboard.press("Enter");
    await chooseByKey(
      page,
      page.getByRole("button", { name: `Add photos to ${thing}` }),
      drawnPhotos(thing, 0, 3),
    );
    await expect(photosOf(page, thing)).toHaveCount(3);
  }
  await chooseByKey(
    page,
    answer(page).getByRole("button", { name: "Choose photos" }),
    drawnPhotos("leaf", 5, 6),
  );
  await expect(spoken).toHaveText(/^leaf, .+, then banana, .+/);
});

test("loads a set of ours, puts an answer right, and goes on with another set, by keyboard alone", async ({
  page,
}) => {
  await open(page);
  await tabTo(page, page.getByRole("button", { name: /^Fruit / }));
  await page.keyboard.press("Enter");
  await expect(page.getByRole("region", { name: "Teach" })).toBeFocused();
  await expect(photosOf(page, "plum")).toHaveCount(6);
  // One stop of Tab; arrows go along the line.
  await tabTo(page, frames(page).first());
  for (const _ of [1, 2]) await page.keyboard.press("ArrowRight");
  await expect(frames(page).nth(2)).toBeFocused();
  await expect(frames(page).nth(2)).toHaveAttribute("aria-pressed", "true");
  await tabTo(page, answer(page).getByRole("button", { name: "Teach that it is pear" }));
  await page.keyboard.press("Enter");
  await expect(answer(page)).toBeFocused();
  await expect(photosOf(page, "pear")).toHaveCount(7);
  await saved(page);

  await tabTo(page, page.getByRole("button", { name: "Sets", exact: true }), "Shift+Tab");
  await page.keyboard.press("Enter");
  await tabTo(page, page.getByRole("button", { name: "New set" }));
  await page.keyboard.press("Enter");
  await expect(card(page, "pear")).toHaveCount(0);
  await expect(page.getByRole("button", { name: "Sets", exact: true })).toBeFocused();
});

test("leaves the keys of an input method to it: its Enter renames nothing", async ({ page }) => {
  await open(page);
  const field = page.getByRole("textbox", { name: "Name of a new class" });
  await field.fill("mug");
  await field.press("Enter");
  const label = page.getByRole("textbox", { name: "Name of class mug" });
  const set = page.getByRole("textbox", { name: "Name of the set" });
  // The second as Safari tells it, when the composition has just ended.
  for (const composing of [{ isComposing: true }, { keyCode: 229 }]) {
    for (const [input, typed] of [
      [label, "りん"],
      [set, "かご"],
    ] as const) {
      await input.fill(typed);
      for (const key of ["Enter", "Escape"]) await input.dispatchEvent("keydown", { key, ...composing });
      await expect(input).toHaveValue(typed);
      await expect(page.getByRole("button", { name: "Undo", exact: true }).first()).toHaveAttribute(
        "title",
        "Undo: added class mug",
      );
      await input.press("Escape");
    }
  }
  await field.fill("れもん");
  const stopped = await field.evaluate(
    (input) =>
      !input.dispatchEvent(
        new KeyboardEvent("keydown", { key: "Enter", isComposing: true, bubbles: true, cancelable: true }),
      ),
  );
  expect(stopped).toBe(true);
  await label.fill("cup");
  await label.press("Enter");
  await expect(card(page, "cup")).toBeVisible();
});

/** The stops of Tab whose focus is not seen, of all there are. */
async function unseenStops(page: Page): Promise<{ stops: number; unseen: string[] }> {
  await page.locator("body").evaluate((body) => {
    if (document.activeElement instanceof HTMLElement) document.activeElement.blur();
    body.scrollIntoView();
  });
  const unseen: string[] = [];
  for (let stops = 0; ; stops += 1) {
    await page.keyboard.press("Tab");
    const focus = page.locator(":focus");
    if ((await focus.count()) === 0) return { stops, unseen };
    const seen = await focus.evaluate((element) => {
      const { left, top, width, height } = element.getBoundingClientRect();
      const covers = [0.1, 0.5, 0.9].map((part) =>
        document.elementFromPoint(left + part * width, top + part * height),
      );
      const bare = covers.some((other) => other && (element.contains(other) || other.contains(element)));
      const { outlineStyle, outlineWidth } = getComputedStyle(element);
      return bare && outlineStyle !== "none" && Number.parseFloat(outlineWidth) >= 2;
    });
    if (!seen) unseen.push(await focus.evaluate((element) => element.outerHTML.slice(0, 120)));
  }
}

inEachWindow(() => {
  test("shows where the focus is at every stop of Tab, with everything open", async ({ page }) => {
    await open(page);
    for (const thing of ["leaf", "tomato"] as const) await teach(page, { [thing]: drawnPhotos(thing, 0, 3) });
    await offerPhotos(page, "None of these", drawnPhotos("mug", 0, 1));
    await predict(page, [...drawnPhotos("leaf", 5, 6), ...drawnPhotos("bread", 5, 6)]);
    await unfoldAll(page);
    await page.locator(".cell-button").first().click();
    await photosOf(page, "leaf").first().click();
    await expect(page.getByRole("listbox", { name: "Map of 9 photos" })).toBeVisible();
    await expect(page.getByRole("table", { name: "What single methods say of this photo" })).toBeVisible();
    await expect(page.locator(".toast")).toHaveCount(0);
    const { stops, unseen } = await unseenStops(page);
    expect(unseen).toEqual([]);
    expect(stops).toBeGreaterThan(50);

    await page.getByRole("button", { name: "Camera for leaf" }).click();
    await expect(camera(page).getByRole("button", { name: "Take photo for leaf" })).toBeFocused();
    await expect.poll(() => liveShare(page, "leaf")).toBeDefined();
    expect((await unseenStops(page)).unseen).toEqual([]);
  });
});
