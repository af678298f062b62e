// The glue that wasm-pack writes beside the core module, as far as the package uses it.
// Written by hand, so that the TypeScript is checked without building the Rust first.
import type { CoreConstructor } from "../../core-module.js";

export const CoreClassifier: CoreConstructor;
export default function init(input: { module_or_path: WebAssembly.Module }): Promise<unknown>;
