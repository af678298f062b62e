// Sets up what building and testing need. Each part is looked for on PATH first, then had in the ordinary way,
// then built from crates.io without optimisation: these tools are used a few times and never shipped.
// Nothing is written outside the project except through rustup and the system's package manager, which are announced.
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { capture, ROOT, run, say, seconds, status, TOOLS, Trouble, which } from "./shell.mjs";
import { fingerprint } from "./stamps.mjs";

export const WASM = "wasm32-unknown-unknown";
const MAC = process.platform === "darwin";

/** The first group of a pattern in one of the project's files: every version is stated once. */
function stated(file, pattern) {
  const found = readFileSync(join(ROOT, file), "utf8").match(pattern);
  if (!found) throw new Trouble(`${file} does not state what ${pattern} looks for.`);
  return found[1];
}

function atLeast(version, least) {
  const [a, b] = [version, least].map((v) => v.split(".").map(Number));
  for (let i = 0; i < b.length; i++) if ((a[i] ?? 0) !== b[i]) return (a[i] ?? 0) > b[i];
  return true;
}

/** The version that a program on PATH reports, or null. */
function versionOf(program) {
  return which(program) && (capture([program, "--version"])?.match(/\d+\.\d+(\.\d+)?/)?.[0] ?? null);
}

/** Each part is set up once a run, however many steps ask for it. */
export function once(task) {
  const done = new Map();
  return (name) => {
    if (!done.has(name)) done.set(name, task(name));
    return done.get(name);
  };
}

/** For what allows no two of its kind at a time, whatever step asks for it. */
function inTurn(task) {
  let last = Promise.resolve();
  return (...details) => {
    const next = last.then(() => task(...details));
    last = next.catch(() => {});
    return next;
  };
}

export const nodeModules = once(async () => {
  const stamp = join(ROOT, "node_modules", ".handful-stamp");
  const now = fingerprint(["package-lock.json"]);
  if (existsSync(stamp) && readFileSync(stamp, "utf8") === now) return;
  say("npm packages (usually 15 seconds) ...");
  await run("npm ci");
  writeFileSync(stamp, now);
});

/** Installs packages of the system where that needs no password; otherwise says false. */
const apt = inTurn(async (packages, why) => {
  const root = process.getuid?.() === 0;
  if (!which("apt-get") || !(root || capture("sudo -n true") !== null)) return false;
  say(`${why}: apt-get installs the system packages ${packages.join(", ")} (usually a minute) ...`);
  const aptGet = `${root ? "" : "sudo -n "}env DEBIAN_FRONTEND=noninteractive apt-get -qq`;
  await status(`${aptGet} update`);
  return (await status(`${aptGet} install -y --no-install-recommends ${packages.join(" ")}`)) === 0;
});

export const rust = once(async () => {
  const least = stated("Cargo.toml", /^rust-version = "(.+)"/m);
  const version = versionOf("rustc");
  if (!version || !which("cargo"))
    throw new Trouble(`Rust is missing. Install it from https://rustup.rs, then run this again.`);
  if (!atLeast(version, least))
    throw new Trouble(
      `Rust ${version} is too old; ${least} is needed. Run \`rustup update stable\`, then this again.`,
    );
  if (!which("cc") && !(await apt(["build-essential"], "A linker and a C compiler"))) {
    throw new Trouble(
      `A C compiler is missing. Run ${MAC ? "`xcode-select --install`" : "`sudo apt-get install build-essential`"}, then this again.`,
    );
  }
});

/** For the lints: parts of Rust that a minimal rustup leaves out. */
export const rustComponents = once(async () => {
  await rust();
  const missing = ["clippy", "fmt"].filter((part) => capture(`cargo ${part} --version`) === null);
  if (missing.length === 0) return;
  say("rustup adds clippy and rustfmt to your Rust (usually 10 seconds) ...");
  await run("rustup component add clippy rustfmt");
});

/**
 * The WebAssembly target of Rust.
 * @returns {Promise<Record<string, string>>} variables for the cargo commands that build for it; none where rustup has it
 */
