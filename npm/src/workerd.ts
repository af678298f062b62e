// Entry `handful` and `handful/core` for workerd (Cloudflare Workers): WebAssembly is not compiled there, but imported as a module.
import core from "./wasm/core/core_bg.wasm";
import { setDefaultCore } from "./wasm.js";

setDefaultCore(() => core);

export * from "./index.js";
