/** Folders of photos on the disk, for the chooser of folders, and as a desktop would drop them. */
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Locator, Page } from "@playwright/test";
import type { Upload } from "./files.js";

/** Gives a folder, with a folder in it for each name, to `use`, and removes it. */
export async function withFolder(
  folders: Record<string, Upload[]>,
  use: (folder: string) => Promise<void>,
): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "handful-"));
  try {
    for (const [name, files] of Object.entries(folders)) {
      mkdirSync(join(folder, name), { recursive: true });
      for (const file of files) writeFileSync(join(folder, name, file.name), file.buffer);
    }
    await use(folder);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

/** Chooses a folder by the button of that name. */
export async function chooseFolder(page: Page, button: string, folder: string): Promise<void> {
  const chooser = page.waitForEvent("filechooser");
  await page.getByRole("button", { name: button }).click();
  await (await chooser).setFiles(folder);
}

/** Sends a drop of folders. No script can make a desktop's folder, so their entries are objects of the same form. */
export async function dropFolders(target: Locator, folders: Record<string, Upload[]>): Promise<void> {
  const items = Object.entries(folders).map(([name, files]) => ({
    name,
    files: files.map((file) => ({ ...file, buffer: file.buffer.toString("base64") })),
  }));
  await target.evaluate((element, dropped) => {
    const entries = dropped.map(({ name, files }) => {
      const inside = files.map((file) => {
        const bytes = Uint8Array.from(atob(file.buffer), (character) => character.charCodeAt(0));
        const made = new File([bytes], file.name, { type: file.mimeType });
        return {
          isDirectory: false,
          name: file.name,
          fullPath: `/${name}/${file.name}`,
          file: (give: (file: File) => void) => give(made),
        };
      });
      const createReader = () => {
        const left = [inside, []];
        return { readEntries: (give: (entries: unknown) => void) => give(left.shift() ?? []) };
      };
      return { isDirectory: true, name, fullPath: `/${name}`, createReader };
    });
    const transfer = {
      types: ["Files"],
      files: [],
      items: entries.map((entry) => ({ webkitGetAsEntry: () => entry })),
    };
    const event = new Event("drop", { bubbles: true, cancelable: true });
    Object.defineProperty(event, "dataTransfer", { value: transfer });
    element.dispatchEvent(event);
  }, items);
}
