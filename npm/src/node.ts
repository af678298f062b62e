// Entry `handful` and `handful/core` for Node: the core module comes from the disk, since `fetch` reads no files there.
import { readFile } from "node:fs/promises";
import { setDefaultCore } from "./wasm.js";

setDefaultCore(() => readFile(new URL("./wasm/core/core_bg.wasm", import.meta.url)));

export * from "./index.js";
