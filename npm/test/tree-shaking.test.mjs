// What a bundler leaves in an app that uses a part of the package: nothing of the other parts.
import assert from "node:assert/strict";
import { basename } from "node:path";
import { test } from "node:test";
import { build } from "vite";

/** Names of the package's modules of which something is left in an app with this program. */
async function left(program) {
  const app = {
    name: "app",
    resolveId: (id) => (id === "app.js" ? "\0app.js" : undefined),
    load: (id) => (id === "\0app.js" ? program : undefined),
  };
  const { output } = await build({
    configFile: false,
    logLevel: "error",
    plugins: [app],
    build: { write: false, target: "es2022", rolldownOptions: { input: "app.js" } },
  });
  const chunks = output.filter(({ type }) => type === "chunk");
  return chunks
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
  "core",
  "disposable",
  "errors",
  "feature-classifier",
  "heads",
  "listeners",
  "steps",
  "types",
  "wasm",
];

for (const entry of ["handful/core", "handful"]) {
  test(`an app with features alone holds nothing but the core, by ${entry}`, async () => {
    assert.deepEqual((await left(`import { FeatureClassifier } from "${entry}"; ${FEATURES}`)).sort(), CORE);
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
