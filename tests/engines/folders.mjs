// Folders that browsers write in, and that go after them.
import { mkdtempSync } from "node:fs";
import { rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";

/** Seconds that a browser's last processes get to end in. */
const LAST_WRITES = 10;

export const makeFolder = (name) => mkdtempSync(join(tmpdir(), `handful-${name}-`));

/** Removes a folder, in which processes of a browser that has quit may still write for a moment. */
export async function removeFolder(folder) {
  for (let seconds = 0; ; seconds += 1) {
    try {
      return await rm(folder, { recursive: true, force: true });
    } catch (error) {
      if (seconds === LAST_WRITES) throw error;
      await pause(1000);
    }
  }
}
