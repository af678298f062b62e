// The three engines, driven by plain WebDriver. Everything in which they differ stands here.
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { Capabilities, WebDriver } from "selenium-webdriver";
import { Executor, HttpClient } from "selenium-webdriver/http/index.js";
import { freePort } from "../../scripts/port.mjs";
import { makeFolder, removeFolder } from "./folders.mjs";

/** Milliseconds that a driver may take for one command, a new browser among them; far more than it takes. */
const PATIENCE = 120_000;

const WIDTH = 1280;
const HEIGHT = 900;

const WEBKIT_WITH_PROFILE = fileURLToPath(new URL("webkit-with-profile.py", import.meta.url));

/** What may be saved without a question. */
const FILE_TYPES = "application/octet-stream,application/zip,application/json,text/csv";

/**
 * What a person has asked the system or the browser for.
 *
 * @typedef {{ dark?: boolean, still?: boolean, forced?: boolean, cameras?: boolean }} Wishes - `still`: reduced motion; `forced`: the
 *   system's colours; `cameras`: cameras for tests, which pages may use: in WebKit one
 *   that looks at the person and one that looks away, in Firefox one that looks away, in Chromium two that look nowhere.
 */

/**
 * Each engine: its driver's command, and what the driver is asked for. `files` is where downloads go, unless the engine has
 * `downloads` of its own, `profile` the folder of what is stored, where it is to be kept. `deaf` says to which wishes, and why.
 */
const ENGINES = {
  chromium: {
    command: (port) => [process.env.CHROMEDRIVER, `--port=${port}`],
    capabilities: (files, profile, { dark, still, forced, cameras }) => ({
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
          ...(dark ? ["--blink-settings=preferredColorScheme=0"] : []),
          ...(still ? ["--force-prefers-reduced-motion"] : []),
          ...(forced ? ["--force-high-contrast"] : []),
          ...(cameras ? ["--use-fake-device-for-media-stream=device-count=2"] : []),
        ],
        prefs: {
          "download.default_directory": files,
          "intl.accept_languages": "en-US",
          "profile.default_content_setting_values.media_stream_camera": cameras ? 1 : 2,
        },
      },
    }),
  },
  firefox: {
    command: (port) => [process.env.GECKODRIVER, "--port", `${port}`],
    capabilities: (files, profile, { dark, still, forced, cameras }) => ({
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
          "permissions.default.camera": cameras ? 1 : 2,
          ...(cameras && { "media.navigator.streams.fake": true }),
          ...(dark && { "layout.css.prefers-color-scheme.content-override": 0 }),
          ...(still && { "ui.prefersReducedMotion": 1 }),
          ...(forced && { "browser.display.document_color_use": 2 }),
        },
      },
    }),
  },
  webkit:
    process.platform === "darwin"
      ? {
          command: (port) => [process.env.WEBKITDRIVER, "-p", `${port}`],
          capabilities: () => ({ browserName: "safari" }),
          // Its driver takes no other.
          downloads: join(homedir(), "Downloads"),
          deaf: [["dark", "still", "forced", "cameras"], "Safari takes them from the system alone"],
        }
      : {
          // It has no headless mode.
          needsDisplay: true,
          command: (port) => [process.env.WEBKITDRIVER, `--port=${port}`],
          deaf: [["forced"], "WebKit knows no forced colours"],
          // The driver knows where its own browser is.
          capabilities: (files, profile, { dark, still, cameras }) => ({
            browserName: "MiniBrowser",
            ...((profile || dark || still || cameras) && {
              "webkitgtk:browserOptions": {
                binary: WEBKIT_WITH_PROFILE,
                args: [
                  profile ?? mkdtempSync(join(files, "../profile-")),
                  ...(dark ? ["--dark"] : []),
                  ...(still ? ["--still"] : []),
                  ...(cameras ? ["--cameras"] : []),
                ],
              },
            }),
          }),
        },
};

