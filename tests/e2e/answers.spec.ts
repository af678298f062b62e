/** Many answers as a table, answers that are put right, and how sure is sure enough. */
import { readFileSync } from "node:fs";
import { type Download, expect, type Page, test } from "@playwright/test";
import { toCsv } from "../../www/src/state/table.js";
import { drawnPhotos } from "./files.js";
import { dropFolders } from "./folders.js";
import { answer, answerRows, open, photosOf, predict, ready, teach, view } from "./person.js";

async function teachTwo(page: Page): Promise<void> {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 4), leaf: drawnPhotos("leaf", 0, 4) });
}

async function read(download: Promise<Download>): Promise<string> {
  return readFileSync(await (await download).path(), "utf8");
}

test("sorts the answers of many photos, and saves them as CSV and JSON", async ({ page }) => {
  await teachTwo(page);
  const [formula] = drawnPhotos("tomato", 6, 7);
  if (!formula) throw new Error("nothing was drawn");
  const asked = [
    ...drawnPhotos("tomato", 5, 6),
    ...drawnPhotos("leaf", 5, 7),
    { ...formula, name: '=1+1,"x".png' },
  ];
  expect(await predict(page, asked)).toEqual(["tomato", "leaf", "leaf", "tomato"]);
  await view(page, "Table");
  const rows = answerRows(page, 4);
  // Every class has a column.
  await expect(rows.first().getByRole("cell")).toHaveCount(3 + 2);
  const sort = (name: string) => answer(page).getByRole("button", { name, exact: true });
  const header = (name: string) => answer(page).getByRole("columnheader", { name });

  await sort("Answer").click();
  await expect(header("Answer")).toHaveAttribute("aria-sort", "ascending");
  await expect(rows.first()).toContainText("leaf-5.png");
  await sort("Answer").press("Enter");
  await expect(header("Answer")).toHaveAttribute("aria-sort", "descending");
  await expect(rows.first()).toContainText("tomato-5.png");
  await sort("Photo").click();
  await expect(header("Answer")).toHaveAttribute("aria-sort", "none");
  await expect(rows.first()).toContainText("=1+1");

  const csv = page.waitForEvent("download");
  await answer(page).getByRole("button", { name: "Save as CSV" }).click();
  const lines = (await read(csv)).trimEnd().split("\r\n");
  expect(lines[0]).toMatch(/^\uFEFF# handful; head: auto; encoder: \S+; date: \d{4}-\d\d-\d\dT[\d:.]+Z$/);
  expect(lines[1]).toBe('"folder","file","truth","answer","probability","set","verdict","p:leaf","p:tomato"');
  // In the order in which they came, whatever the table is sorted by.
  expect(lines[2]).toMatch(/^"","tomato-5\.png",,"tomato",(0\.\d+),"tomato","class",[\d.e-]+,\1$/);
  // A spreadsheet must not run a file name.
  expect(lines[5]).toMatch(/^"","'=1\+1,""x""\.png",,"tomato",/);
  const json = page.waitForEvent("download");
  await answer(page).getByRole("button", { name: "Save as JSON" }).click();
  const { photos, ...about } = JSON.parse(await read(json)) as {
    photos: { file: string; answer: string; probability: number; probabilities: Record<string, number> }[];
    classes: string[];
  };
  expect(about).toMatchObject({ head: "auto", classes: ["leaf", "tomato"] });
  expect(photos.map((row) => row.answer)).toEqual(["tomato", "leaf", "leaf", "tomato"]);
  expect(photos[3]?.file).toBe('=1+1,"x".png');
  for (const { answer: best, probability, probabilities } of photos) {
    expect(probability).toBeGreaterThan(0.5);
    expect(probabilities[best]).toBe(probability);
  }
});

test("writes where photos lay and what they are known to be, and no field that a spreadsheet would run", async ({
  page,
}) => {
  await open(page);
  await teach(page, { "=tomato": drawnPhotos("tomato", 0, 4), leaf: drawnPhotos("leaf", 0, 4) });
  const [first, second, third] = drawnPhotos("leaf", 5, 8);
  if (!first || !second || !third) throw new Error("nothing was drawn");
  await dropFolders(answer(page), {
    "leaf ": [{ ...first, name: "+1,\n2.png" }],
    "@home": [
      { ...second, name: '-"quoted".png' },
      { ...third, name: "plain.png" },
    ],
  });
  await view(page, "Table");
  await expect(answerRows(page, 3).getByText("Looking…")).toHaveCount(0, { timeout: 60_000 });
  await answerRows(page, 3).getByRole("button", { name: "plain.png" }).click();
  await answer(page).getByRole("button", { name: "Teach that it is leaf" }).click();
  await expect(answer(page)).toContainText("Learnt: it is leaf.");
  await view(page, "Table");
  const csv = page.waitForEvent("download");
  await answer(page).getByRole("button", { name: "Save as CSV" }).click();
  const [, head, ...lines] = (await read(csv)).trimEnd().split("\r\n");
  expect(head).toBe('"folder","file","truth","answer","probability","set","verdict","p:=tomato","p:leaf"');
  const starts = [
    '"leaf ","\'+1,\n2.png","leaf",',
    '"\'@home","\'-""quoted"".png",,',
    '"\'@home","plain.png","leaf",',
  ];
  expect(lines.map((line, i) => line.slice(0, starts[i]?.length))).toEqual(starts);
});

test("keeps photos in the order in which they were dropped, and says of each where it lay", async ({
  page,
}) => {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 3), leaf: drawnPhotos("leaf", 0, 3) });
  const lay = ["north/leaf", "north/tomato", "south/leaf", "south/tomato"];
  const folders = lay.map((path, i) => {
    const [photo] = drawnPhotos(path.endsWith("leaf") ? "leaf" : "tomato", 5 + i, 6 + i);
    if (!photo) throw new Error("nothing was drawn");
    return [path, [{ ...photo, name: "1.png" }]];
  });
  await dropFolders(answer(page), Object.fromEntries(folders));
  await view(page, "Table");
  const named = answerRows(page, 4).getByRole("rowheader");
  await expect(named).toHaveText(lay.map((path) => `1.png${path}`));
  const csv = page.waitForEvent("download");
  await answer(page).getByRole("button", { name: "Save as CSV" }).click();
  const [, , ...lines] = (await read(csv)).trimEnd().split("\r\n");
  expect(lines.map((line) => line.split(",")[0])).toEqual(lay.map((path) => `"${path}"`));
});

