import { mkdirSync, mkdtempSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { chromium, expect, type Page, test } from "@playwright/test";
import { FeatureClassifier } from "handful";
import { drawnPhotos, type Upload } from "./files.js";
import {
  addClass,
  addPhotos,
  answer,
  card,
  choose,
  offerPhotos,
  open,
  photosOf,
  predict,
  ready,
  saved,
  teach,
} from "./person.js";
import { inEachWindow } from "./windows.js";

const NOT_A_PHOTO = "This browser cannot read it as a photo";

const text: Upload = { name: "notes.jpg", mimeType: "image/jpeg", buffer: Buffer.from("only words") };
const empty: Upload = { name: "empty.png", mimeType: "image/png", buffer: Buffer.alloc(0) };

function truncated(): Upload {
  const [whole] = drawnPhotos("mug", 0, 1);
  if (!whole) throw new Error("nothing was drawn");
  return { ...whole, name: "half.png", buffer: whole.buffer.subarray(0, 40) };
}

test("leaves out files that are no photos, says so, and takes the rest of the batch", async ({ page }) => {
  await open(page);
  await addClass(page, "mug");
  await offerPhotos(page, "mug", [
    text,
    ...drawnPhotos("mug", 0, 2),
    empty,
    truncated(),
    { ...text, name: "phone.HEIC", mimeType: "image/heic" },
    ...drawnPhotos("mug", 2, 3),
  ]);
  await expect(photosOf(page, "mug")).toHaveCount(3);
  await expect(page.getByText("4 photos were left out")).toBeVisible();
  await expect(page.getByRole("listitem").filter({ hasText: "phone.HEIC" })).toContainText(
    "It is a HEIC photo, which this browser cannot read.",
  );
  for (const name of ["notes.jpg", "empty.png", "half.png"]) {
    await expect(page.getByRole("listitem").filter({ hasText: name })).toContainText(NOT_A_PHOTO);
  }
  await page.getByRole("button", { name: "Dismiss" }).click();
  await expect(page.getByText("were left out")).toHaveCount(0);
});

test("answers the photos of a batch around one that cannot be read", async ({ page }) => {
  await open(page);
  await teach(page, { bread: drawnPhotos("bread", 0, 2), leaf: drawnPhotos("leaf", 0, 2) });
  const answers = await predict(page, [...drawnPhotos("bread", 5, 6), text, ...drawnPhotos("leaf", 5, 6)]);
  expect(answers).toEqual(["bread", "This photo could not be answered.", "leaf"]);
  await answer(page)
    .getByRole("button", { name: /notes\.jpg/ })
    .click();
  await expect(answer(page).getByRole("alert")).toContainText(NOT_A_PHOTO);
});

test("refuses empty, duplicate and endless names, and stays as it was", async ({ page }) => {
  await open(page);
  await addClass(page, "mug");
  const field = page.getByRole("textbox", { name: "Name of a new class" });
  for (const [name, sentence] of [
    ["", "Give the class a name first."],
    ["   ", "Give the class a name first."],
    ["mug", "There is a class of that name already."],
    [" mug ", "There is a class of that name already."],
    ["x".repeat(201), "That name is too long"],
  ] as const) {
    await field.fill(name);
    await page.keyboard.press("Enter");
    await expect(page.getByText(sentence)).toBeVisible();
  }
  await expect(page.getByRole("article")).toHaveCount(1);

  await addClass(page, "cup");
  const name = page.getByRole("textbox", { name: "Name of class cup" });
  await name.fill("mug");
  await name.press("Enter");
  await expect(card(page, "cup")).toContainText("There is a class of that name already.");
  await name.fill("");
  await name.press("Enter");
  await expect(card(page, "cup")).toContainText("Give the class a name first.");
  await name.press("Escape");
  await expect(name).toHaveValue("cup");
});

test("shows markup in labels and file names as the text that it is", async ({ page }) => {
  const hostile = "<img src=x onerror=document.title='owned'><b>bold</b>";
  await open(page);
  await teach(page, { [hostile]: drawnPhotos("bread", 0, 2), leaf: drawnPhotos("leaf", 0, 2) });
  const [photo] = drawnPhotos("bread", 5, 6);
  if (!photo) throw new Error("nothing was drawn");
  expect(await predict(page, [{ ...photo, name: `${hostile}.png` }])).toEqual([hostile]);
  await offerPhotos(page, "leaf", [{ ...text, name: `${hostile}.jpg` }]);
  await expect(page.getByText("1 photo was left out")).toBeVisible();
  await expect(page.locator("img[src=x], #app b")).toHaveCount(0);
  await expect(page).toHaveTitle(/handful/);
});

/** Teaches and asks where nothing can be kept. */
async function worksInMemory(page: Page): Promise<void> {
  await open(page);
  await teach(page, { bread: drawnPhotos("bread", 0, 2), leaf: drawnPhotos("leaf", 0, 2) });
  await expect(
    page.getByText("Could not save: this browser does not let the page keep anything"),
  ).toBeVisible();
  expect(await predict(page, drawnPhotos("leaf", 5, 6))).toEqual(["leaf"]);
}

test("works in memory, and says so, where the browser keeps nothing", async ({ page }) => {
  await page.addInitScript(() => {
    IDBFactory.prototype.open = () => {
      throw new DOMException("storage is off", "SecurityError");
    };
  });
  await worksInMemory(page);
});

test("works in memory, and says so, where somebody has blocked all site data", async ({
  launchOptions,
  baseURL,
}) => {
  const profile = mkdtempSync(test.info().outputPath("profile-"));
  mkdirSync(join(profile, "Default"));
  const settings = { profile: { default_content_setting_values: { cookies: 2 } } };
  writeFileSync(join(profile, "Default/Preferences"), JSON.stringify(settings));
  const context = await chromium.launchPersistentContext(profile, {
    ...launchOptions,
    baseURL: baseURL as string,
  });
  try {
    await worksInMemory(await context.newPage());
  } finally {
    await context.close();
  }
});

for (const module of ["core", "encoder"]) {
  test(`says what is wrong when the server sends HTML for the ${module} module, and can try again`, async ({
    page,
  }) => {
    const wasm = new RegExp(`${module}_bg.*\\.wasm$`);
    await page.route(wasm, (route) =>
      route.fulfill({ contentType: "text/html", body: "<!doctype html><p>not found" }),
    );
    await page.goto("./");
    const alert = page.getByRole("alert");
    await expect(alert).toContainText("The server sent a web page where the program should be.");
    await page.unroute(wasm);
    await alert.getByRole("button", { name: "Try again" }).click();
    await ready(page);
    await addClass(page, "mug");
    await addPhotos(page, "mug", drawnPhotos("mug", 0, 1));
  });
}

/** Puts bytes where the page keeps its set. */
async function store(page: Page, bytes: Uint8Array): Promise<void> {
  await page.evaluate(
    (values) =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open("handful");
        opening.onerror = () => reject(opening.error);
        opening.onsuccess = () => {
          const writing = opening.result.transaction("sets", "readwrite");
          writing.objectStore("sets").put({ id: "default", bytes: new Uint8Array(values), savedAt: 0 });
          writing.onerror = () => reject(writing.error);
          writing.oncomplete = () => {
            opening.result.close();
            resolve(undefined);
          };
        };
      }),
    Array.from(bytes),
  );
}

