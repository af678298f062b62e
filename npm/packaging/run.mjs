// Packs the package and uses it as a stranger would: outside the repository, from the tarball alone.
// Closes with `N passed, N failed`. The browser is found through CHROMIUM, or where Debian and Playwright put it.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { cp, mkdir, mkdtemp, readFile, rm, utimes, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { POLICY, runPage, serve } from "./browser.mjs";
import { DOCUMENTS, examplesOf, programsOf, programWith } from "./documents.mjs";
import { askByDialog, teachAndAsk } from "./person.mjs";
import { close, test } from "./report.mjs";
import { checkTarball, pack } from "./tarball.mjs";

const HERE = fileURLToPath(new URL(".", import.meta.url));
const ROOT = join(HERE, "../..");
const exec = promisify(execFile);

/** A project outside the repository that knows nothing but the tarball and its own tools. */
async function install(folder, tarball) {
  for (const name of ["node", "vite", "examples"])
    await cp(join(HERE, name), join(folder, name), { recursive: true });
  await cp(join(ROOT, "examples/own-encoder"), join(folder, "own-encoder"), { recursive: true });
  await rm(join(folder, "own-encoder/package.json"));
  // A preset of a small size: its tokenizer must be found from within a bundled worker too.
  await cp(join(ROOT, "tests/data/models/presets"), join(folder, "vite/public/presets"), { recursive: true });
  const workspace = JSON.parse(await readFile(join(ROOT, "package.json"), "utf8"));
  const tools = ["typescript", "vite", "onnxruntime-web", "react", "@types/react"];
  await writeFile(join(folder, "package.json"), JSON.stringify({ private: true, type: "module" }));
  const wanted = [tarball, ...tools.map((name) => `${name}@${workspace.devDependencies[name]}`)];
  await exec("npm", ["install", "--no-audit", "--no-fund", "--prefer-offline", ...wanted], { cwd: folder });
}

/**
 * The programs of the documents become modules beside the page's own, so that they are type-checked with them. Those that
 * need nothing but the core go to Node too; the live camera is run by the page's tests.
 *
 * @returns {Promise<string[]>} the names of the latter
 */
async function copyPrograms(folder) {
  const runnable = [];
  for (const document of Object.keys(DOCUMENTS)) {
    for (const [number, program] of programsOf(document, "ts").entries()) {
      const name = `${document}-${number + 1}`;
      await writeFile(join(folder, `vite/src/${name}.ts`), program);
      if (!/from "handful\/core"/.test(program)) continue;
      await writeFile(join(folder, `node/${name}.mts`), program);
      runnable.push(name);
    }
  }
  await writeFile(join(folder, "vite/src/live-camera.ts"), programWith("guide", "ts", "getUserMedia"));
  return runnable;
}

/** The examples of docstrings become modules beside what they take for granted. */
async function copyExamples(folder) {
  for (const { name, language, program } of examplesOf())
    await writeFile(join(folder, `${name}.${language}`), `${program}export {};\n`);
}

/** Node, under a further condition, finds these files of the package. */
async function resolveAs(folder, condition, files) {
  for (const [name, file] of Object.entries(files)) {
    const program = `console.log(import.meta.resolve("${name}"))`;
    const words = ["--conditions", condition, "--input-type=module", "-e", program];
    const { stdout } = await exec("node", words, { cwd: folder });
    if (!stdout.trim().endsWith(`/handful/dist/${file}`)) throw new Error(`${name} is ${stdout}`);
  }
}

/** The first program of both READMEs, as a page that has nothing else. */
async function makeFirst(folder) {
  const [program] = programsOf("readme", "ts");
  assert.ok((await readFile(join(ROOT, "README.md"), "utf8")).includes(program), "the READMEs begin alike");
  const page = `<!doctype html><title>First</title><script type="module" src="main.ts"></script>`;
  await mkdir(folder);
  await writeFile(join(folder, "index.html"), page);
  await writeFile(join(folder, "main.ts"), program);
}

/** Taught with drawn photos, then asked. */
async function testFirst(folder) {
  const server = await serve(folder, POLICY);
  try {
    await askByDialog(server.address);
  } finally {
    server.close();
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
  const server = await serve(folder, POLICY);
  try {
    const requests = await teachAndAsk(server.address);
    const own = requests.filter((url) => /encoder_bg|worker/.test(url));
    if (own.length > 0) throw new Error(`the encoder of the package was downloaded: ${own.join()}`);
  } finally {
    server.close();
  }
}

const folder = await mkdtemp(join(tmpdir(), "handful-package-"));
const call = (program, ...words) => exec(join(folder, "node_modules/.bin", program), words, { cwd: folder });
try {
  const tarball = await pack(folder);
  await test("the tarball holds what it should and nothing else", () => checkTarball(tarball));
  await test("the tarball is the same bytes when it is packed again, of files with another date", async () => {
    await utimes(join(ROOT, "npm/dist/index.js"), new Date(), new Date());
    const again = await pack(await mkdtemp(join(folder, "again-")));
    assert.ok((await readFile(again.path)).equals(await readFile(tarball.path)));
  });
  if (await test("the tarball installs", () => install(folder, tarball.path))) {
    const programs = await copyPrograms(folder);
    await test("the types hold under moduleResolution bundler, in README, guide and pages on moving too", () =>
      call("tsc", "-p", "vite"));
    await copyExamples(join(folder, "examples"));
    if (await test("the examples of docstrings compile", () => call("tsc", "-p", "examples")))
      await test("what the examples of docstrings state is so, in Node", () =>
        exec("node", [join(folder, "examples/run.mjs")]));
    if (await test("the types hold under moduleResolution node16", () => call("tsc", "-p", "node"))) {
      const run = (name) => exec("node", [join(folder, `node/out/${name}.mjs`)]);
      await test("core and encoder run in Node", () => run("main"));
      await test("what is both a browser and Node, as a window of Electron, gets what is for browsers", () =>
        resolveAs(folder, "browser", {
          handful: "index.js",
          "handful/core": "core.js",
          "handful/onnxruntime": "onnxruntime.js",
          "handful/store": "store/index.js",
        }));
      await test("importing the package touches nothing", () => run("import"));
      for (const name of programs) await test(`the program ${name} runs in Node`, () => run(name));
    }
    if (await test("Vite builds a page with it", () => call("vite", "build", "vite"))) {
      await testPage(join(folder, "vite/dist"));
    }
    if (
      await test("Vite builds the first program of the README", async () => {
        await makeFirst(join(folder, "first"));
        await call("vite", "build", "first");
      })
    ) {
      await test("in Chromium, the first program of the README learns", () =>
        testFirst(join(folder, "first/dist")));
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
close();
