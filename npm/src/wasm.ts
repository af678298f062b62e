import { check, WASM } from "./check.js";
import { compile } from "./compile.js";
import type { CoreConstructor } from "./core-module.js";
import { HandfulError, toHandfulError } from "./errors.js";
import type { WasmSource } from "./types.js";
import glue, { CoreClassifier } from "./wasm/core/core.js";

/**
 * What {@link init} accepts: a source, or a promise of one, such as `fetch(url)`.
 *
 * @example
 * ```ts
 * import type { WasmInput } from "handful/core";
 *
 * const core: WasmInput = fetch("/assets/core_bg.wasm");
 * const classifier = await Classifier.create({ core });
 * ```
 */
export type WasmInput = WasmSource | Promise<WasmSource>;

let findCore: () => WasmInput = () => new URL("./wasm/core/core_bg.wasm", import.meta.url);
let ready: Promise<CoreConstructor> | undefined;

/** Replaces the place where the core module is looked for when nobody says. */
export function setDefaultCore(find: () => WasmInput): void {
  findCore = find;
}

/**
 * Loads the core module (about 0.3 MB). Calling it is optional, `Classifier.create` does so by itself; call it to
 * load early, or to say where the file is. All calls share one load; after a failure the next call tries again.
 *
 * @param input - The core's WebAssembly. Default: the file of the package, which bundlers find by themselves.
 * @throws {@link HandfulError} with code `wasm-html`, `wasm-load`, `simd-missing` or `network`.
 *
 * @example With a bundler that does not find the file
 * ```ts
 * import wasm from "handful/wasm/core?url";
 *
 * await init(wasm);
 * ```
 */
export async function init(input?: WasmInput): Promise<void> {
  if (input !== undefined) check("input", input, WASM);
  await loadCore(input);
}

/** The constructor of the core's classifier, once the module is there. */
export function loadCore(input?: WasmInput): Promise<CoreConstructor> {
  ready ??= start(input).catch((error: unknown) => {
    ready = undefined;
    throw toHandfulError(error);
  });
  return ready;
}

async function start(input: WasmInput = findCore()): Promise<CoreConstructor> {
  await glue({ module_or_path: await compile(await promised(input)) });
  return CoreClassifier;
}

/** A promise is the caller's, such as of a `fetch` that found no network. */
async function promised(input: WasmInput): Promise<WasmSource> {
  try {
    return await input;
  } catch (cause) {
    throw new HandfulError("network", `The WebAssembly that was promised did not come: ${String(cause)}`, {
      cause,
    });
  }
}
