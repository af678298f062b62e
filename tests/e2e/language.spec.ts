/** The page speaks the browser's language, or the one that was chosen. */
import { expect, test } from "@playwright/test";

for (const [locale, language, field] of [
  ["de-AT", "de", "Name einer neuen Klasse"],
  ["zh-CN", "zh", "新类别的名字"],
  ["fr-FR", "en", "Name of a new class"],
] as const) {
  test.describe(locale, () => {
    test.use({ locale });
    test(`speaks ${language}`, async ({ page }) => {
      await page.goto("./");
      await expect(page.getByRole("textbox", { name: field })).toBeVisible();
      await expect(page.locator("html")).toHaveAttribute("lang", language);
      await expect(page.locator("html")).toHaveAttribute("dir", "ltr");
    });
  });
}

test("changes its language in the middle of the work, counts as that language does, and remembers it", async ({
  page,
}) => {
  await page.goto("./");
  await page.getByRole("textbox", { name: "Name of a new class" }).fill("Apfel");
  await page.keyboard.press("Enter");
  await expect(page.getByRole("article", { name: "Apfel" })).toContainText("0 photos");
  await page.getByRole("combobox", { name: "Language" }).selectOption("Deutsch");
  await expect(page.getByRole("article", { name: "Apfel" })).toContainText("0 Fotos");
  // What was done before is told in the new language too.
  await expect(page.getByRole("button", { name: "Rückgängig", exact: true })).toHaveAttribute(
    "title",
    "Rückgängig: Klasse Apfel hinzugefügt",
  );
  await expect(page).toHaveTitle(/beibringen/);
  await expect(page.getByText("Gespeichert", { exact: true })).toBeVisible();
  await page.reload();
  await expect(page.getByRole("article", { name: "Apfel" })).toContainText("0 Fotos");
  await page.getByRole("combobox", { name: "Sprache" }).selectOption("中文");
  await expect(page.getByRole("button", { name: "撤销", exact: true })).toBeVisible();
  await expect(page.locator("html")).toHaveAttribute("lang", "zh");
});
