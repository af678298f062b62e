// The three engines, driven by plain WebDriver. Everything in which they differ stands here.
import { spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Builder } from "selenium-webdriver";

const WIDTH = 1280;
const HEIGHT = 900;

/** What may be saved without a question. */
const FILE_TYPES = "application/octet-stream,application/zip,application/json,text/csv";

/** Each engine: its driver's command, and what the driver is asked for. `files` is where downloads go. */
const ENGINES = {
  chromium: {
    command: (port) => [process.env.CHROMEDRIVER, `--port=${port}`],
    capabilities: (files) => ({
      browserName: "chrome",
      "goog:chromeOptions": {
        binary: process.env.CHROMIUM,
        args: [
          "--headless=new",
          "--no-sandbox",
          "--disable-gpu",
          "--disable-dev-shm-usage",
          "--disable-background-networking",
          "--disable-component-update",
          "--no-first-run",
          `--window-size=${WIDTH},${HEIGHT}`,
        ],
        prefs: {
          "download.default_directory": files,
          "intl.accept_languages": "en-US",
          "profile.default_content_setting_values.media_stream_camera": 2,
        },
      },
    }),
  },
  firefox: {
    command: (port) => [process.env.GECKODRIVER, "--port", `${port}`],
    capabilities: (files) => ({
      browserName: "firefox",
      "moz:firefoxOptions": {
        binary: process.env.FIREFOX,
        args: ["-headless", `--width=${WIDTH}`, `--height=${HEIGHT}`],
        prefs: {
          "browser.download.dir": files,
          "browser.download.folderList": 2,
          "browser.helperApps.neverAsk.saveToDisk": FILE_TYPES,
          "intl.accept_languages": "en-US",
          "permissions.default.camera": 2,
        },
      },
    }),
  },
  webkit:
    process.platform === "darwin"
      ? {
          command: (port) => [process.env.WEBKITDRIVER, "-p", `${port}`],
          capabilities: () => ({ browserName: "safari" }),
        }
      : {
          // It has no headless mode.
          command: (port) => [
            process.env.XVFB,
            "--auto-servernum",
            `--server-args=-screen 0 ${WIDTH}x${HEIGHT}x24`,
            process.env.WEBKITDRIVER,
            `--port=${port}`,
          ],
          // The driver knows where its browser is.
          capabilities: () => ({ browserName: "MiniBrowser" }),
        },
};

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

async function answers(port) {
  for (let tries = 0; tries < 150; tries += 1) {
    const status = await fetch(`http://127.0.0.1:${port}/status`).catch(() => null);
    if (status?.ok) return;
    await pause(200);
  }
  throw new Error("the driver does not answer");
}

/** WebKit asks the desktop where downloads go, and draws without a graphics card. */
function environment(files) {
  const config = join(files, "..", "config");
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${files}"\n`);
  return {
    ...process.env,
    XDG_CONFIG_HOME: config,
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    LIBGL_ALWAYS_SOFTWARE: "1",
  };
}

/**
 * Starts the driver of an engine.
 *
 * @param {keyof typeof ENGINES} name
 * @returns a way to open browsers that know nothing yet, the folder of their downloads, and the end of it all
 */
export async function start(name) {
  const { command, capabilities } = ENGINES[name];
  const folder = mkdtempSync(join(tmpdir(), `handful-${name}-`));
  const files = join(folder, "files");
  mkdirSync(files);
  const port = await freePort();
  const [program, ...args] = command(port);
  // A group of its own: the driver's children end with it.
  const driver = spawn(program, args, { detached: true, env: environment(files), stdio: "ignore" });
  await answers(port);
  return {
    files,
    open: () =>
      new Builder()
        .disableEnvironmentOverrides()
        .usingServer(`http://127.0.0.1:${port}`)
        .withCapabilities(capabilities(files))
        .build(),
    stop() {
      process.kill(-driver.pid);
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
