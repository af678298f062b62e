// The three engines, driven by plain WebDriver. Everything in which they differ stands here.
import { spawn } from "node:child_process";
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { createServer } from "node:net";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Builder } from "selenium-webdriver";
import { makeFolder, removeFolder } from "./folders.mjs";

const WIDTH = 1280;
const HEIGHT = 900;

const WEBKIT_WITH_PROFILE = fileURLToPath(new URL("webkit-with-profile.py", import.meta.url));

/** What may be saved without a question. */
const FILE_TYPES = "application/octet-stream,application/zip,application/json,text/csv";

/**
 * Each engine: its driver's command, and what the driver is asked for. `files` is where downloads go, `profile` the folder
 * of what is stored, where it is to be kept.
 */
const ENGINES = {
  chromium: {
    command: (port) => [process.env.CHROMEDRIVER, `--port=${port}`],
    capabilities: (files, profile) => ({
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
          ...(profile ? [`--user-data-dir=${profile}`] : []),
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
    capabilities: (files, profile) => ({
      browserName: "firefox",
      "moz:firefoxOptions": {
        binary: process.env.FIREFOX,
        args: [
          "-headless",
          `--width=${WIDTH}`,
          `--height=${HEIGHT}`,
          ...(profile ? ["-profile", profile] : []),
        ],
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
          // The driver knows where its own browser is.
          capabilities: (_files, profile) => ({
            browserName: "MiniBrowser",
            ...(profile && {
              "webkitgtk:browserOptions": { binary: WEBKIT_WITH_PROFILE, args: [profile] },
            }),
          }),
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

/** What the system says of a process; nothing of one that has ended meanwhile. */
function ofProcess(id, what) {
  try {
    return readFileSync(`/proc/${id}/${what}`, "utf8");
  } catch {
    return "";
  }
}

/** Processes that a process has started, and those that they have. */
function descendants(root) {
  const children = new Map();
  for (const id of readdirSync("/proc").filter((name) => /^\d+$/.test(name))) {
    const status = ofProcess(id, "stat");
    if (!status) continue;
    const [, name, parent] = /\((.*)\) \S (\d+)/s.exec(status);
    children.set(parent, [...(children.get(parent) ?? []), { id, name }]);
  }
  const below = (id) => (children.get(`${id}`) ?? []).flatMap((child) => [child, ...below(child.id)]);
  return below(root);
}

/** Of each process the most memory that it has had, in megabytes. */
function peaks(processes) {
  const found = new Map();
  for (const { id } of processes) {
    const status = ofProcess(id, "status");
    const [, kilobytes] = /VmHWM:\s+(\d+)/.exec(status) ?? [];
    if (kilobytes) found.set(id, kilobytes / 1024);
  }
  return found;
}

/** What stays when the browser is killed. */
const DRIVERS = ["Xvfb", "WebKitWebDriver"];

/** WebKit asks the desktop where downloads and caches go, and draws without a graphics card. */
function environment(files) {
  const config = join(files, "..", "config");
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${files}"\n`);
  return {
    ...process.env,
    XDG_CONFIG_HOME: config,
    XDG_CACHE_HOME: join(files, "..", "cache"),
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    LIBGL_ALWAYS_SOFTWARE: "1",
  };
}

/**
 * Starts the driver of an engine.
 *
 * @param {keyof typeof ENGINES} name
 * @returns a way to open browsers that know nothing yet, or what is stored in a folder; the folder of their downloads; ways
 *   to kill them, and to end it all
 */
export async function start(name) {
  const { command, capabilities } = ENGINES[name];
  const folder = makeFolder(name);
  const files = join(folder, "files");
  mkdirSync(files);
  const port = await freePort();
  const [program, ...args] = command(port);
  // A group of its own: the driver's children end with it.
  const driver = spawn(program, args, { detached: true, env: environment(files), stdio: "ignore" });
  await answers(port);
  return {
    files,
    open: (profile = null) =>
      new Builder()
        .disableEnvironmentOverrides()
        .usingServer(`http://127.0.0.1:${port}`)
        .withCapabilities(capabilities(files, profile))
        .build(),
    /** Megabytes that a process gets more at its highest while something is done: of that which grows most. */
    async growth(work) {
      const before = peaks(descendants(driver.pid));
      await work();
      const after = peaks(descendants(driver.pid));
      return Math.max(...[...before].map(([id, peak]) => (after.get(id) ?? peak) - peak));
    },
    /** Ends all processes of the browser at once, as a crash or a power cut does. */
    kill() {
      for (const { id, name } of descendants(driver.pid)) {
        if (DRIVERS.includes(name)) continue;
        try {
          process.kill(id, "SIGKILL");
        } catch (error) {
          // It ended with its parent.
          if (error.code !== "ESRCH") throw error;
        }
      }
    },
    stop() {
      process.kill(-driver.pid);
      return removeFolder(folder);
    },
  };
}