export const wasmTarget = once(async () => {
  await rust();
  const libraries = capture(`rustc --print target-libdir --target ${WASM}`);
  if (libraries && existsSync(libraries)) return {};
  if (which("rustup")) {
    say(`rustup adds the target ${WASM} to your Rust (usually 10 seconds) ...`);
    if ((await status(`rustup target add ${WASM}`)) === 0) return {};
  }
  if (!which("apt-get"))
    throw new Trouble(
      `Rust's target ${WASM} is missing and could not be added. Run \`rustup target add ${WASM}\`.`,
    );
  say(
    `Rust's target ${WASM} cannot be had from rustup: building it from Debian's sources (usually 4 minutes) ...`,
  );
  const toolchain = join(TOOLS, "wasm-rust");
  await run(["bash", join(ROOT, "scripts", "wasm-target.sh"), toolchain]);
  // Another compiler must not see the artefacts of the first, so it gets a target folder of its own.
  return {
    RUSTC: join(toolchain, "bin", "rustc"),
    RUSTDOC: join(toolchain, "bin", "rustdoc"),
    PATH: `${join(toolchain, "bin")}:${process.env.PATH}`,
    CARGO_TARGET_DIR: join(ROOT, "target", "wasm-rust"),
  };
});

/** Where tools are built: crates that several of them need are compiled once, and all goes when the program ends. */
const toolTarget = once(() => {
  const folder = join(TOOLS, "target");
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
});

/** Has a tool of crates.io: the one on PATH where `fits` likes its version, else built into .tools/bin, as fast as `level` says. */
const cargoTool = inTurn(async ({ crate, programs, version, fits, usually, options = [], level = "0" }) => {
  if (programs.every((program) => fits(versionOf(program) ?? "0"))) return;
  await rust();
  say(`${crate} ${version}: building it from crates.io (usually ${usually}) ...`);
  const since = performance.now();
  mkdirSync(TOOLS, { recursive: true });
  await run(["cargo", "install", crate, "--version", version, "--root", TOOLS, ...options], {
    env: {
      CARGO_TARGET_DIR: toolTarget(),
      CARGO_PROFILE_RELEASE_OPT_LEVEL: level,
      CARGO_PROFILE_RELEASE_LTO: "off",
      CARGO_PROFILE_RELEASE_CODEGEN_UNITS: "16",
      CARGO_PROFILE_RELEASE_DEBUG: "0",
      CARGO_PROFILE_RELEASE_STRIP: "true",
    },
  });
  say(`${crate} ${version}: built in ${seconds(since)}`);
});

/** wasm-bindgen must be of the very version of the library that it reads; wasm-pack finds it on PATH. */
export const wasmTools = once(async () => {
  const bindgen = stated("Cargo.lock", /name = "wasm-bindgen"\nversion = "(.+)"/);
  await cargoTool({
    crate: "wasm-bindgen-cli",
    programs: ["wasm-bindgen", "wasm-bindgen-test-runner"],
    version: bindgen,
    fits: (version) => version === bindgen,
    usually: "1 to 2 minutes",
    options: ["--no-default-features"], // It talks to local servers only: no TLS.
  });
  await cargoTool({
    crate: "wasm-pack",
    programs: ["wasm-pack"],
    version: "0.15.1",
    fits: (version) => version.startsWith("0.15."),
    usually: "1 to 2 minutes",
    options: ["--locked"],
  });
});

/** Python's pip, which fetches the published weights that the encoder is made of. */
export const pip = once(async () => {
  const found = () => capture("python3 -m pip --version") !== null;
  if (found() || ((await apt(["python3", "python3-pip"], "Python's pip")) && found())) return;
  throw new Trouble(
    `Python 3 with pip is missing. Run ${MAC ? "`brew install python`" : "`sudo apt-get install python3 python3-pip`"}, then this again.`,
  );
});

