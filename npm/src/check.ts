import { HandfulError } from "./errors.js";
import type { CallOptions, Detail, EncodeOptions, ImageOptions, Stream } from "./types.js";

// TypeScript holds for those who use it. WebAssembly takes whatever comes, and reads beyond its memory or 0 for it, so what
// callers hand over is looked at here before it goes on.

/** What a value has to be, in words, and whether it is. */
export interface Kind {
  readonly wanted: string;
  readonly holds: (value: unknown) => boolean;
}

/** Name of a built-in type, such as `Float32Array`: the same for values of another window, which `instanceof` does not know. */
export function typeOf(value: unknown): string {
  return Object.prototype.toString.call(value).slice(8, -1);
}

const typed = (...types: string[]): Kind["holds"] => {
  return (value) => typeof value === "object" && types.includes(typeOf(value));
};
const isRecord = typed("Object");

/** A typed array whose memory is still here: what was transferred elsewhere has none, and any use of it throws. */
const present = (type: string): Kind["holds"] => {
  return (value) => {
    if (!typed(type)(value) || !ArrayBuffer.isView(value)) return false;
    const { buffer, byteLength } = value;
    try {
      return byteLength > 0 || new Uint8Array(buffer).length >= 0;
    } catch {
      return false;
    }
  };
};

export const TEXT: Kind = { wanted: "a text", holds: (value) => typeof value === "string" };
export const FLAG: Kind = { wanted: "true or false", holds: (value) => typeof value === "boolean" };
export const FUNCTION: Kind = { wanted: "a function", holds: (value) => typeof value === "function" };
export const RECORD: Kind = { wanted: "an object", holds: isRecord };
export const ROW: Kind = {
  wanted: "a Float32Array that was not transferred",
  holds: present("Float32Array"),
};
export const ROWS: Kind = {
  wanted: "an array of Float32Arrays that were not transferred",
  holds: (value) => Array.isArray(value) && value.every(ROW.holds),
};
export const BYTES: Kind = { wanted: "a Uint8Array that was not transferred", holds: present("Uint8Array") };
export const SIGNAL: Kind = { wanted: "an AbortSignal", holds: typed("AbortSignal") };
export const COUNT: Kind = {
  wanted: "a whole number from 0 on",
  holds: (value) => (Number.isInteger(value) ? (value as number) >= 0 : value === Number.POSITIVE_INFINITY),
};
export const COUNTS: Kind = {
  wanted: "an object that says of labels how many, whole numbers from 0 on",
  holds: (value) => isRecord(value) && Object.values(value as object).every(COUNT.holds),
};
export const SIDE: Kind = {
  wanted: "a whole number from 1 to 1024",
  holds: (value) => Number.isInteger(value) && (value as number) >= 1 && (value as number) <= 1024,
};
export const AT_LEAST_ONE: Kind = {
  wanted: "a whole number from 1 on",
  holds: (value) => Number.isInteger(value) && (value as number) >= 1,
};
export const CELLS: Kind = {
  wanted: "a whole number from 1 to 32",
  holds: (value) => AT_LEAST_ONE.holds(value) && (value as number) <= 32,
};
export const WORKERS: Kind = {
  wanted: "a whole number from 1 to 32, or “auto”",
  holds: (value) => value === "auto" || CELLS.holds(value),
};
export const RATE: Kind = {
  wanted: "a number above 0, at most 60",
  holds: (value) => typeof value === "number" && value > 0 && value <= 60,
};
/** Streams of canvases have a type of their own in some browsers. */
export function isStream(value: unknown): value is MediaStream {
  return typeof value === "object" && value !== null && "getVideoTracks" in value;
}
export const LIVE: Kind = {
  wanted: "a video element, or a MediaStream with a video track",
  holds: (value) =>
    typed("HTMLVideoElement")(value) || (isStream(value) && value.getVideoTracks().length > 0),
};
export const IMAGE_ENCODER: Kind = {
  wanted: "an encoder: an object with `id`, `streams` and a function `encode`",
  holds: (value) => {
    try {
      return isRecord(value) && typeof (value as { encode?: unknown }).encode === "function";
    } catch {
      return false;
    }
  },
};
export const ENCODER: Kind = {
  wanted: 'an encoder with a function `encode`, an object with the address of a manifest, "auto" or null',
  holds: (value) => value === null || value === "auto" || isRecord(value),
};
/** Of a set that is taught anew, which needs one, and another one than it has. */
export const OTHER_ENCODER: Kind = {
  wanted: "an encoder with a function `encode`, or an object with the address of a manifest",
  holds: isRecord,
};
export const NAME: Kind = {
  wanted: "a text that is not empty",
  holds: (value) => typeof value === "string" && value !== "",
};
/** Streams of which the length of a row can be told; the core looks at the rest. */
export const LAYOUT: Kind = {
  wanted: "an array of objects with `name`, a text, and `dim`, a whole number from 1 on",
  holds: (value) =>
    STREAMS.holds(value) &&
    (value as Stream[]).length > 0 &&
    (value as Stream[]).every(({ name, dim }) => NAME.holds(name) && Number.isInteger(dim) && dim >= 1),
};
export const SHARE: Kind = {
  wanted: "a number from 0 to 1",
  holds: (value) => typeof value === "number" && value >= 0 && value <= 1,
};
export const STRICTNESS: Kind = {
  wanted: "a number from 0 to 0.5",
  holds: (value) => typeof value === "number" && value >= 0 && value <= 0.5,
};
export const TIMINGS: Kind = {
  wanted: "an object with `decode`, `preprocess` and `encode` in milliseconds",
  holds: (value) => {
    if (!isRecord(value)) return false;
    const { decode, preprocess, encode } = value as Record<string, unknown>;
    return [decode, preprocess, encode].every(Number.isFinite);
  },
};
export const ADDRESS: Kind = {
  wanted: "a URL or a text",
  holds: (value) => typeof value === "string" || typed("URL")(value),
};
export const STREAMS: Kind = {
  wanted: "an array of objects with `name` and `dim`",
  holds: (value) => Array.isArray(value) && value.every(isRecord),
};
export const IMAGES: Kind = {
  wanted: "an array of images, or another iterable object",
  holds: (value) =>
    typeof value === "object" && value !== null && Symbol.iterator in value && !ArrayBuffer.isView(value),
};
export const WORKER: Kind = {
  wanted: "a Worker",
  holds: (value) => typeof value === "object" && value !== null && "postMessage" in value,
};
export const HEAD: Kind = {
  wanted: "the name of a head, or an object with `name`",
  holds: (value) => typeof value === "string" || isRecord(value),
};
const isPlain: Kind["holds"] = (value) =>
  typeof value === "string" || typeof value === "boolean" || Number.isFinite(value);
