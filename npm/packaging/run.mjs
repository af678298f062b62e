// Packs the package and uses it as a stranger would: outside the repository, from the tarball alone.
// Closes with `N passed, N failed`. The browser is found through CHROMIUM, or where Debian and Playwright put it.
import { execFile } from "node:child_process";
import { cp, mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { runPage } from "./browser.mjs";
import { checkTarball, pack } from "./tarball.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
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
  const workspace = JSON.parse(await readFile(join(HERE, "../../package.json"), "utf8"));
  const { typescript, vite } = workspace.devDependencies;
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const wanted = [tarball, `typescript@${typescript}`, `vite@${vite}`];
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
  }
} finally {
  await rm(folder, { recursive: true, force: true });
}
console.log(`${passed} passed, ${failed} failed`);
if (failed > 0) process.exitCode = 1;
