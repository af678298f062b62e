import type { ErrorCode } from "./errors.js";
import type { Place } from "./files.js";
import type { Detail, Encoding, Pixels, Progress, Streams, TextEncoding } from "./types.js";

/** What an image is turned into before it goes to the worker. */
export type Payload = Blob | ImageBitmap | Pixels;

/** What a worker needs to be the same encoder as another one, with the exception of its names. */
export interface Shared {
  readonly wasm: WebAssembly.Module;
  readonly manifest: string;
  readonly model: Uint8Array;
}

/** Page to worker. Every call is answered once: by its value or by `failed`. */
export type Call =
  | {
      readonly kind: "load";
      readonly id: number;
      /** Absolute URLs; the worker may live elsewhere than the page. */
      readonly wasm: string | WebAssembly.Module;
      readonly place: Place;
      /** The tokenizer's program; see `text.ts`. */
      readonly tokenizer: string;
      /** Whether the worker runs the model; without that the features of images are their input tensors. */
      readonly runs: boolean;
    }
  | {
      readonly kind: "encode";
      readonly id: number;
      readonly image: Payload;
      readonly detail: Detail;
      readonly thumbnail: number | undefined;
      /** Whether it goes before those that are not. */
      readonly first: boolean;
    }
  | { readonly kind: "encodeText"; readonly id: number; readonly name: string }
  /** Looks at what another engine has made of the probe. */
  | { readonly kind: "checkProbe"; readonly id: number; readonly detail: Detail; readonly row: Float32Array }
  /** Gives what another worker needs, of one that runs the model. */
  | { readonly kind: "share"; readonly id: number }
  /** In place of `load`: makes the worker the same encoder. */
  | ({ readonly kind: "join"; readonly id: number } & Shared)
  /** The image of the call with this id is large, and may be decoded now. Not answered itself. */
  | { readonly kind: "decode"; readonly id: number }
  /** Stops the call with this id, which then fails. Not answered itself. */
  | { readonly kind: "stop"; readonly id: number };

/** The value with which a call of each kind is answered. */
export interface Values {
  load: {
    /** The manifest's text: how images are prepared is part of what an encoder is. */
    readonly manifest: string;
    readonly name: string;
    readonly id: string;
    readonly streams: Streams;
    readonly hasText: boolean;
    readonly textReady: boolean;
    /** Where the model is to run elsewhere: its bytes, and the input tensors that the manifest knows the outputs of. */
    readonly elsewhere?: {
      readonly model: Uint8Array;
      readonly probes: ReadonlyMap<Detail, Float32Array>;
    };
  };
  encode: Encoding;
  encodeText: TextEncoding;
  checkProbe: undefined;
  share: Shared;
  join: undefined;
}

/** Worker to page. */
export type Reply =
  | { readonly kind: "done"; readonly id: number; readonly value: Values[keyof Values] }
  | { readonly kind: "progress"; readonly id: number; readonly progress: Progress }
  /** The image of the call is large, and waits for leave to be decoded; then it has been. */
  | { readonly kind: "large"; readonly id: number }
  | { readonly kind: "decoded"; readonly id: number }
  | {
      readonly kind: "failed";
      readonly id: number;
      readonly code: ErrorCode;
      readonly message: string;
      /** What led to it, as far as it can be sent. */
      readonly cause: unknown;
      /** The worker is of no use any more: its WebAssembly trapped. */
      readonly fatal: boolean;
    };
