/** Folders of photos on the disk, chosen or dropped. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Locator, type Page, test } from "@playwright/test";
import type { Upload } from "./files.js";

/** Gives a folder, with a folder in it for each name, to `use`, and removes it. */
export async function withFolder(
  folders: Record<string, Upload[]>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "handful-"));
  try {
    write(folder, folders);
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

function write(inside: string, folders: Record<string, Upload[]>): void {
  for (const [name, files] of Object.entries(folders)) {
    mkdirSync(join(inside, name), { recursive: true });
    for (const file of files) writeFileSync(join(inside, name, file.name), file.buffer);
  }
}

/** Chooses a folder by the button of that name. */
export async function chooseFolder(page: Page, button: string, folder: string): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: button }).click();
  await (await chooser).setFiles(folder);
}

/** Drops folders of the disk on something, such as `fruit` or `site/fruit`, and files that lie in none, as a desktop does. */
export async function dropFolders(
  target: Locator,
  folders: Record<string, Upload[]>,
  loose: Upload[] = [],
): Promise<void> {
  const page = target.page();
  // It stays until the test is over: the page reads the files when it gets to them.
  const inside = mkdtempSync(test.info().outputPath("dropped-"));
  write(inside, { ...folders, "": loose });
  const outermost = Object.keys(folders).map((path) => path.split("/")[0] ?? path);
  const names = new Set([...outermost, ...loose.map(({ name }) => name)]);
  const files = Array.from(names, (name) => join(inside, name));
  const devtools = await page.context().newCDPSession(page);
  // At the upper edge of the window, where no note covers it; and at once, before the page can move it.
  await target.evaluate((element) => element.scrollIntoView({ block: "start" }));
  const box = await target.boundingBox();
  if (!box) throw new Error("there is no place to drop on");
  const [x, y] = [box.x + box.width / 2, box.y + 10];
  for (const type of ["dragEnter", "dragOver", "drop"] as const)
    await devtools.send("Input.dispatchDragEvent", {
      type,
      x,
      y,
      data: { items: [], files, dragOperationsMask: 1 },
    });
  await devtools.detach();
}
