// esbuild copies no files that code names by `new URL(…, import.meta.url)`: they go beside the bundle, the worker as an
// entry of its own.
import { cpSync } from "node:fs";
import { build } from "esbuild";

await build({
  entryPoints: { main: "main.js", worker: "handful/worker" },
  bundle: true,
  format: "esm",
  minify: true,
  outdir: "dist",
});
for (const folder of ["wasm", "models", "tokenizer"])
  cpSync(`node_modules/handful/dist/${folder}`, `dist/${folder}`, { recursive: true });
