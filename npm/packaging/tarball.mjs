// What is published: wasm-pack's generated `.gitignore` once emptied other people's packages of their WebAssembly.
import assert from "node:assert/strict";
import { execFileSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const PACKAGE = fileURLToPath(new URL("..", import.meta.url));

/** Packs the package as it was built; returns the tarball's path and its files with their sizes. */
export async function pack(folder) {
  const output = execFileSync("npm", ["pack", "--json", "--pack-destination", folder], {
    cwd: PACKAGE,
    encoding: "utf8",
    stdio: ["ignore", "pipe", "ignore"],
  });
  const [{ filename, files, size }] = JSON.parse(output.slice(output.indexOf("[")));
  return { path: join(folder, filename), size, files };
}

export function checkTarball({ files, size }) {
  for (const { path, size: bytes } of files.toSorted((a, b) => b.size - a.size).slice(0, 5)) {
    console.log(`  ${kilobytes(bytes).padStart(12)}  ${path}`);
  }
  console.log(`  ${kilobytes(size).padStart(12)}  the tarball, ${files.length} files`);

  const modules = readdirSync(join(PACKAGE, "src"), { recursive: true })
    .filter((name) => /(?<!\.d)\.ts$/.test(name))
    .flatMap((name) => [`dist/${name.replace(/ts$/, "js")}`, `dist/${name.replace(/ts$/, "d.ts")}`]);
  const wasm = ["core", "encoder"].flatMap((name) => [
    `dist/wasm/${name}/${name}.js`,
    `dist/wasm/${name}/${name}_bg.wasm`,
  ]);
  const presets = readdirSync(join(PACKAGE, "../models/presets"));
  const models = [
    "dist/models/LICENSE-APACHE",
    "dist/models/NOTICE",
    "dist/models/handful-lite0.json",
    "dist/models/handful-lite0.onnx",
    "dist/models/handful-lite2.json",
    "dist/models/handful-words.safetensors",
    ...presets.map((name) => `dist/models/presets/${name}`),
  ];
  const tokenizer = ["dist/tokenizer/LICENSE", "dist/tokenizer/tokenizers.js"];
  const documents = ["LICENSE-APACHE", "LICENSE-MIT", "README.md", "THIRD-PARTY-NOTICES", "package.json"];
  assert.deepEqual(
    files.map(({ path }) => path).sort(),
    [...modules, ...wasm, ...models, ...tokenizer, ...documents].sort(),
  );
  for (const { path, size: bytes } of files) assert.ok(bytes > 0, `${path} is empty`);
}

const kilobytes = (bytes) => `${(bytes / 1000).toFixed(1)} kB`;
