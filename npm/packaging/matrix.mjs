// The tarball in every tool that is promised to work, each in a project of its own: a page is built or served by the
// tool, taught in Chromium by drawn photos, and asked. Words choose rows: `node npm/packaging/matrix.mjs webpack svelte`.
// Closes with `N passed, N failed`.
import { execFile, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { cp, mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { POLICY, serve } from "./browser.mjs";
import { programWith } from "./documents.mjs";
import { ask, filmed, ready, teach, teachAndAsk, teachByCamera, visit } from "./person.mjs";
import { close, test } from "./report.mjs";
import { pack } from "./tarball.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const EXAMPLES = join(HERE, "../../examples");
const exec = promisify(execFile);

/** Milliseconds that a tool's server may take until it answers. */
const PATIENCE = 120_000;

const example = (name) => join(EXAMPLES, name);
const host = (name) => join(HERE, "hosts", name);
const page = (...names) => ["page", ...names].map(host);

const VITE = { build: "vite build", dev: "vite --port" };
const WEBPACK = {
  packages: ["webpack@5.112.2", "webpack-cli@7.3.1"],
  build: "webpack && cp index.html dist",
};
const NEXT = {
  from: [host("next"), example("react")],
  packages: ["next@16.4.6"],
  start: "next start --port",
};

// How the page comes by its classifier where it is not by the package's name alone.
const byPath = () => ({
  "open.js": [
    'import { Classifier } from "./node_modules/handful/dist/index.js";',
    "export const open = () => Classifier.create();\n",
  ].join("\n"),
});
const addresses = () => ({
  "open.js": `${programWith("readme", "ts", "worker.ts")}\nexport const open = async () => classifier;\n`,
  "worker.ts": 'import "handful/worker";\n',
  "vite.config.js": 'export default { build: { target: "es2022" } };\n', // for the recipe's `await`
});
const trustedTypes = () => ({
  "open.js": [
    'import { Classifier } from "handful";',
    programWith("readme", "js", "trustedTypes"),
    "export const open = () => Classifier.create();\n",
  ].join("\n"),
});
const offlineApp = () => ({
  "service-worker.js": programWith("guide", "js", "caches"),
  "open.js": `${programWith("guide", "ts", "serviceWorker")}\nexport const open = async () => classifier;\n`,
});
const sharedWorker = () => ({
  "open.js": [
    "export const openWorker = async () =>",
    '  new SharedWorker(new URL("./set.js", import.meta.url), { type: "module" }).port;\n',
  ].join("\n"),
});
const serviceWorker = () => ({
  "open.js": [
    "export async function openWorker() {",
    '  await navigator.serviceWorker.register("/set.js", { type: "module" });',
    "  return (await navigator.serviceWorker.ready).active;",
    "}\n",
  ].join("\n"),
});
// A component with the tag of the camera: by what it is shown, and the module that declares the tag.
const tag = (client, declaration) => () => ({
  "tag.ts": declaration,
  "main.js": [
    `import { createRoot } from "${client}";`,
    'import { camera } from "./camera.tsx";',
    'createRoot(document.querySelector("#root")).render(camera);\n',
  ].join("\n"),
});
const REACT_TAG = {
  from: [host("jsx")],
  files: tag("react-dom/client", 'import type {} from "handful/react";\n'),
  build: "tsc && vite build",
};
const ownFetch = () => ({
  "fetch.js": programWith("guide", "js", "self.fetch"),
  "worker.js": programWith("guide", "js", "./fetch.js"),
  "open.js": `${programWith("guide", "ts", "./worker.js")}\nexport const open = async () => classifier;\n`,
});

/**
 * Each row: the folders that its project is copied from, one over the other; the packages that it installs besides
 * those of its package.json; `files` that are made for it; and how its page comes to be:
 * - `build`, a command, after which the folder `dist`, or another `folder`, is served, under a `policy` where one is named;
 * - `start`, the command of a server to take in its place, and `dev`, of one that needs no build; both end in the port;
 * - `run`, a command that fails where something is wrong, in place of a page.
 *
 * A row without a `page` only builds; one with a `camera` is taught by that; one with `workers` may have so many in the end; one that `asks` asks for an address with that in it. A page that is `offline` goes on without its server, and remembers what it was taught.
 */
const ROWS = [
  {
    name: "TypeScript 5.7",
    from: [join(HERE, "node")],
    packages: ["typescript@5.7.3"],
    build: "tsc -p .",
    page: false,
  },
  { name: "Vite 5", from: page("vite"), packages: ["vite@5.4.21"], ...VITE },
  {
    name: "Vite 5, all addresses handed over",
    from: page(),
    files: addresses,
    packages: ["vite@5.4.21"],
    ...VITE,
  },
  { name: "Vite 7", from: page("vite"), packages: ["vite@7.3.8"], ...VITE },
  { name: "Vite 8", from: page(), packages: ["vite@8.3.8"], ...VITE },
  { name: "a worker of one's own", from: page("own-worker"), packages: ["vite@8.3.8"], ...VITE, workers: 2 },
  {
    name: "a strict policy with Trusted Types",
    from: page(),
    files: trustedTypes,
    packages: ["vite@8.3.8"],
    build: "vite build",
    policy: `${POLICY}; require-trusted-types-for 'script'; trusted-types default`,
  },
  { name: "no bundler, a strict policy", from: page(), files: byPath, folder: ".", policy: POLICY },
  { name: "webpack 5", from: page("webpack"), ...WEBPACK },
  { name: "a worker of one's own, webpack 5", from: page("webpack", "own-worker"), ...WEBPACK, workers: 2 },
  {
    name: "esbuild",
    from: page(),
    packages: ["esbuild@0.28.2"],
    files: () => ({ "build.js": programWith("readme", "js", "esbuild") }),
    build: "node build.js && cp index.html dist",
  },
  { name: "Next.js, Turbopack", ...NEXT, build: "next build", dev: "next dev --port" },
  { name: "Next.js, webpack", ...NEXT, build: "next build --webpack" },
  {
    name: "Next.js, the core on its server",
    ...NEXT,
    from: [host("next"), host("next-core"), example("react")],
    build: "next build",
  },
  {
    name: "the guide's offline app",
    from: page(),
    packages: ["vite@8.3.8"],
    files: offlineApp,
    build: "vite build && cp service-worker.js dist",
    offline: true,
  },
  {
    name: "a fetch of one's own",
    from: page(),
    files: ownFetch,
    packages: ["vite@8.3.8"],
    ...VITE,
    asks: "key=",
  },
  {
    name: "a set in a shared worker",
    from: page("set-elsewhere"),
    files: sharedWorker,
    packages: ["vite@8.3.8"],
    ...VITE,
  },
  {
    name: "a set in a service worker",
    from: page("set-elsewhere"),
    files: serviceWorker,
    packages: ["vite@8.3.8", "esbuild@0.28.2"],
    build: [
      "vite build",
      "esbuild set.js --bundle --format=esm --outdir=dist",
      "cp -r node_modules/handful/dist/wasm dist",
    ].join(" && "),
  },
  { name: "Node 20", from: [host("program")], packages: ["node@20.20.2"], run: "node main.mjs node 20." },
  { name: "Node 22", from: [host("program")], packages: ["node@22.23.3"], run: "node main.mjs node 22." },
  {
    name: "Deno",
    from: [host("program")],
    packages: ["deno@2.9.6"],
    run: "deno run --allow-all --node-modules-dir=manual main.mjs deno 2.",
  },
  { name: "Bun", from: [host("program")], packages: ["bun@1.4.5"], run: "bun main.mjs bun 1." },
  {
    name: "workerd",
    from: [host("program"), host("workerd")],
    packages: ["miniflare@4.20260730.0", "esbuild@0.28.2"],
    build: "esbuild worker.mjs --bundle --format=esm --conditions=workerd --loader:.wasm=copy --outdir=dist",
    run: "node main.mjs",
  },
  {
    name: "an exported model in onnxruntime-node",
    from: [host("exported")],
    packages: ["onnxruntime-node@1.30.0"],
    run: "node main.mjs",
  },
  {
    name: "Vitest, jsdom",
    from: [host("program"), host("jsdom")],
    packages: ["vitest@3.2.4", "jsdom@26.1.0", "react@19.3.1", "react-dom@19.3.1"],
    run: "vitest run",
  },
  { name: "publint", from: [], packages: ["publint@0.3.25"], run: "publint node_modules/handful --strict" },
  {
    name: "Are the types wrong?",
    from: [],
    packages: ["@arethetypeswrong/cli@0.18.5"],
    run: "attw $TARBALL --profile esm-only --exclude-entrypoints ./wasm/core ./wasm/encoder ./tokenizer",
  },
  { name: "examples/plain", from: [example("plain")], folder: ".", camera: true },
  { name: "examples/react", from: [example("react")], ...VITE },
  { name: "React 18", from: [example("react")], packages: ["react@18.3.1", "react-dom@18.3.1"], ...VITE },
  {
    name: "React 19, the camera's tag",
    ...REACT_TAG,
    packages: ["typescript@7.0.2", "vite@8.3.8", "react@19.3.1", "react-dom@19.3.1", "@types/react@19.3.3"],
    camera: true,
  },
  {
    name: "React 18, the camera's tag",
    ...REACT_TAG,
    packages: ["typescript@7.0.2", "vite@8.3.8", "react@18.3.1", "react-dom@18.3.1", "@types/react@18.3.32"],
    page: false, // React 18 makes attributes of properties.
  },
  {
    name: "Preact, the camera's tag",
    from: [host("jsx")],
    files: () => ({
      ...tag("preact/compat/client", programWith("readme", "tsx", "preact"))(),
      "vite.config.js": 'export default { oxc: { jsx: { importSource: "preact" } } };\n',
    }),
    packages: ["typescript@7.0.2", "vite@8.3.8", "preact@11.2.0"],
    build: "tsc --jsxImportSource preact && vite build",
    camera: true,
  },
  { name: "examples/svelte", from: [example("svelte")], ...VITE, camera: true },
  { name: "examples/vue", from: [example("vue")], ...VITE, camera: true },
];

/** A project that knows nothing but the tarball and its own tools. */
async function install({ from, files = () => ({}), packages = [] }, folder, tarball) {
  for (const source of from) await cp(source, folder, { recursive: true });
  for (const [name, text] of Object.entries(files())) await writeFile(join(folder, name), text);
  const manifest = join(folder, "package.json");
  if (!existsSync(manifest)) await writeFile(manifest, JSON.stringify({ private: true, type: "module" }));
  const wanted = [tarball, ...packages];
  const env = { ...process.env, ONNXRUNTIME_NODE_INSTALL: "skip" }; // what it has for graphics cards is not in the registry
  await exec("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...wanted], {
    cwd: folder,
    env,
  });
}

const environment = (folder) => ({
  ...process.env,
  NEXT_TELEMETRY_DISABLED: "1",
  PATH: [join(folder, "node_modules/.bin"), process.env.PATH].join(delimiter),
});

async function freePort() {
  const server = createServer().listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Runs a tool's own server for as long as `use` takes. */
async function withServer(command, folder, use) {
  const port = await freePort();
  const [program, ...words] = command.split(" ");
  // A group of its own: the server may have started others.
  const child = spawn(program, [...words, String(port)], {
    cwd: folder,
    env: environment(folder),
    detached: true,
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (text) => (output += text));
  const gone = once(child, "close");
  const address = `http://localhost:${port}/`; // by this name: Next.js refuses others in development
  try {
    for (const start = performance.now(); ; await setTimeout(200)) {
      if (
        await fetch(address).then(
          ({ ok }) => ok,
          () => false,
        )
      )
        break;
      if (child.exitCode !== null || performance.now() - start > PATIENCE)
        throw new Error("it does not serve");
    }
    await use(address);
  } catch (error) {
    throw new Error(`${error.message}\n${output}`);
  } finally {
    if (child.exitCode === null) process.kill(-child.pid);
    await gone;
  }
}

/** What a person does on the page of a row. */
async function tryPage(address, { camera, workers, asks }) {
  if (camera) return visit(address, teachByCamera, flags);
  const requests = await teachAndAsk(address, workers);
  if (asks && !requests.some((url) => url.includes(asks)))
    throw new Error(`nothing was asked for with ${asks}`);
}

async function testFolder(folder, row) {
  const server = await serve(folder, row.policy);
  try {
    if (!row.offline) return await tryPage(server.address, row);
    await visit(server.address, async (page) => {
      await ready(page);
      await teach(page);
      await ask(page);
      server.close();
      await page.reload();
      await ready(page);
      await ask(page);
    });
  } finally {
    server.close();
  }
}

async function testRow(row, folder, tarball) {
  const use = (address) => tryPage(address, row);
  const run = (command) =>
    exec("sh", ["-c", command], { cwd: folder, env: { ...environment(folder), TARBALL: tarball } });
  await mkdir(folder);
  if (!(await test(`${row.name}: installs`, () => install(row, folder, tarball)))) return;
  if (row.dev) await test(`${row.name}: works in development`, () => withServer(row.dev, folder, use));
  if (row.build && !(await test(`${row.name}: builds`, () => run(row.build)))) return;
  if (row.page === false) return;
  await test(`${row.name}: works`, () => {
    if (row.run) return run(row.run);
    return row.start
      ? withServer(row.start, folder, use)
      : testFolder(join(folder, row.folder ?? "dist"), row);
  });
}

const words = process.argv.slice(2).map((word) => word.toLowerCase());
const [, part, parts] = /^(\d+)\/(\d+)$/.exec(words[0] ?? "") ?? [];
const wanted = ROWS.filter(({ name }, at) =>
  parts
    ? at % Number(parts) === Number(part) - 1
    : words.length === 0 || words.some((word) => name.toLowerCase().includes(word)),
);
if (wanted.length === 0) throw new Error(`No row is called so: ${words.join(" ")}`);
const folder = await mkdtemp(join(tmpdir(), "handful-matrix-"));
const flags = await filmed(folder);
try {
  const tarball = await pack(folder);
  for (const [number, row] of wanted.entries()) {
    const project = join(folder, String(number));
    await testRow(row, project, tarball.path);
    await rm(project, { recursive: true, force: true }); // some fill hundreds of megabytes
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
close();
