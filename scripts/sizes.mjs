// What a visitor downloads: raw, gzip -9 and brotli -q 11 of each part, held under the limits stated here.
import { createHash } from "node:crypto";
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { main, ROOT, TOOLS, Trouble } from "./shell.mjs";

const KB = 1000;
const MB = 1000 * KB;

/** Parts of the product and the most that each may weigh after brotli. The model files compress little. */
const PARTS = [
  { name: "core module", limit: 280 * KB, files: () => [{ path: "npm/dist/wasm/core/core_bg.wasm" }] },
  {
    name: "encoder module",
    limit: 1.8 * MB,
    files: () => [{ path: "npm/dist/wasm/encoder/encoder_bg.wasm" }],
  },
  {
    name: "default encoder",
    limit: 4.5 * MB,
    files: () => under("npm/dist/models").filter(({ path }) => /\.(onnx|safetensors)$/.test(path)),
  },
  {
    name: "page",
    limit: 120 * KB,
    files: () => pageFiles().filter(({ path }) => !TOKENIZER.test(path)),
  },
  {
    // Of larger encoders, which a visitor may choose: it comes when one of them reads names, and is kept from then on.
    name: "tokenizer",
    limit: 11 * KB,
    files: () => pageFiles().filter(({ path }) => TOKENIZER.test(path)),
  },
];
const TOTAL = 6.5 * MB;
const TOKENIZER = /\/larger\/tokenizers-[^/]+\.js$/;

const pageFiles = () => under("www/dist").filter(({ path }) => /\.(html|js|css)$/.test(path));

export function under(folder) {
  return readdirSync(join(ROOT, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => ({ path: join(entry.parentPath ?? entry.path, entry.name).slice(ROOT.length + 1) }));
}

/** Brotli at its best takes a minute for the encoder, so a file's sizes are kept under the hash of its contents. */
export function weigh({ path }) {
  const bytes = readFileSync(join(ROOT, path));
  const kept = join(TOOLS, "sizes", createHash("sha256").update(bytes).digest("hex"));
  if (existsSync(kept)) return JSON.parse(readFileSync(kept, "utf8"));
  const sizes = {
    raw: bytes.length,
    gzip: gzipSync(bytes, { level: 9 }).length,
    brotli: brotliCompressSync(bytes, {
      params: { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length },
    }).length,
  };
  mkdirSync(join(TOOLS, "sizes"), { recursive: true });
  writeFileSync(kept, JSON.stringify(sizes));
  return sizes;
}

export const add = (a, b) => ({ raw: a.raw + b.raw, gzip: a.gzip + b.gzip, brotli: a.brotli + b.brotli });
export const NOTHING = { raw: 0, gzip: 0, brotli: 0 };

export function show(size) {
  return size >= MB ? `${(size / MB).toFixed(2)} MB` : `${(size / KB).toFixed(1)} kB`;
}

/** Prints the table; throws where a limit is passed. */
export function printSizes() {
  const rows = PARTS.map(({ name, limit, files }) => ({
    name,
    limit,
    ...files().map(weigh).reduce(add, NOTHING),
  }));
  rows.push({ name: "all", limit: TOTAL, ...rows.reduce(add, NOTHING) });
  console.log(
    `${"part".padEnd(16)}${["raw", "gzip -9", "brotli 11", "limit"].map((head) => head.padStart(10)).join("")}`,
  );
  for (const { name, raw, gzip, brotli, limit } of rows) {
    console.log(
      `${name.padEnd(16)}${[raw, gzip, brotli, limit].map((size) => show(size).padStart(10)).join("")}${brotli > limit ? "  TOO LARGE" : ""}`,
    );
  }
  const over = rows.filter(({ brotli, limit }) => brotli > limit).map(({ name }) => name);
  if (over.length > 0) throw new Trouble(`Over the limit after brotli: ${over.join(", ")}.`);
}

if (process.argv[1] === fileURLToPath(import.meta.url)) await main(async () => printSizes());
