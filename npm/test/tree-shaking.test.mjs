// What a bundler leaves in an app that uses a part of the package: nothing of the other parts.
import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { brotliCompressSync } from "node:zlib";
import { build } from "vite";

/** The chunks of an app with this program, without what binds the core's module. */
async function chunksOf(program) {
  const app = {
    name: "app",
    resolveId: (id) => (id === "app.js" ? "\0app.js" : undefined),
    load: (id) => (id === "\0app.js" ? program : undefined),
  };
  const { output } = await build({
    configFile: false,
    logLevel: "error",
    plugins: [app],
    build: {
      write: false,
      target: "es2022",
      minify: true,
      rolldownOptions: { input: "app.js", external: /\/wasm\/core\/core\.js$/ },
    },
  });
  return output.filter(({ type }) => type === "chunk");
}

/** Names of the package's modules of which something is left in an app with this program. */
async function left(program) {
  return (await chunksOf(program))
    .flatMap(({ modules }) => Object.entries(modules))
    .filter(([path, { renderedLength }]) => path.includes("/npm/dist/") && renderedLength > 0)
    .map(([path]) => basename(path, ".js"));
}

const FEATURES = `
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 3 }] });
  classifier.addFeatures(Float32Array.of(1, 0, 0), "apple");
  console.log(classifier.predictFeatures(Float32Array.of(1, 0, 0)).label);
`;
const CORE = [
  "abort",
  "check",
  "compile",
  "convert",
  "disposable",
  "errors",
  "feature-classifier",
  "heads",
  "labels",
  "learning",
  "listeners",
  "registers",
  "slices",
  "steps",
  "types",
  "wasm",
];

for (const entry of ["handful/core", "handful"]) {
  test(`an app with features alone holds nothing but the core, by ${entry}`, async () => {
    assert.deepEqual((await left(`import { FeatureClassifier } from "${entry}"; ${FEATURES}`)).sort(), CORE);
  });
}

for (const [what, program] of [
  ["all of handful/core", 'import * as core from "handful/core"; console.log(core);'],
  ["an app with features alone", `import { FeatureClassifier } from "handful/core"; ${FEATURES}`],
]) {
  test(`what comes to the module of the core is small, for ${what}`, async () => {
    const chunks = await chunksOf(program);
    const size = brotliCompressSync(chunks.map(({ code }) => code).join("\n")).length;
    // 3.7 kB before there were stores, other encoders and live video, which nobody who has features alone should pay for.
    assert.ok(size < 5700, `${size} bytes`);
  });
}

test("an app with a classifier holds neither store nor React nor camera", async () => {
  const modules = await left('import { Classifier } from "handful"; console.log(await Classifier.create());');
  assert.ok(modules.includes("encoder-worker"), modules.join());
  for (const other of ["store", "autosave", "react", "element", "device", "watch", "onnxruntime"])
    assert.ok(!modules.includes(other), other);
});

test("an app with a camera element has it registered", async () => {
  const modules = await left('import "handful/camera";');
  for (const module of ["index", "element", "watch"]) assert.ok(modules.includes(module), modules.join());
});
