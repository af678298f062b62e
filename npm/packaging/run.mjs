// Packs the package and uses it as a stranger would: outside the repository, from the tarball alone.
// Closes with `N passed, N failed`. The browser is found through CHROMIUM, or where Debian and Playwright put it.
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { drawPhoto } from "../../tests/images/photo.mjs";
import { launch, runPage, serve } from "./browser.mjs";
import { checkTarball, pack } from "./tarball.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(HERE, "../..");
const exec = promisify(execFile);

let passed = 0;
let failed = 0;

/** Runs one test and says whether it passed. */
async function test(name, body) {
  const start = performance.now();
  try {
    await body();
    passed += 1;
    const time = (performance.now() - start) / 1000;
    console.log(time < 0.1 ? `✔ ${name}` : `✔ ${name} (${time.toFixed(1)} s)`);
    return true;
  } catch (error) {
    failed += 1;
    // A program that fails says why on its own output.
    console.log(`✖ ${name}\n${[error.stdout, error.stderr].filter(Boolean).join("\n") || error.stack}`);
    return false;
  }
}

/** A project outside the repository that knows nothing but the tarball and its own tools. */
async function install(folder, tarball) {
  await cp(HERE, folder, { recursive: true, filter: (path) => !path.endsWith(".mjs") });
  await cp(join(ROOT, "examples/own-encoder"), join(folder, "own-encoder"), { recursive: true });
  await rm(join(folder, "own-encoder/package.json"));
  // A preset of a small size: its tokenizer must be found from within a bundled worker too.
  await cp(join(ROOT, "tests/data/models/presets"), join(folder, "vite/public/presets"), { recursive: true });
  const workspace = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const { typescript, vite, "onnxruntime-web": onnxruntime } = workspace.devDependencies;
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const wanted = [tarball, `typescript@${typescript}`, `vite@${vite}`, `onnxruntime-web@${onnxruntime}`];
  await exec("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...wanted], { cwd: folder });
}

/** The programs of the README become modules beside the page's own, so that they are type-checked with them. */
async function copyReadme(folder) {
  const readme = await readFile(join(HERE, "../README.md"), "utf8");
  for (const [number, [, program]] of [...readme.matchAll(/```ts\n(.*?)```/gs)].entries()) {
    await writeFile(join(folder, `vite/src/readme-${number + 1}.ts`), program);
  }
}

/** The page's own tests count as tests here. */
async function testPage(folder) {
  for (const { name, error } of await runPage(folder)) {
    await test(`in Chromium, ${name}`, () => {
      if (error) throw new Error(error);
    });
  }
}

/** The page of examples/own-encoder: taught with drawn photos, then asked. */
async function testExample(folder) {
  const server = await serve(folder);
  const browser = await launch();
  const photos = (thing, ...seeds) =>
    seeds.map((seed) => {
      const buffer = drawPhoto(thing, seed);
      return { name: `${thing}-${seed}.png`, mimeType: "image/png", buffer };
    });
  try {
    const page = await browser.newPage();
    const requests = [];
    page.on("request", (request) => requests.push(request.url()));
    await page.goto(server.address);
    const says = (text) => page.locator("output", { hasText: text }).waitFor({ timeout: 60_000 });
    await page.locator("fieldset:enabled").waitFor({ timeout: 60_000 });
    await page.locator("[data-label=tomato]").setInputFiles(photos("tomato", 0, 1, 2, 3));
    await says("4 × tomato");
    await page.locator("[data-label=leaf]").setInputFiles(photos("leaf", 0, 1, 2, 3));
    await says("4 × tomato, 4 × leaf");
    await page.locator("#question").setInputFiles([...photos("leaf", 5, 6), ...photos("tomato", 5)]);
    await says("It is leaf, leaf, tomato");
    const own = requests.filter((url) => /encoder_bg|worker/.test(url));
    if (own.length > 0) throw new Error(`the encoder of the package was downloaded: ${own.join()}`);
  } finally {
    await browser.close();
    server.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), "handful-package-"));
const call = (program, ...words) => exec(join(folder, "node_modules/.bin", program), words, { cwd: folder });
try {
  const tarball = await pack(folder);
  await test("the tarball holds what it should and nothing else", () => checkTarball(tarball));
  if (await test("the tarball installs", () => install(folder, tarball.path))) {
    await test("the types hold under moduleResolution bundler, in the README too", async () => {
      await copyReadme(folder);
      await call("tsc", "-p", "vite");
    });
    if (await test("the types hold under moduleResolution node16", () => call("tsc", "-p", "node"))) {
      await test("the core runs in Node", () => exec("node", [join(folder, "node/out/main.mjs")]));
    }
    if (await test("Vite builds a page with it", () => call("vite", "build", "vite"))) {
      await testPage(join(folder, "vite/dist"));
    }
    if (
      await test("Vite builds the example with an encoder of one's own", () =>
        call("vite", "build", "own-encoder"))
    ) {
      await test("in Chromium, the example learns from features of onnxruntime-web", () =>
        testExample(join(folder, "own-encoder/dist")));
    }
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
