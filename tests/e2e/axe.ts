/** Whether axe finds anything. */
import AxeBuilder from "@axe-core/playwright";
import { expect, type Page } from "@playwright/test";

/** No violation of WCAG 2.2 AA, nor of axe's own advice, in either theme; of the whole page, or within a part of it. */
export async function expectAccessible(
  page: Page,
  view: string,
  themes: readonly ("light" | "dark")[] = ["light", "dark"],
  part = "html",
): Promise<void> {
  for (const colorScheme of themes) {
    await page.emulateMedia({ colorScheme, reducedMotion: "reduce" });
    // The themes differ in colours alone. Legacy mode opens no second page, and there are no frames here.
    const axe = new AxeBuilder({ page })
      .setLegacyMode()
      .include(part)
      .options({ rules: { "target-size": { enabled: true } }, resultTypes: ["violations"] });
    const { violations } = await (colorScheme === "dark" ? axe.withRules("color-contrast") : axe).analyze();
    const found = violations.map(({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html).join(" ")}`);
    expect(found, `${view}, ${colorScheme}`).toEqual([]);
  }
}
