/** Storage that goes away, gets full or is in somebody's way: what is said is true, and what was said to be saved is there. */
import { type BrowserContext, expect, type Page, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import {
  addClass,
  addPhotos,
  card,
  choose,
  expectPhotos,
  open,
  photosOf,
  ready,
  saved,
  teach,
} from "./person.js";
import { inEachWindow } from "./windows.js";

async function expectAfterReload(page: Page, label: string, count: number): Promise<void> {
  await page.reload();
  await ready(page);
  await expectPhotos(page, label, count);
}

const unsaved = (page: Page, words: string) => page.getByRole("alert").filter({ hasText: words });
const FULL = "Could not save: the disk space for this page is used up";
const SLOW = "Not saved yet: the browser’s storage does not answer";

/** Throws the database away, as another tab can, and resolves when it is gone. */
async function deleteDatabase(page: Page): Promise<void> {
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const request = indexedDB.deleteDatabase("handful");
        request.onsuccess = resolve;
        request.onerror = () => reject(request.error);
      }),
  );
}

test("saves everything again when the database is deleted, a second time too", async ({ page }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 3) });
  await saved(page);
  await deleteDatabase(page);
  // Without a further change.
  await expect.poll(() => stored(page, "pictures")).toBe(3);
  await saved(page);
  await deleteDatabase(page);
  await addPhotos(page, "mug", drawnPhotos("mug", 3, 5));
  await saved(page);
  await expectAfterReload(page, "mug", 5);
});

/** Pictures or names in the database, of all sets. */
function stored(page: Page, store: "pictures" | "names"): Promise<number> {
  return page.evaluate(
    (store) =>
      new Promise<number>((resolve, reject) => {
        const opening = indexedDB.open("handful");
        opening.onerror = () => reject(opening.error);
        // Not here at the moment: this must not make it.
        opening.onupgradeneeded = () => opening.transaction?.abort();
        opening.onsuccess = () => {
          const counting = opening.result.transaction(store).objectStore(store).count();
          counting.onsuccess = () => {
            opening.result.close();
            resolve(counting.result);
          };
        };
      }).catch(() => 0),
    store,
  );
}

const keep = (page: Page) => page.getByRole("checkbox", { name: "Keep small pictures of the photos" });

test("asks once whether small pictures are kept, with their size; without them the photos are known all the same", async ({
  page,
}) => {
  const pictures = photosOf(page, "mug").locator("img");
  await open(page);
  await expect(page.getByText("Keep small pictures")).toHaveCount(0);
  await teach(page, { mug: drawnPhotos("mug", 0, 3) });
  await saved(page);
  await expect(
    page.getByText(/Keep small pictures of the photos in this browser \(0\.1 MB so far\)/),
  ).toBeVisible();
  expect(await stored(page, "pictures")).toBe(3);
  await page.getByRole("button", { name: "Do not keep" }).press("Enter");
  await expect(keep(page)).not.toBeChecked();
  // The buttons are gone, and by keyboard one goes on from where they were.
  await page.keyboard.press("Tab");
  await expect(keep(page)).toBeFocused();
  await expect.poll(() => stored(page, "pictures")).toBe(0);
  await expect(pictures).toHaveCount(3);

  await page.reload();
  await ready(page);
  await expect(photosOf(page, "mug")).toHaveCount(3);
  await expect(pictures).toHaveCount(0);
  await addPhotos(page, "mug", drawnPhotos("mug", 3, 5));
  await saved(page);
  await expect(pictures).toHaveCount(2);
  expect(await stored(page, "pictures")).toBe(0);
  // It was asked once; the choice is still there.
  await expect(page.getByRole("button", { name: "Do not keep" })).toHaveCount(0);
  await keep(page).check();
  await expect.poll(() => stored(page, "pictures")).toBe(2);
  await page.reload();
  await ready(page);
  await expect(pictures).toHaveCount(2);
});

