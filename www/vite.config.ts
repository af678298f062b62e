import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import { minify } from "terser";
import { defineConfig, type Plugin } from "vite";
import { offline, SERVICE_WORKER } from "./plugins/offline.ts";

const PRESETS = new URL("../models/presets/", import.meta.url);

/** Where the files of larger encoders come from, after a press that says so: what their manifests name. */
const hubs = new Set(
  readdirSync(PRESETS).flatMap((file) => {
    const { base, redirects } = JSON.parse(readFileSync(new URL(file, PRESETS), "utf8"));
    return [new URL(base).origin, ...redirects];
  }),
);

// The built page may talk to its own origin and to those hubs. The development server is left without
// this policy, because it injects styles inline.
const POLICY = [
  "default-src 'self'",
  "script-src 'self' 'wasm-unsafe-eval'",
  "style-src 'self'",
  "img-src 'self' blob: data:",
  "media-src 'self' blob:",
  `connect-src 'self' ${[...hubs].join(" ")}`,
  "worker-src 'self'",
  "object-src 'none'",
  "base-uri 'none'",
  "form-action 'none'",
  // Text never becomes markup or code; the one policy is that of src/trusted.ts.
  "require-trusted-types-for 'script'",
  "trusted-types default",
].join("; ");

const contentSecurityPolicy: Plugin = {
  name: "content-security-policy",
  apply: "build",
  transformIndexHtml: () => [
    {
      tag: "meta",
      attrs: { "http-equiv": "Content-Security-Policy", content: POLICY },
      injectTo: "head-prepend",
    },
  ],
};

const LITE2 = new URL("../models/handful-lite2.onnx", import.meta.url);
const hasLite2 = existsSync(LITE2);

/** Our larger encoder, where it has been built: it lies beside the page, and only who asks for it downloads it. */
const larger: Plugin = {
  name: "larger",
  apply: "build",
  writeBundle({ dir }) {
    if (!hasLite2 || !dir) return;
    mkdirSync(`${dir}/larger`, { recursive: true });
    copyFileSync(LITE2, `${dir}/larger/handful-lite2.onnx`);
  },
};

const OTHER_LICENCES = `
Beside this file
  THIRD-PARTY-NOTICES.txt: of what the WebAssembly modules are compiled from
  bundled.txt: of what is bundled with the page's own JavaScript
`;

/** Licences want to be with what they are of: the network of the encoder, and what the package contains of others. */
const licences: Plugin = {
  name: "licences",
  apply: "build",
  generateBundle() {
    const read = (path: string) => readFileSync(new URL(`../npm/${path}`, import.meta.url), "utf8");
    // The page leads to the first, and that to the others.
    const sources = {
      NOTICE: `${read("dist/models/NOTICE")}${OTHER_LICENCES}`,
      "LICENSE-APACHE": read("dist/models/LICENSE-APACHE"),
      "THIRD-PARTY-NOTICES": read("THIRD-PARTY-NOTICES"),
    };
    for (const [name, source] of Object.entries(sources))
      this.emitFile({ type: "asset", fileName: `licences/${name}.txt`, source });
  },
};

const WORKER = /new Worker\(\s*new URL\("([^"]+)",\s*import\.meta\.url\)/g;

/** Workers are built with the page and share its files; Vite would build each apart, with a copy of the package. */
const sharing: Plugin = {
  name: "sharing",
  apply: "build",
  enforce: "pre",
  transform: {
    filter: { code: WORKER },
    async handler(code, importer) {
      const found = new Map<string, string>();
      for (const [, name] of code.matchAll(WORKER)) {
        const worker = await this.resolve(name as string, importer);
        if (worker) found.set(name as string, this.emitFile({ type: "chunk", id: worker.id }));
      }
      return code.replace(WORKER, (whole, name) => {
        const chunk = found.get(name);
        return chunk ? `new Worker(import.meta.ROLLUP_FILE_URL_${chunk}` : whole;
      });
    },
  },
  /** What the page imports at once comes at once. Vite's own way writes code for it that only a page can run. */
  transformIndexHtml: (_, { chunk }) =>
    (chunk?.imports ?? []).map((href) => ({
      tag: "link",
      attrs: { rel: "modulepreload", crossorigin: true, href: `./${href}` },
      injectTo: "head",
    })),
};

/** Vite has styles loaded before a part of the page that has its own. No part has: all styles come with the page. */
const preloading: Plugin = {
  name: "preloading",
  apply: "build",
  enforce: "pre",
  load: {
    filter: { id: /vite\/preload-helper/ },
    handler: () => "export const __vitePreload = (load) => load();",
  },
};

/** What Vite has made small is made a hundredth smaller: neither tool does so alone. */
const smaller: Plugin = {
  name: "smaller",
  apply: "build",
  generateBundle: {
    order: "post",
    async handler(_, bundle) {
      for (const file of Object.values(bundle)) {
        if (file.type !== "chunk") continue;
        const { code } = await minify(file.code, { module: true, ecma: 2020, compress: { passes: 3 } });
        file.code = code ?? file.code;
      }
    },
  },
};

/** The program that reads the vocabulary of larger encoders comes with the first name that one of them reads. */
const isLarger = (names: readonly string[]) => names.includes("tokenizers.js");

export default defineConfig({
  // Relative addresses, so that the page works in any folder of any host.
  base: "./",
  define: { HAS_LITE2: JSON.stringify(hasLite2) },
  plugins: [sharing, preloading, smaller, contentSecurityPolicy, licences, larger, offline],
  build: {
    // An inlined asset would be a data: address, which the policy forbids to fetch.
    assetsInlineLimit: 0,
    // Of what is bundled from npm.
    license: { fileName: "licences/bundled.txt" },
    modulePreload: false,
    rolldownOptions: {
      input: { index: "index.html", worker: "src/offline/service-worker.ts" },
      output: {
        entryFileNames: ({ name }) => (name === "worker" ? SERVICE_WORKER : "assets/[name]-[hash].js"),
        assetFileNames: ({ names }) => `${isLarger(names) ? "larger" : "assets"}/[name]-[hash][extname]`,
      },
    },
  },
  worker: { format: "es" },
});