/** Asks after licences and sources; only `npm test` needs it. */
export const cargoDeny = once(() =>
  cargoTool({
    crate: "cargo-deny",
    programs: ["cargo-deny"],
    version: "0.20.2",
    fits: (version) => atLeast(version, "0.18"),
    usually: "2 minutes",
    options: ["--locked"],
  }),
);

/** Finds the texts of licences; only a release needs it. */
export const cargoAbout = once(() =>
  cargoTool({
    crate: "cargo-about",
    programs: ["cargo-about"],
    version: "0.9.3",
    fits: (version) => version === "0.9.3",
    usually: "4 minutes",
    options: ["--locked", "--features", "cli"],
    // Without optimisation it compares texts for six minutes.
    level: "2",
  }),
);

const firstOf = (names) =>
  names.map((name) => (name.includes("/") ? existsSync(name) && name : which(name))).find(Boolean) ?? null;

function findBrowsers() {
  return {
    CHROMIUM:
      process.env.CHROMIUM ??
      firstOf([
        "chromium",
        "chromium-browser",
        "google-chrome",
        "google-chrome-stable",
        "/Applications/Google Chrome.app/Contents/MacOS/Google Chrome",
      ]),
    CHROMEDRIVER: process.env.CHROMEDRIVER ?? which("chromedriver"),
    FIREFOX:
      process.env.FIREFOX ??
      firstOf(["firefox", "firefox-esr", "/Applications/Firefox.app/Contents/MacOS/firefox"]),
  };
}

/**
 * Browsers and their drivers, for the tests only.
 * @returns {Promise<Record<string, string | null>>} paths of CHROMIUM, CHROMEDRIVER, FIREFOX and GECKODRIVER; null: not to be had
 */
export const browsers = once(async () => {
  let found = findBrowsers();
  if (Object.values(found).includes(null)) {
    const ubuntu =
      existsSync("/etc/os-release") && /^ID=ubuntu/m.test(readFileSync("/etc/os-release", "utf8"));
    await apt(
      ubuntu
        ? ["chromium-browser", "chromium-chromedriver", "firefox"]
        : ["chromium", "chromium-driver", "firefox-esr"],
      "Browsers for the tests",
    );
    found = findBrowsers();
  }
  if (found.FIREFOX) {
    await cargoTool({
      crate: "geckodriver",
      programs: ["geckodriver"],
      version: "0.37.1",
      fits: (version) => atLeast(version, "0.35"),
      usually: "1 minute",
      options: ["--locked"],
    });
  }
  return { ...found, GECKODRIVER: found.FIREFOX && which("geckodriver") };
});

function findWebkit() {
  if (MAC) return { WEBKITDRIVER: which("safaridriver") };
  // The system's own Python, for which distributions package what it needs to open a window of WebKit.
  const python = "/usr/bin/python3";
  const bindings = capture([python, "-c", "import gi; gi.require_version('WebKit2', '4.1')"]);
  return {
    WEBKITDRIVER: which("WebKitWebDriver"),
    XVFB: which("Xvfb"),
    WEBKIT_PYTHON: bindings === null ? null : python,
  };
}

/**
 * WebKit and its driver: Safari on a Mac, WebKitGTK in a display without a screen elsewhere.
 * @returns {Promise<Record<string, string | null>>} paths of WEBKITDRIVER, XVFB and WEBKIT_PYTHON; null: not to be had
 */
export const webkit = once(async () => {
  if (!MAC && Object.values(findWebkit()).includes(null))
    await apt(["webkit2gtk-driver", "xvfb", "python3-gi", "gir1.2-webkit2-4.1"], "WebKit for the tests");
  return findWebkit();
});

/** What to say where a browser is missing and could not be installed. */
export const BROWSER_ADVICE = MAC
  ? "install it: brew install --cask google-chrome chromedriver firefox; for Safari: safaridriver --enable"
  : "install it: sudo apt-get install chromium chromium-driver firefox-esr webkit2gtk-driver xvfb python3-gi gir1.2-webkit2-4.1";
