/** Names of classes as they are seen: whole where there is room, cut where there is none, in their place whichever way they are written. */
import { expect, type Locator, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { addPhotos, answer, camera, offerPhotos, open, photosOf, predict, teach, view } from "./person.js";
import { inEachWindow } from "./windows.js";

const HAT = "قبعة";
const CAP = "Donaudampfschifffahrtsgesellschaftskapitänsmütze";

/** Where a part of the text of an element is drawn, line by line. */
function lines(element: Locator, part: string): Promise<{ left: number; right: number; width: number }[]> {
  return element.evaluate((root, wanted) => {
    const texts = document.createTreeWalker(root, NodeFilter.SHOW_TEXT);
    for (let node = texts.nextNode(); node; node = texts.nextNode()) {
      const at = node.textContent?.indexOf(wanted) ?? -1;
      if (at < 0) continue;
      const range = document.createRange();
      range.setStart(node, at);
      range.setEnd(node, at + wanted.length);
      return [...range.getClientRects()].map(({ left, right, width }) => ({ left, right, width }));
    }
    throw new Error(`"${wanted}" is not there`);
  }, part);
}

/** All of its words are seen. */
async function expectWhole(element: Locator): Promise<void> {
  const cut = ({ scrollWidth, clientWidth, scrollHeight, clientHeight }: Element) =>
    scrollWidth > clientWidth || scrollHeight > clientHeight + 1;
  expect(await element.evaluate(cut)).toBe(false);
}

inEachWindow(() => {
  test("names of any length and direction keep their place", async ({ page }) => {
    await open(page);
    await teach(page, {
      [HAT]: drawnPhotos("tomato", 0, 3),
      [CAP]: drawnPhotos("leaf", 0, 3),
      trousers: drawnPhotos("bread", 0, 3),
    });

    // The number after a name that is written from right to left would stand before it.
    await offerPhotos(page, HAT, drawnPhotos("tomato", 2, 4));
    const told = page.getByRole("status").filter({ hasText: "1 more was there already" });
    const [name] = await lines(told, HAT);
    const [number] = await lines(told, "1 more");
    expect(number?.left).toBeGreaterThan(name?.right ?? Number.POSITIVE_INFINITY);

    await predict(page, drawnPhotos("tomato", 10, 11));
    const bars = answer(page).getByRole("list", { name: "How likely each class is" }).locator(".bar-label");
    const starts = [HAT, CAP, "trousers"].map((label) => lines(bars.filter({ hasText: label }), label));
    const [first, ...others] = (await Promise.all(starts)).map(([line]) => line?.left ?? 0);
    for (const other of others) expect(Math.abs(other - (first ?? 0))).toBeLessThan(2);

    await answer(page).getByRole("button", { name: "Clear" }).click();
    await predict(page, [...drawnPhotos("bread", 10, 12), ...drawnPhotos("leaf", 10, 12)]);
    await view(page, "Table");
    const cells = answer(page).getByRole("table").getByRole("cell");
    expect(await lines(cells.filter({ hasText: "trousers" }).first(), "trousers")).toHaveLength(1);
    const cap = await cells.filter({ hasText: CAP }).first().boundingBox();
    expect(cap?.width).toBeLessThan(200);

    await page.getByText("What is taken for what").click();
    const matrix = page.getByRole("region", { name: "What is taken for what" });
    for (const heading of await matrix.getByRole("columnheader").all())
      expect((await heading.boundingBox())?.width).toBeLessThan(130);

    await page.getByRole("button", { name: "Camera for trousers" }).click();
    for (const label of [HAT, "trousers", "None of these"])
      await expectWhole(camera(page).locator(".chip-label").filter({ hasText: label }));
    const [content, screen] = await page.evaluate(() => [document.documentElement.scrollWidth, innerWidth]);
    expect(content).toBeLessThanOrEqual(screen ?? 0);
  });

  test.describe("in German", () => {
    test.use({ locale: "de-DE" });
    test("what can be done with a set stands in a line with its name", async ({ page }) => {
      await page.goto("./");
      await page.getByRole("textbox", { name: "Name einer neuen Klasse" }).fill("Hose");
      await page.keyboard.press("Enter");
      const middle = async (thing: Locator) => {
        const box = await thing.boundingBox();
        return (box?.y ?? 0) + (box?.height ?? 0) / 2;
      };
      const name = await middle(page.getByRole("textbox", { name: "Name der Sammlung" }));
      const file = await middle(page.getByRole("button", { name: "Als Datei sichern" }));
      expect(Math.abs(file - name)).toBeLessThan(4);
    });
  });
});

test("what can be done with picked photos stays where it is while another is picked", async ({ page }) => {
  await open(page);
  await teach(page, { leaf: [] });
  await addPhotos(page, "leaf", drawnPhotos("leaf", 0, 3));
  const places = async () => {
    const names = ["Pick all", "Done", "Remove", "Move to…"];
    const boxes = names.map((words) =>
      page.locator(".picked").getByText(words, { exact: true }).boundingBox(),
    );
    return (await Promise.all(boxes)).map((box) => [box?.x, box?.y]);
  };
  await photosOf(page, "leaf").first().click();
  const before = await places();
  await photosOf(page, "leaf").nth(1).click();
  await expect(page.getByText("2 photos picked")).toBeVisible();
  expect(await places()).toEqual(before);
});
