// Entry `handful` and `handful/core` for Node: the modules come from the disk, and a thread takes the place of the worker.
import { readFile } from "node:fs/promises";
import { pathToFileURL } from "node:url";
import { setHost } from "./encoder-worker.js";
import { openThread } from "./node-worker.js";
import { setDefaultCore } from "./wasm.js";

setDefaultCore(() => readFile(new URL("./wasm/core/core_bg.wasm", import.meta.url)));
setHost({ worker: openThread, base: () => pathToFileURL(`${process.cwd()}/`).href });

export * from "./index.js";
