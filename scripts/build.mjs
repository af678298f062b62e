// Builds everything that is shipped: the encoder, two WebAssembly modules, the npm package around them, the page that
// uses it.
import { cpSync, mkdirSync, rmSync } from "node:fs";
import { homedir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";
import { buildEncoder } from "./encoder.mjs";
import { capture, main, ROOT, run } from "./shell.mjs";
import { unlessFresh } from "./stamps.mjs";
import { nodeModules, wasmTarget, wasmTools } from "./toolchain.mjs";

/** The crates that make a module each, so that a page downloads only what it uses; `inputs` are what each adds to the first. */
export const MODULES = [
  {
    name: "core",
    folder: ".",
    crate: "handful",
    options: ["--features", "wasm"],
    inputs: [],
    usually: "half a minute",
  },
  {
    name: "encoder",
    folder: "encoder",
    crate: "handful-encoder",
    options: [],
    inputs: ["encoder/Cargo.toml", "encoder/src"],
    usually: "5 minutes",
  },
];

/** The crates without pixels. They are always selected together: alone, one would have what they share compiled with other features. */
export const CORE =
  "-p handful -p handful-numerics -p handful-research -p handful-evaluate -p handful-encoder-build";

/** Modules are the same whoever builds them, and tell nobody where that was. */
const ANYWHERE = `--remap-path-prefix=${process.env.CARGO_HOME ?? join(homedir(), ".cargo")}=/cargo`;

export async function buildModule({ name, folder, crate, options, inputs, usually }) {
  const env = { ...(await wasmTarget()), CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS: ANYWHERE };
  await wasmTools();
  const out = `npm/dist/wasm/${name}`;
  // wasm-pack counts from the crate.
  const fromCrate = relative(join(ROOT, folder), join(ROOT, out));
  await unlessFresh({
    name: `wasm-${name}`,
    title: `WebAssembly module ${name}`,
    usually,
    inputs: ["Cargo.toml", "Cargo.lock", ".cargo", "src", ...inputs],
    words: [capture([env.RUSTC ?? "rustc", "-vV"]), capture("wasm-bindgen --version"), ANYWHERE],
    outputs: [`${out}/${name}.js`, `${out}/${name}.d.ts`, `${out}/${name}_bg.wasm`],
    work: async () => {
      const build = `wasm-pack build --target web --release --no-pack --mode no-install --out-dir ${fromCrate} --out-name ${name} ${folder} -- --locked -p ${crate}`;
      await run([...build.split(" "), ...options], { env });
      // It would keep the module out of the npm package.
      rmSync(join(ROOT, out, ".gitignore"), { force: true });
    },
  });
}

/** Files of `models` that are published. The larger encoder is not: everybody who installs the package would get it. */
const PUBLISHED = [
  "NOTICE",
  "handful-lite0.json",
  "handful-lite0.onnx",
  "handful-lite2.json",
  "handful-words.safetensors",
];

export async function buildPackage() {
  await unlessFresh({
    name: "package",
    title: "npm package",
    usually: "5 seconds",
    inputs: [
      "npm",
      "models",
      "LICENSE-APACHE",
      "tsconfig.base.json",
      "package-lock.json",
      ...MODULES.map(({ name }) => `npm/dist/wasm/${name}/${name}.d.ts`),
    ],
    outputs: ["npm/dist/index.js", "npm/dist/models", "npm/dist/tokenizer"],
    work: async () => {
      await run("npm run --silent build --workspace npm");
      const models = join(ROOT, "npm/dist/models");
      rmSync(models, { recursive: true, force: true });
      mkdirSync(models);
      for (const file of PUBLISHED) cpSync(join(ROOT, "models", file), join(models, file));
      // The licence of the network, which wants to be with it wherever the folder is copied to.
      cpSync(join(ROOT, "LICENSE-APACHE"), join(models, "LICENSE-APACHE"));
      cpSync(join(ROOT, "models/presets"), join(models, "presets"), { recursive: true });
      // A file of its own, which only who encodes texts with a preset downloads. Its licence wants to be with it.
      const [from, to] = [
        join(ROOT, "node_modules/@huggingface/tokenizers"),
        join(ROOT, "npm/dist/tokenizer"),
      ];
      rmSync(to, { recursive: true, force: true });
      cpSync(join(from, "dist/tokenizers.min.mjs"), join(to, "tokenizers.js"));
      cpSync(join(from, "LICENSE"), join(to, "LICENSE"));
    },
  });
}

async function buildPage() {
  await unlessFresh({
    name: "page",
    title: "Page",
    usually: "10 seconds",
    inputs: [
      "www",
      "npm/dist",
      "npm/package.json",
      "npm/THIRD-PARTY-NOTICES",
      "package-lock.json",
      "tsconfig.base.json",
      "models/handful-lite2.onnx",
    ],
    outputs: ["www/dist/index.html"],
    work: () => run("npm run --silent build --workspace www"),
  });
}

export async function build() {
  await nodeModules();
  await buildEncoder("lite0");
  for (const module of MODULES) await buildModule(module);
  await buildPackage();
  await buildPage();
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(build);