export const FIELD: Kind = {
  wanted: "a finite number, true, false, a text, or an object of these",
  holds: (value) => isPlain(value) || (isRecord(value) && Object.values(value as object).every(isPlain)),
};
export const MODULE: Kind = {
  wanted: "a URL, a text or a WebAssembly.Module",
  holds: (value) => ADDRESS.holds(value) || typed("WebAssembly.Module")(value),
};
export const WASM: Kind = {
  wanted: "a URL, a text, a Request, a Response, bytes or a WebAssembly.Module, or a promise of one",
  holds: (value) =>
    MODULE.holds(value) ||
    ArrayBuffer.isView(value) ||
    typed("Request", "Response", "ArrayBuffer", "Promise")(value),
};

/** One of some texts. */
export function oneOf(texts: readonly string[]): Kind {
  return { wanted: `one of ${texts.join(", ")}`, holds: (value) => texts.some((text) => text === value) };
}

/** A check of each of some options. */
export type Kinds<Options extends object> = { readonly [Name in keyof Required<Options>]: Kind };

/** Options that several calls have. */
export const CALL_OPTIONS: Kinds<CallOptions> = { signal: SIGNAL, onProgress: FUNCTION };
export const IMAGE_OPTIONS: Kinds<ImageOptions> = {
  ...CALL_OPTIONS,
  detail: oneOf(["photo", "live"] satisfies Detail[]),
};
export const ENCODE_OPTIONS: Kinds<EncodeOptions> = {
  ...IMAGE_OPTIONS,
  thumbnail: SIDE,
  following: COUNT,
};

/**
 * @param what - The name of the value, as the caller knows it.
 * @throws {@link HandfulError} with code `parameter`.
 */
export function check(what: string, value: unknown, { wanted, holds }: Kind): void {
  if (!holds(value))
    throw new HandfulError("parameter", `${what} should be ${wanted}, but is ${describe(value)}.`);
}

/** Looks at every option that is given. */
export function checkOptions<Options extends object>(
  what: string,
  options: Options,
  kinds: Kinds<Options>,
): void {
  check(what, options, RECORD);
  for (const [name, kind] of Object.entries<Kind>(kinds)) {
    const value: unknown = options[name as keyof Options];
    if (value !== undefined) check(`${what}.${name}`, value, kind);
  }
}

/** A value in a message. */
export function describe(value: unknown): string {
  if (typeof value === "string") return `“${value.length > 40 ? `${value.slice(0, 40)}…` : value}”`;
  if (typeof value === "object" && value !== null) return `of type ${typeOf(value)}`;
  return typeof value === "function" ? "a function" : String(value);
}