test("has the pictures and the name of a set again when the site's data is cleared with the page open", async ({
  page,
  context,
  baseURL,
}) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 3) });
  // A set with a name, whose place only the preferences knew.
  await page.getByRole("textbox", { name: "Name of the set" }).fill("Cups");
  await page.keyboard.press("Enter");
  await saved(page);
  // A name is written by itself: what is cleared while it is on its way has never been there.
  await expect.poll(() => stored(page, "names")).toBe(1);
  await clearSiteData(page, context, baseURL);
  await expect.poll(() => stored(page, "pictures")).toBe(3);
  await saved(page);
  await expect(page.getByRole("textbox", { name: "Name of the set" })).toHaveValue("Cups");
  await expectAfterReload(page, "mug", 3);
  await expect(page.getByRole("textbox", { name: "Name of the set" })).toHaveValue("Cups");
});

async function clearSiteData(page: Page, context: BrowserContext, origin = ""): Promise<void> {
  const session = await context.newCDPSession(page);
  await session.send("Storage.clearDataForOrigin", { origin: new URL(origin).origin, storageTypes: "all" });
  await session.detach();
}

test("keeps a set that could not be saved, and saves it by itself once there is room", async ({ page }) => {
  await useSmallDisk(page);
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2) });
  await saved(page);
  await setDisk(page, "full");
  await addPhotos(page, "mug", drawnPhotos("mug", 2, 4));
  await expect(unsaved(page, FULL)).toBeVisible();
  await expect(page.getByText("Not saved", { exact: true })).toBeVisible();
  // The set stays open: elsewhere it would be lost.
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await page.getByRole("button", { name: "Delete this set", exact: true }).click();
  await expect(page.getByText("“My set” is not saved yet, so it stays open.")).toBeVisible();
  await expectPhotos(page, "mug", 4);
  await setDisk(page, "free");
  await saved(page);
  await expect(unsaved(page, FULL)).toHaveCount(0);
  await expectAfterReload(page, "mug", 4);
});

/** A browser whose disk can be full: then no picture can be written. */
async function useSmallDisk(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const put = IDBObjectStore.prototype.put;
    IDBObjectStore.prototype.put = function (...values) {
      if (this.name === "pictures" && document.documentElement.dataset.disk === "full")
        throw new DOMException("full", "QuotaExceededError");
      return put.apply(this, values);
    };
  });
}

async function setDisk(page: Page, state: "full" | "free"): Promise<void> {
  await page.evaluate((value) => {
    document.documentElement.dataset.disk = value;
  }, state);
}

test("writes a change whole or not at all", async ({ page }) => {
  await useSmallDisk(page);
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 1) });
  await saved(page);
  await setDisk(page, "full");
  await addPhotos(page, "mug", drawnPhotos("mug", 1, 3));
  await expect(unsaved(page, FULL)).toBeVisible();
  await expectAfterReload(page, "mug", 1);
});

test("says that a newer version of the page keeps it from saving", async ({ page, context }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 1) });
  await saved(page);
  const newer = await context.newPage();
  await newer.goto("./favicon.svg");
  await newer.evaluate(() => new Promise((resolve) => (indexedDB.open("handful", 4).onsuccess = resolve)));
  await expect(unsaved(page, "another tab has a newer version of this page")).toBeVisible();
  await addClass(page, "leaf");
  await expect(page.getByText("Saved", { exact: true })).toHaveCount(0);
});

test("says that the storage does not answer while another tab blocks it, then saves everything", async ({
  page,
  context,
}) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2) });
  await saved(page);
  // A tab that holds the database and lets it go for nobody.
  const other = await context.newPage();
  await other.goto("./favicon.svg");
  await other.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("handful");
        opening.onsuccess = () => {
          Object.assign(window, { held: opening.result });
          resolve(undefined);
        };
      }),
  );
  void other.evaluate(() => void indexedDB.deleteDatabase("handful"));
  await expect(unsaved(page, SLOW)).toBeVisible();
  await addPhotos(page, "mug", drawnPhotos("mug", 2, 3));
  await other.evaluate(() => (window as unknown as { held: IDBDatabase }).held.close());
  await saved(page);
  await expect(unsaved(page, SLOW)).toHaveCount(0);
  await expectAfterReload(page, "mug", 3);
});

