/** What a person does on the page and sees there, by role and label only. */
import { expect, type Locator, type Page } from "@playwright/test";
import { setOff } from "../../www/src/text/isolating.js";
import type { Upload } from "./files.js";

/** Opens the page and waits until it can teach. */
export async function open(page: Page): Promise<void> {
  await page.goto("./");
  await ready(page);
}

export async function ready(page: Page): Promise<void> {
  await expect(page.getByText("Ready to teach")).toBeVisible({ timeout: 60_000 });
}

export function card(page: Page, label: string): Locator {
  return page.getByRole("article", { name: label, exact: true });
}

export function photosOf(page: Page, label: string): Locator {
  return card(page, label)
    .getByRole("list", { name: `Photos of ${setOff(label)}` })
    .getByRole("button");
}

/** Every photo of a class has its picture, and so many there are. */
export async function expectPhotos(page: Page, label: string, count: number): Promise<void> {
  await expect(photosOf(page, label)).toHaveCount(count);
  const pictures = photosOf(page, label).locator("img");
  const widths = () =>
    pictures.evaluateAll((images) => images.filter((image) => (image as HTMLImageElement).naturalWidth > 0));
  await expect.poll(async () => (await widths()).length).toBe(count);
}

export async function addClass(page: Page, label: string): Promise<void> {
  await page.getByRole("textbox", { name: "Name of a new class" }).fill(label);
  await page.keyboard.press("Enter");
  await expect(card(page, label)).toBeVisible();
}

/** Chooses files for a button that opens the file chooser. */
export async function choose(page: Page, press: () => Promise<void>, files: Upload[]): Promise<void> {
  const [chooser] = await Promise.all([page.waitForEvent("filechooser"), press()]);
  await chooser.setFiles(files);
}

export async function addPhotos(page: Page, label: string, files: Upload[]): Promise<void> {
  const before = await photosOf(page, label).count();
  await offerPhotos(page, label, files);
  await expect(photosOf(page, label)).toHaveCount(before + files.length, { timeout: 60_000 });
}

/** Adds photos of which not all may be taken. */
export async function offerPhotos(page: Page, label: string, files: Upload[]): Promise<void> {
  const button = page.getByRole("button", { name: `Add photos to ${setOff(label)}`, exact: true });
  await choose(page, () => button.click(), files);
}

export async function teach(page: Page, classes: Record<string, Upload[]>): Promise<void> {
  for (const [label, files] of Object.entries(classes)) {
    await addClass(page, label);
    await addPhotos(page, label, files);
  }
}

export function answer(page: Page): Locator {
  return page.getByRole("region", { name: "Answer" });
}

/** The open camera. */
export function camera(page: Page): Locator {
  return page.getByRole("region", { name: "Camera", exact: true });
}

/** How likely the live picture is taken to show a class, as its bar is drawn; undefined before there is an answer. */
export async function liveShare(page: Page, label: string): Promise<string | undefined> {
  const chip = camera(page).getByRole("button", { name: `Take photo for ${label}`, exact: true });
  const style = await chip.locator(".bar-fill").getAttribute("style");
  return style?.match(/width: (?!0%)(.+)%/)?.[1];
}

/** Asks about photos and waits until each is answered; gives the winner of each, in order. */
export async function predict(page: Page, files: Upload[]): Promise<string[]> {
  const button = answer(page).getByRole("button", { name: "Choose photos" });
  await choose(page, () => button.click(), files);
  if (files.length === 1) return [await winner(page)];
  await view(page, "Table");
  const rows = answerRows(page, files.length);
  await expect(rows).toHaveCount(files.length);
  await expect(rows.getByText("Looking…")).toHaveCount(0, { timeout: 90_000 });
  // The best class stands first; "Not sure" may stand below it.
  const answers = (await rows.all()).map((row) => row.getByRole("cell").first().innerText());
  const labels = (await Promise.all(answers)).map((words) => words.split("\n")[0] ?? "");
  await view(page, "One by one");
  return labels;
}

/** Unfolds everything that is folded, once the estimate, which comes last, has brought its own. */
export async function unfoldAll(page: Page): Promise<void> {
  await expect(page.getByText("What is taken for what")).toBeVisible();
  for (const summary of await page.locator("summary").all()) await summary.click();
  await expect(page.locator("details:not([open])")).toHaveCount(0);
}

/** Unfolds how answers are computed, where it is not; while a set opens it is not there at all. */
export async function unfoldMethods(page: Page): Promise<void> {
  const methods = answer(page).locator("details").filter({ hasText: "How answers are computed" });
  await expect(methods).toBeVisible();
  if ((await methods.getAttribute("open")) === null) await methods.locator("summary").click();
}

/** Looks at several answers in one of two ways. */
export async function view(page: Page, name: "One by one" | "Table"): Promise<void> {
  await answer(page).getByRole("tab", { name }).click();
}

/** The photos that were asked about, in a line. */
export function frames(page: Page): Locator {
  return answer(page).getByRole("list", { name: "Photos you asked about" }).getByRole("button");
}

/** The rows of the table of answers, without its headings; see {@link view}. */
export function answerRows(page: Page, count: number): Locator {
  const table = answer(page).getByRole("table", { name: `Answers for ${count} photos` });
  return table.getByRole("row").filter({ has: page.getByRole("rowheader") });
}

/** The class at the top of the bars. */
export async function winner(page: Page): Promise<string> {
  const bars = answer(page).getByRole("list", { name: "How likely each class is" }).first();
  const best = bars.getByRole("listitem").first();
  await expect(best).toBeVisible({ timeout: 60_000 });
  return (await best.innerText()).split("\n")[0] ?? "";
}

/** The answer is that it is none of the classes. */
export function noneOfThese(page: Page): Locator {
  return answer(page)
    .getByRole("paragraph")
    .filter({ hasText: /^None of these$/ });
}

export async function saved(page: Page): Promise<void> {
  // What was pressed last may not be shown yet, and "Saved" be of before.
  await page.evaluate(() => new Promise((done) => setTimeout(done, 50)));
  await expect(page.getByText("Saved", { exact: true })).toBeVisible();
}

/** How many of the answers are right. */
export function hits(answers: readonly string[], truth: readonly string[]): number {
  return answers.filter((label, i) => label === truth[i]).length;
}

/** Moves the photos that are picked to a class; `name` is that of the button, which says from where. */
export async function movePicked(page: Page, name: string, to: string): Promise<void> {
  await page.getByRole("button", { name }).click();
  await page.locator(".menu-panel").getByRole("button", { name: to, exact: true }).click();
}
