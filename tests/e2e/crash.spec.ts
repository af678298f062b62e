/** The browser is killed in the middle of saving: what was shown as saved is there afterwards. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chromium, expect, type Page, test } from "@playwright/test";
import { addClass, ready, saved } from "./person.js";

const SAVES = 50;
/** After so many saves the browser is killed, in the middle of the next. */
const KILLED_AFTER = [4, 25];

interface Running {
  page: Page;
  kill: () => Promise<void>;
}

/** A browser of its own with a profile on disk, which can be killed as a crash or a power cut would. */
async function start(executable: string, args: string[], profile: string): Promise<Running> {
  const child = spawn(
    executable,
    ["--headless=new", "--remote-debugging-port=0", `--user-data-dir=${profile}`, ...args],
    { stdio: ["ignore", "ignore", "pipe"], detached: true },
  );
  const browser = await chromium.connectOverCDP(await endpoint(child));
  const [context] = browser.contexts();
  if (!context) throw new Error("the browser has no window");
  const kill = async () => {
    // Playwright has to hear of it too, before the test ends and its traces are collected.
    const gone = [once(child, "exit"), new Promise((resolve) => browser.once("disconnected", resolve))];
    // The whole group: the process of the page and that of the storage as well.
    if (child.pid) process.kill(-child.pid, "SIGKILL");
    await Promise.all(gone);
  };
  return { page: await context.newPage(), kill };
}

function endpoint(child: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let said = "";
    child.once("exit", () => reject(new Error(`the browser did not start: ${said}`)));
    child.stderr?.on("data", (chunk: Buffer) => {
      said += chunk.toString();
      const address = /DevTools listening on (\S+)/.exec(said)?.[1];
      if (address) resolve(address);
    });
  });
}

test("opens with everything that was shown as saved, whenever the browser is killed", async ({
  baseURL,
  launchOptions,
}) => {
  const { executablePath = chromium.executablePath(), args = [] } = launchOptions;
  for (const after of KILLED_AFTER) {
    const profile = mkdtempSync(join(tmpdir(), "handful-"));
    try {
      const { page, kill } = await start(executablePath, args, profile);
      await page.goto(baseURL ?? "");
      await ready(page);
      const shown: string[] = [];
      const saving = (async () => {
        for (let i = 0; i < SAVES; i += 1) {
          await addClass(page, `class ${i}`);
          await saved(page);
          shown.push(`class ${i}`);
        }
      })().catch(() => {});
      while (shown.length < after) await wait(2);
      // Somewhere inside the next save, at another point of it in each round.
      await wait(7 * KILLED_AFTER.indexOf(after));
      await kill();
      await saving;
      expect(shown.length).toBeLessThan(SAVES);

      const again = await start(executablePath, args, profile);
      await again.page.goto(baseURL ?? "");
      await ready(again.page);
      for (const label of shown) {
        await expect(again.page.getByRole("article", { name: label, exact: true })).toBeVisible();
      }
      const found = await again.page.getByRole("article").count();
      console.log(`killed after ${shown.length} saves: ${found} classes are there`);
      await again.kill();
    } finally {
      rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
    }
  }
});