/** Sends commands to a driver. One that has lost its browser may never answer. */
class Client extends HttpClient {
  async send(request) {
    const giveUp = new AbortController();
    const late = pause(PATIENCE, null, { signal: giveUp.signal }).then(() => {
      throw new Error(`the driver does not answer ${request.method} ${request.path}`);
    });
    try {
      return await Promise.race([super.send(request), late]);
    } finally {
      late.catch(() => {});
      giveUp.abort();
    }
  }
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

/** Sends a signal to a process, or to a group of them, which may have ended already. */
function signal(id, what) {
  try {
    process.kill(id, what);
  } catch (error) {
    if (error.code !== "ESRCH") throw error;
  }
}

/** Starts a display without a screen; it says its number once it can be drawn on. */
async function startDisplay() {
  const options = ["-displayfd", "3", "-screen", "0", `${WIDTH}x${HEIGHT}x24`, "-nolisten", "tcp"];
  const display = spawn(process.env.XVFB, options, {
    detached: true,
    stdio: ["ignore", "ignore", "ignore", "pipe"],
  });
  const ended = once(display, "exit").then(([code]) => {
    throw new Error(`Xvfb opened no display: exit status ${code}`);
  });
  const [number] = await Promise.race([once(display.stdio[3].setEncoding("utf8"), "data"), ended]);
  ended.catch(() => {});
  return { id: display.pid, name: `:${number.trim()}` };
}

/** WebKit asks the desktop where downloads and caches go, and draws without a graphics card. */
function environment(files, display) {
  const config = join(files, "..", "config");
  mkdirSync(config, { recursive: true });
  writeFileSync(join(config, "user-dirs.dirs"), `XDG_DOWNLOAD_DIR="${files}"\n`);
  return {
    ...process.env,
    XDG_CONFIG_HOME: config,
    XDG_CACHE_HOME: join(files, "..", "cache"),
    WEBKIT_DISABLE_COMPOSITING_MODE: "1",
    LIBGL_ALWAYS_SOFTWARE: "1",
    ...(display && { DISPLAY: display.name }),
  };
}

/**
 * Starts the driver of an engine.
 *
 * @param {keyof typeof ENGINES} name
 * @returns a way to open browsers that know nothing yet, or what is stored in a folder, for whoever has {@link Wishes}; the
 *   folder of their downloads; ways to kill them, and to end it all
 */
export async function start(name) {
  const { command, capabilities, needsDisplay, downloads, deaf } = ENGINES[name];
  const folder = makeFolder(name);
  const files = join(folder, "files");
  mkdirSync(files);
  const port = await freePort();
  const [program, ...args] = command(port);
  const display = needsDisplay ? await startDisplay() : null;
  // A group of its own: the driver's children end with it.
  const driver = spawn(program, args, { detached: true, env: environment(files, display), stdio: "ignore" });
  await answers(port);
  return {
    files: downloads ?? files,
    /** Why a wish is not heard; nothing where it is. */
    deafTo: (wish) => (deaf?.[0].includes(wish) ? deaf[1] : undefined),
    async open(profile, wishes) {
      const client = new Client(`http://127.0.0.1:${port}`);
      const wanted = new Capabilities(capabilities(files, profile, wishes));
      const driver = WebDriver.createSession(new Executor(Promise.resolve(client)), wanted);
      await driver.getSession();
      return driver;
    },
    /** Megabytes that a process gets more at its highest while something is done: of that which grows most. */
    async growth(work) {
      const before = peaks(descendants(driver.pid));
      await work();
      const after = peaks(descendants(driver.pid));
      return Math.max(...[...before].map(([id, peak]) => (after.get(id) ?? peak) - peak));
    },
    /** Ends all processes of the browser at once, as a crash or a power cut does. */
    kill() {
      for (const { id } of descendants(driver.pid)) signal(Number(id), "SIGKILL");
    },
    stop() {
      signal(-driver.pid, "SIGTERM");
      if (display) signal(display.id, "SIGTERM");
      return removeFolder(folder);
    },
  };
}
