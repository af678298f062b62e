import { clearRegisters } from "./registers.js";

/**
 * Codes that the Rust side gives. A test holds this list equal to `src/error.rs`.
 * @internal
 */
export const RUST_ERROR_CODES = [
  "shape",
  "not-finite",
  "zero-feature",
  "empty-label",
  "label-too-long",
  "duplicate-label",
  "unknown-class",
  "unknown-example",
  "not-enough-examples",
  "too-many-items",
  "parameter",
  "not-linear",
  "format",
  "image-empty",
  "image-too-large",
  "image-bytes",
  "manifest",
  "model",
  "model-mismatch",
  "other-encoder",
] as const;

/** Codes that arise outside Rust. */
const PACKAGE_ERROR_CODES = [
  "not-an-image",
  "file-gone",
  "wasm-html",
  "wasm-load",
  "simd-missing",
  "network",
  "worker",
  "no-encoder",
  "no-picture",
  "no-text",
  "camera",
  "storage",
  "unknown-set",
  "set-in-use",
  "disposed",
  "internal",
] as const;

/**
 * Every value that {@link HandfulError.code} can take. The codes are stable; the messages are not.
 *
 * | code | when |
 * | --- | --- |
 * | `shape` | features of the wrong length |
 * | `not-finite` | features with NaN or infinity |
 * | `zero-feature` | features that are all zero, so that they have no direction |
 * | `empty-label`, `label-too-long`, `duplicate-label` | a label of no use: nothing but spaces, over 200 characters, taken |
 * | `unknown-class`, `unknown-example` | a label or an id that is not in the set |
 * | `not-enough-examples` | fewer than two classes can be scored |
 * | `too-many-items` | a set has given all ids that there are |
 * | `parameter` | a value of the wrong type, or an option outside its range |
 * | `not-linear` | the head that answers cannot be exported so |
 * | `format` | bytes that are not a saved set, or a damaged one |
 * | `image-empty`, `image-too-large`, `image-bytes` | a picture without pixels, with too many, or whose pixels do not fill it |
 * | `not-an-image` | a file that this browser cannot decode as a picture, or that was cut |
 * | `file-gone` | a file that was changed, moved or deleted since it was chosen |
 * | `manifest`, `model`, `model-mismatch` | an encoder that cannot be used: its manifest, its ONNX file, or the two do not agree; `model` also where one of yours fails |
 * | `other-encoder` | a set that was made with another encoder, whose features mean something else |
 * | `no-encoder` | an image was given, but this classifier or this runtime has no encoder |
 * | `no-picture` | a set is taught anew, and there is no picture of one of its photos |
 * | `no-text` | a text was given, but this encoder has no text side |
 * | `wasm-html`, `wasm-load` | the WebAssembly file: an HTML page came instead, or it cannot be compiled |
 * | `simd-missing` | the browser lacks WebAssembly SIMD |
 * | `network` | a download failed |
 * | `worker` | the encoder's worker could not start, or it crashed |
 * | `camera` | the camera is blocked, missing, in use elsewhere or was disconnected; `cause` is the browser's error (`handful/camera`) |
 * | `storage` | the browser's storage failed, is full or is blocked (`handful/store`) |
 * | `unknown-set`, `set-in-use` | a stored set that is not there or was removed; one that another tab has open |
 * | `disposed` | used after `dispose()` |
 * | `internal` | a fault of handful itself; please report it |
 *
 * @example
 * ```ts
 * const translations = new Map([["not-an-image", "Das ist kein Bild."]]);
 * const missing = ERROR_CODES.filter((code) => !translations.has(code));
 * console.log(missing.includes("not-an-image"), missing.includes("shape")); // false true
 * ```
 */
export const ERROR_CODES: readonly ErrorCode[] = [...RUST_ERROR_CODES, ...PACKAGE_ERROR_CODES];

/**
 * A stable, machine-readable reason; see {@link ERROR_CODES}.
 *
 * @example
 * ```ts
 * import type { ErrorCode } from "handful";
 *
 * const sentences: Partial<Record<ErrorCode, string>> = { "not-an-image": "This is no picture." };
 * const error = new HandfulError("not-an-image", "This is no image.");
 * console.log(sentences[error.code]); // This is no picture.
 * ```
 */
export type ErrorCode = (typeof RUST_ERROR_CODES)[number] | (typeof PACKAGE_ERROR_CODES)[number];

/**
 * Everything that handful throws or rejects with, except aborts: those reject with `signal.reason`.
 *
 * @example
 * ```ts
 * try {
 *   await classifier.predict(photo);
 * } catch (error) {
 *   if (error instanceof HandfulError && error.code === "not-an-image") heading.textContent = "Is this a photo?";
 *   else throw error;
 * }
 * ```
 */
export class HandfulError extends Error {
  override readonly name = "HandfulError";
  /** Stable; switch on this, never on the message. */
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

/**
 * The one place where a foreign error becomes ours: the binding throws an `Error` with a `code`;
 * anything else (a wasm trap above all) is a fault of handful.
 * @internal
 */
export function toHandfulError(error: unknown): HandfulError {
  if (error instanceof HandfulError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const code = error instanceof Error && "code" in error ? error.code : undefined;
  return isErrorCode(code)
    ? new HandfulError(code, message, { cause: error })
    : new HandfulError("internal", `handful failed unexpectedly: ${message}`, { cause: error });
}

/** @internal Runs a call of the core; whatever it throws becomes a {@link HandfulError}. */
export function guarded<T>(act: () => T): T {
  try {
    clearRegisters();
    return act();
  } catch (error) {
    throw toHandfulError(error);
  }
}

function isErrorCode(code: unknown): code is ErrorCode {
  const codes: readonly unknown[] = ERROR_CODES;
  return codes.includes(code);
}