test("saves by another connection when the browser has lost one without a word", async ({ page }) => {
  await page.addInitScript(() => {
    const { open: opened } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...asked) {
      const request = opened.apply(this, asked);
      request.addEventListener("success", () => Object.assign(window, { connection: request.result }));
      return request;
    };
  });
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 1) });
  await saved(page);
  await page.evaluate(() => (window as unknown as { connection: IDBDatabase }).connection.close());
  await addPhotos(page, "mug", drawnPhotos("mug", 1, 2));
  await saved(page);
  await expectAfterReload(page, "mug", 2);
});

test("keeps a set that is not saved from another tab, which is told why", async ({ page, context }) => {
  await useSmallDisk(page);
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 1) });
  await saved(page);
  await setDisk(page, "full");
  await addPhotos(page, "mug", drawnPhotos("mug", 1, 2));
  await expect(unsaved(page, FULL)).toBeVisible();
  const second = await context.newPage();
  await second.goto("./");
  const elsewhere = second.getByRole("alert");
  await second.getByRole("button", { name: "Work here instead" }).click();
  await expect(elsewhere).toContainText("The other tab has to keep “My set”");
  await expectPhotos(page, "mug", 2);
  await setDisk(page, "free");
  await saved(page);
  await second.getByRole("button", { name: "Work here instead" }).click();
  await expectPhotos(second, "mug", 2);
});

inEachWindow(() => {
  test("answers in a second tab as soon as the set is open there, and says so until then", async ({
    page,
    context,
  }) => {
    await open(page);
    await teach(page, { mug: drawnPhotos("mug", 0, 2), leaf: drawnPhotos("leaf", 0, 2) });
    const second = await context.newPage();
    await second.goto("./");
    await expect(second.getByRole("button", { name: "Work here instead" })).toBeVisible();
    const region = second.getByRole("region", { name: "Answer" });
    const button = region.getByRole("button", { name: "Choose photos" });
    await choose(second, () => button.click(), drawnPhotos("leaf", 5, 6));
    const why = "The set is open in another tab. The answer comes as soon as it is open here.";
    await expect(region).toContainText(why);
    // On a phone the photo fills the window, and the line at its bottom says it.
    await expect(second.getByText(why).filter({ visible: true }).last()).toBeInViewport({ ratio: 1 });
    await second.getByRole("button", { name: "Work here instead" }).click();
    await expect(region.getByRole("listitem").first()).toContainText("leaf");
  });
});

test("has a deleted set back for a day, in a later visit too, and forgets it then", async ({ page }) => {
  const menu = () => page.getByRole("button", { name: "Sets", exact: true }).click();
  const back = page.getByRole("button", { name: "Deleted: My set, bring back" });
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2) });
  await saved(page);
  await menu();
  await page.getByRole("button", { name: "Delete this set" }).click();
  await expect(card(page, "mug")).toHaveCount(0);
  await page.reload();
  await ready(page);
  await expect(card(page, "mug")).toHaveCount(0);
  await addClass(page, "leaf");
  await saved(page);
  await menu();
  await back.click();
  await expectPhotos(page, "mug", 2);
  await menu();
  await expect(back).toHaveCount(0);
  await page.getByRole("button", { name: "Delete this set" }).click();
  await expect(card(page, "leaf")).toBeVisible();

  // A day later.
  await page.evaluate(
    () =>
      new Promise((resolve) => {
        const opening = indexedDB.open("handful");
        opening.onsuccess = () => {
          const transaction = opening.result.transaction("names", "readwrite");
          const names = transaction.objectStore("names");
          names.openCursor().onsuccess = ({ target }) => {
            const cursor = (target as IDBRequest<IDBCursorWithValue | null>).result;
            if (!cursor) return;
            const { deletedAt, ...named } = cursor.value;
            if (deletedAt) cursor.update({ ...named, deletedAt: deletedAt - 24 * 60 * 60 * 1000 });
            cursor.continue();
          };
          transaction.oncomplete = () => {
            opening.result.close();
            resolve(undefined);
          };
        };
      }),
  );
  await page.reload();
  await ready(page);
  await expect.poll(() => stored(page, "pictures")).toBe(0);
  await menu();
  await expect(page.getByRole("button", { name: "New set" })).toBeVisible();
  await expect(back).toHaveCount(0);
});
