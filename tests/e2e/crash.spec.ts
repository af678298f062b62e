/** The browser is killed in the middle of saving: what was shown as saved is there afterwards. */
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { chromium, expect, type Page, test } from "@playwright/test";
import { drawnPhotos } from "./files.js";
import { addClass, addPhotos, card, expectPhotos, photosOf, ready, saved } from "./person.js";

/** How often the browser is killed; npm test has no time for as many as a long run. */
const KILLS = Number(process.env.KILLS ?? 3);
/** Photos are taken from as many as these, so that a set stays small. */
const MOST = 12;

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
  const browser = await chromium.connectOverCDP(await endpoint(child), { timeout: 10_000 }).catch(() => null);
  if (!browser) {
    // One that was killed before may come up without a word to the debugger.
    if (child.pid) process.kill(-child.pid, "SIGKILL");
    return start(executable, args, profile);
  }
  const [context] = browser.contexts();
  if (!context) throw new Error("the browser has no window");
  const kill = async () => {
    if (child.exitCode !== null || child.signalCode !== null) return;
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
  test.setTimeout(KILLS * 60_000);
  const { executablePath = chromium.executablePath(), args = [] } = launchOptions;
  const profile = mkdtempSync(join(tmpdir(), "handful-"));
  const photos = drawnPhotos("mug", 0, MOST);
  /** Photos that were shown as saved, and that may be saved too, because the browser was killed before it could say so. */
  let [shown, begun] = [0, 0];
  let running: Running | null = null;
  /** Opens the page in the browser that was killed, or for the first time: as many photos as were saved, each with its picture. */
  const reopen = async (): Promise<Running> => {
    running = await start(executablePath, args, profile);
    const { page } = running;
    await page.goto(baseURL ?? "");
    await ready(page);
    if (begun === 0) await addClass(page, "mug");
    const found = await photosOf(page, "mug").count();
    console.log(`${shown} photos were shown as saved, ${begun} begun: ${found} are there`);
    expect([shown, begun]).toContain(found);
    await expectPhotos(page, "mug", found);
    [shown, begun] = [found, found];
    return running;
  };
  try {
    for (let round = 0; round < KILLS; round += 1) {
      const { page, kill } = await reopen();
      if (begun === MOST) {
        await card(page, "mug").getByRole("button", { name: "More for mug" }).click();
        await card(page, "mug").getByRole("button", { name: "Remove class" }).click();
        await addClass(page, "mug");
        [shown, begun] = [0, 0];
      }
      await saved(page);
      await addPhotos(page, "mug", photos.slice(begun, begun + 1));
      await saved(page);
      shown = begun + 1;
      begun = Math.min(shown + 1, MOST);
      // The next one is killed somewhere on its way, at another point of it in each round.
      const adding = addPhotos(page, "mug", photos.slice(shown, begun)).catch(() => {});
      await wait(((round * 37) % 101) * 4);
      await kill();
      await adding;
    }
    await reopen();
  } finally {
    await (running as Running | null)?.kill();
    rmSync(profile, { recursive: true, force: true, maxRetries: 5 });
  }
});