/** A set that was made with an encoder of another shape. */
async function foreignSet(encoderId?: string): Promise<Uint8Array> {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 3 }], encoderId });
  classifier.addFeatures(new Float32Array([1, 2, 3]), "mug");
  const bytes = classifier.save();
  classifier.dispose();
  return bytes;
}

for (const [what, bytes, sentence] of [
  ["is damaged", async () => new Uint8Array([1, 2, 3]), "The set stored in this browser is damaged"],
  ["belongs to another encoder", () => foreignSet(), "was made with another image model"],
  ["belongs to an earlier encoder", () => foreignSet("handful-tiny@0"), "the page’s earlier image model"],
] as const) {
  test(`keeps a stored set that ${what} until the person starts anew`, async ({ page }) => {
    await open(page);
    await store(page, await bytes());
    await page.reload();
    const alert = page.getByRole("alert");
    await expect(alert).toContainText(sentence);
    await expect(page.getByRole("article")).toHaveCount(0);
    const copy = page.waitForEvent("download");
    await alert.getByRole("button", { name: "Save a copy" }).click();
    const path = await (await copy).path();
    expect(new Uint8Array(readFileSync(path))).toEqual(new Uint8Array(await bytes()));

    await page.reload();
    await expect(alert).toContainText("It is still there, untouched.");
    await alert.getByRole("button", { name: "Start anew" }).click();
    await expect(alert).toHaveCount(0);
    await addClass(page, "leaf");
    await saved(page);
    await page.reload();
    await expect(card(page, "leaf")).toBeVisible();
  });
}

inEachWindow(() => {
  test("takes photos that are chosen before the encoder is there", async ({ page }) => {
    let release = () => {};
    const held = new Promise<void>((resolve) => {
      release = resolve;
    });
    await page.route(/\.onnx$/, async (route) => {
      await held;
      await route.continue();
    });
    await page.goto("./");
    // Names are typed one after another; one that cannot be is told when it can be known.
    const field = page.getByRole("textbox", { name: "Name of a new class" });
    for (const label of ["xyzzy", "zzyxx", " xyzzy "]) {
      await field.fill(label);
      await page.keyboard.press("Enter");
      await expect(field).toHaveValue("");
    }
    await expect(
      page.getByText(/Your classes are added as soon as .* ready: xyzzy, zzyxx,? and +xyzzy/),
    ).toBeInViewport({ ratio: 1 });
    await field.fill("bread");
    const button = answer(page).getByRole("button", { name: "Choose photos" });
    await choose(page, () => button.click(), drawnPhotos("mug", 5, 6));
    release();
    await ready(page);
    await expect(page.getByText("There is a class of that name already.")).toBeVisible();
    await expect(field).toHaveValue("bread");
    await expect(page.getByRole("article")).toHaveCount(2);
    await addPhotos(page, "xyzzy", drawnPhotos("mug", 0, 1));
    await expect(answer(page)).toContainText("Not enough examples yet");
  });
});
