import { check, typeOf, WASM } from "./check.js";
import { HandfulError } from "./errors.js";
import type { WasmSource } from "./types.js";

/** Compiles WebAssembly wherever it comes from; says in a sentence what is wrong when it does not work. */
export async function compile(source: WasmSource): Promise<WebAssembly.Module> {
  check("the WebAssembly", source, WASM);
  if (!WebAssembly.validate(SIMD_PROBE)) {
    throw new HandfulError(
      "simd-missing",
      "This browser lacks WebAssembly SIMD. Every current browser has it (Safari since 16.4): please update.",
    );
  }
  const type = typeOf(source);
  if (type === "WebAssembly.Module") return source as WebAssembly.Module;
  if (ArrayBuffer.isView(source) || type === "ArrayBuffer")
    return compileBytes(source as BufferSource, "the given bytes");
  return compileResponse(
    type === "Response" ? (source as Response) : await request(source as URL | string | Request),
  );
}

async function request(source: URL | string | Request): Promise<Response> {
  try {
    return await fetch(source);
  } catch (cause) {
    throw new HandfulError(
      "network",
      `${typeof source === "object" && "url" in source ? source.url : source} cannot be fetched.`,
      { cause },
    );
  }
}

async function compileResponse(response: Response): Promise<WebAssembly.Module> {
  const place = response.url || "the response";
  if (!response.ok) {
    throw new HandfulError(
      "wasm-load",
      `${place} was answered with status ${response.status}, not with WebAssembly.`,
    );
  }
  // Streaming compiles while the bytes arrive and is the only way into the browser's cache of compiled code.
  // It insists on the MIME type and nothing behind it, which some servers get wrong: those files are compiled from their bytes.
  if (response.headers.get("content-type")?.toLowerCase() === "application/wasm") {
    try {
      return await WebAssembly.compileStreaming(response);
    } catch (cause) {
      if (cause instanceof WebAssembly.CompileError) throw notCompiled(place, cause);
      throw brokenOff(place, cause);
    }
  }
  let bytes: ArrayBuffer;
  try {
    bytes = await response.arrayBuffer();
  } catch (cause) {
    throw brokenOff(place, cause);
  }
  return compileBytes(bytes, place);
}

function brokenOff(place: string, cause: unknown): HandfulError {
  return new HandfulError("network", `The download of ${place} broke off.`, { cause });
}

function notCompiled(place: string, cause: unknown): HandfulError {
  return new HandfulError("wasm-load", `${place} cannot be compiled: ${String(cause)}`, { cause });
}

async function compileBytes(source: BufferSource, place: string): Promise<WebAssembly.Module> {
  let bytes: Uint8Array<ArrayBuffer>;
  try {
    bytes = ArrayBuffer.isView(source)
      ? new Uint8Array(source.buffer, source.byteOffset, source.byteLength)
      : new Uint8Array(source);
  } catch (cause) {
    throw new HandfulError("wasm-load", `${place} have been transferred elsewhere.`, { cause });
  }
  if (bytes[0] === LESS_THAN) {
    throw new HandfulError(
      "wasm-html",
      `${place} is an HTML page, not WebAssembly: the URL is wrong, and the server answers unknown addresses with a page. ` +
        'Hand the right URL over, for example `import url from "handful/wasm/core?url"` in Vite; the development server of ' +
        'Vite 5 to 7 needs `optimizeDeps: { exclude: ["handful"] }`.',
    );
  }
  try {
    return await WebAssembly.compile(bytes);
  } catch (cause) {
    throw notCompiled(place, cause);
  }
}

/** The character `<`, with which HTML and XML begin. */
export const LESS_THAN = 0x3c;

// (module (func (drop (i8x16.splat (i32.const 0)))): valid only where SIMD is known.
const SIMD_PROBE = new Uint8Array([
  0, 97, 115, 109, 1, 0, 0, 0, 1, 4, 1, 96, 0, 0, 3, 2, 1, 0, 10, 9, 1, 7, 0, 65, 0, 253, 15, 26, 11,
]);
