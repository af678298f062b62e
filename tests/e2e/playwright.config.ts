import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig } from "@playwright/test";

const root = fileURLToPath(new URL("../..", import.meta.url));
const PORT = Number(process.env.PORT ?? 4174);

/** CHROMIUM names a browser; else Debian's is taken where it is; else Playwright's own. */
const chromium = process.env.CHROMIUM ?? ["/usr/bin/chromium"].find(existsSync);

export default defineConfig({
  testDir: ".",
  outputDir: `${root}test-results/e2e`,
  // One browser at a time: the encoder of each keeps a core busy.
  workers: 1,
  fullyParallel: false,
  forbidOnly: Boolean(process.env.CI),
  // What fails is repeated only for the sake of its trace: it has failed, also when it passes then.
  retries: 1,
  failOnFlakyTests: true,
  timeout: 120_000,
  expect: { timeout: 20_000 },
  reporter: "list",
  use: {
    baseURL: `http://localhost:${PORT}/`,
    viewport: { width: 1280, height: 860 },
    // Recording every test takes a third of the time of all.
    trace: "on-first-retry",
    // Keeping the page for offline use copies all of it: only where that is the matter of the test.
    serviceWorkers: "block",
    launchOptions: {
      ...(chromium ? { executablePath: chromium } : {}),
      args: [
        "--no-sandbox",
        "--disable-gpu",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--no-first-run",
        "--use-fake-device-for-media-stream=device-count=2",
        "--use-fake-ui-for-media-stream",
      ],
    },
  },
  webServer: {
    command: `npm run --silent preview --workspace www -- --port ${PORT} --strictPort`,
    cwd: root,
    url: `http://localhost:${PORT}/`,
    reuseExistingServer: false,
  },
});