test("learns what a photo is by one press, and forgets it again with Undo", async ({ page }) => {
  await teachTwo(page);
  await predict(page, drawnPhotos("leaf", 6, 7));
  const teachLeaf = answer(page).getByRole("button", { name: "Teach that it is leaf" });
  await teachLeaf.click();
  await expect(answer(page)).toContainText("Learnt: it is leaf.");
  await expect(photosOf(page, "leaf")).toHaveCount(5);
  await page.getByRole("status").getByRole("button", { name: "Undo" }).click();
  await expect(photosOf(page, "leaf")).toHaveCount(4);
  await expect(teachLeaf).toBeVisible();
});

test("is not sure below the share that the person chose, and remembers that", async ({ page }) => {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 3), "red fruit": drawnPhotos("tomato", 3, 6) });
  await predict(page, drawnPhotos("tomato", 7, 8));
  const sure = answer(page).getByRole("slider", { name: "How sure an answer has to be" });
  await expect(answer(page)).toContainText("Ask me when less than 80% sure");
  await sure.focus();
  await page.keyboard.press("End");
  await expect(answer(page)).toContainText("Ask me when less than 95% sure");
  await expect(sure).toHaveAttribute("aria-valuetext", "Ask me when less than 95% sure");
  await expect(answer(page).getByText("Not sure", { exact: true })).toBeVisible();
  await expect(answer(page)).toContainText(/Perhaps (tomato|red fruit), \d+%\./);
  await expect(answer(page)).toContainText("What is it? Press it, and it learns:");
  await expect(answer(page).locator("[aria-live=polite]")).toHaveText(/^Not sure\. Perhaps /);
  await page.reload();
  await ready(page);
  await expect(sure).toHaveValue("95");
  await sure.focus();
  await page.keyboard.press("Home");
  await expect(answer(page)).toContainText("Never ask me");
});

test("another set knows nothing of what a photo was taught in the last one", async ({ page }) => {
  await teachTwo(page);
  await predict(page, drawnPhotos("leaf", 6, 7));
  await answer(page).getByRole("button", { name: "Teach that it is leaf" }).click();
  await expect(answer(page)).toContainText("Learnt: it is leaf.");
  await page.getByRole("button", { name: "Sets", exact: true }).click();
  await page.getByRole("button", { name: "New set", exact: true }).click();
  await expect(page.getByRole("article")).toHaveCount(0);
  // As many photos, so that one has the number that this one had.
  await teach(page, { bread: drawnPhotos("bread", 0, 10), mug: drawnPhotos("mug", 0, 2) });
  await expect(answer(page).getByRole("button", { name: "Teach that it is bread" })).toBeVisible();
  await expect(answer(page)).not.toContainText("Learnt");
});

test("has a share of a class only where there is one, whatever the class is called", () => {
  const photo = {
    id: 1,
    folder: "",
    truth: undefined,
    answer: null,
    probability: null,
    set: [],
    verdict: null,
  };
  const score = { label: "constructor", probability: 1 };
  const csv = toCsv(
    [
      { ...photo, file: "a.png", scores: [score] },
      { ...photo, file: "b.png", scores: [] },
    ],
    { head: "auto", encoder: "", date: "" },
  );
  const [, head, ...lines] = csv.trimEnd().split("\r\n");
  expect(head).toContain('"p:constructor"');
  expect(lines).toEqual(['"","a.png",,,,"",,1', '"","b.png",,,,"",,']);
});
