import { defineConfig } from "vite";

// Built rather than served by the development server, so that what is timed is what a page would load.
export default defineConfig({
  root: "bench/page",
  base: "./",
  logLevel: "warn",
  build: {
    outDir: "../dist/page",
    emptyOutDir: true,
    target: "esnext",
    assetsInlineLimit: 0,
    chunkSizeWarningLimit: 2000,
  },
});
