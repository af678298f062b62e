/** The browser is killed in the middle of saving: what was shown as saved is there afterwards. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chromium, expect, type Page, test } from "@playwright/test";
import { addClass, card, ready, saved } from "./person.js";

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
  const profile = mkdtempSync(join(tmpdir(), "handful-"));
  const shown: string[] = [];
  /** Opens the page in the browser that was killed, or for the first time; all that was shown as saved is there. */
  const reopen = async (): Promise<Running> => {
    const running = await start(executablePath, args, profile);
    await running.page.goto(baseURL ?? "");
    await ready(running.page);
    for (const label of shown) await expect(card(running.page, label)).toBeVisible();
    const found = await running.page.getByRole("article").count();
    console.log(`after ${shown.length} saves: ${found} classes are there`);
    return running;
  };
  let made = 0;
  try {
    for (const [round, after] of KILLED_AFTER.entries()) {
      const { page, kill } = await reopen();
      let killed = false;
      const saving = (async () => {
        while (made < SAVES) {
          made += 1;
          await addClass(page, `class ${made}`);
          await saved(page);
          shown.push(`class ${made}`);
        }
      })().catch((error: unknown) => {
        if (!killed) throw error;
      });
      // A failure to save ends the wait too.
      while (shown.length < after) await Promise.race([wait(2), saving]);
      // Somewhere inside the next save, at another point of it in each round.
      await wait(7 * round);
      killed = true;
      await kill();
      await saving;
      expect(shown.length).toBeLessThan(SAVES);
    }
    const { kill } = await reopen();
    await kill();
  } finally {
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
