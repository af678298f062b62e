/// <reference lib="esnext.disposable" preserve="true" />
import { abortable } from "./abort.js";
import { capture } from "./capture.js";
import { Channel } from "./channel.js";
import {
  ADDRESS,
  CALL_OPTIONS,
  check,
  checkOptions,
  ENCODE_OPTIONS,
  FLAG,
  FUNCTION,
  type Kinds,
  MODULE,
  RECORD,
  STREAMS,
  TEXT,
  typeOf,
  WORKER,
} from "./check.js";
import { disposable } from "./disposable.js";
import { HandfulError } from "./errors.js";
import { EncoderFiles, type Place } from "./files.js";
import { encodeMany, fits, type ImageEncoder } from "./image-encoder.js";
import { shippedWords } from "./preset.js";
import type { Values } from "./protocol.js";
import type {
  CallOptions,
  EncodeOptions,
  EncodeResult,
  EncoderSource,
  Encoding,
  ImageSource,
  Streams,
  TextEncoding,
} from "./types.js";

/** Options of {@link Encoder.load}. */
export interface EncoderOptions extends CallOptions {
  /** The encoder's WebAssembly. Default: the file of the package, which bundlers find by themselves. */
  readonly wasm?: URL | string | WebAssembly.Module | undefined;
  /**
   * Makes the worker, which must run `handful/worker` as a module. Needed where the page may not start the worker of
   * the package: where a bundler does not find it, or puts it on another origin.
   */
  readonly worker?: (() => Worker) | undefined;
  /** The script that reads vocabularies for `encodeText`. Default: the file of the package, fetched when it is needed. */
  readonly tokenizer?: URL | string | undefined;
}

/** What an {@link EncoderSource} has to be. */
const SOURCE: Kinds<EncoderSource> = {
  manifest: ADDRESS,
  model: ADDRESS,
  words: ADDRESS,
  base: ADDRESS,
  keep: FLAG,
};

/**
 * Turns images, and names where it can, into features in a Web Worker, one after another, in the order of the calls.
 *
 * `Classifier` makes one by itself. Load one yourself to share it between classifiers or to use features alone.
 * When the worker crashes, the image that it was at is rejected with the code `worker`, and the next one starts a
 * new worker. Where the encoder's files have become others by then, it is rejected with `model-mismatch`: features of two
 * encoders cannot be compared.
 *
 * @example
 * ```ts
 * const encoder = await Encoder.load();
 * const { features } = await encoder.encode(file);
 * encoder.dispose();
 * ```
 */
export class Encoder implements ImageEncoder, Disposable {
  static {
    disposable(Encoder);
  }

  /** The same as {@link dispose}, for `using`, in engines that have it. */
  declare readonly [Symbol.dispose]: () => void;
  readonly #start: () => Promise<Started>;
  /** What it was when it was loaded; a worker that takes the place of a crashed one has to be the same. */
  readonly #loaded: Values["load"];
  #channel: Channel;
  #textReady: boolean;
  /** Settles when the last call that was made is done; never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  #disposed = false;

  private constructor({ channel, ...loaded }: Started, start: () => Promise<Started>) {
    this.#loaded = loaded;
    this.#channel = channel;
    this.#textReady = loaded.textReady;
    this.#start = start;
  }

  /** The name that the manifest gives. */
  get name(): string {
    return this.#loaded.name;
  }

  /** Identifies the encoder: its name and the start of the sha256 of its model. Sets are saved with it. */
  get id(): string {
    return this.#loaded.id;
  }

  /** The parts of a feature row, in order. */
  get streams(): Streams {
    return this.#loaded.streams;
  }

  /** Whether it has a text side, so that {@link encodeText} works. */
  get hasText(): boolean {
    return this.#loaded.hasText;
  }

  /**
   * Whether the text side is there: it came with the encoder, or a text was encoded. Otherwise the first text downloads it,
   * which may be more than 100 MB.
   */
  get textReady(): boolean {
    return this.#textReady;
  }

  /**
   * Starts a worker, downloads an encoder and loads it. Progress comes in the stages `compile` (the WebAssembly),
   * `download` (the model, in bytes) and `load`.
   *
   * @param source - Default: the encoder that comes with the package.
   * @throws {@link HandfulError} with code `manifest`, `model` or `model-mismatch` for an encoder that cannot be
   * used, `network`, `worker`, `wasm-html`, `wasm-load`, `simd-missing`, or `no-encoder` where there are no workers.
   */
  static async load(
    source: EncoderSource = shippedEncoder(),
    options: EncoderOptions = {},
  ): Promise<Encoder> {
    checkOptions("options", options, { ...CALL_OPTIONS, wasm: MODULE, worker: FUNCTION, tokenizer: ADDRESS });
    const {
      wasm = new URL("./wasm/encoder/encoder_bg.wasm", import.meta.url),
      worker = host.worker,
      tokenizer = new URL("./tokenizer/tokenizers.js", import.meta.url),
    } = options;
    const request = {
      kind: "load",
      wasm:
        typeOf(wasm) === "WebAssembly.Module"
          ? (wasm as WebAssembly.Module)
          : absolute("options.wasm", wasm as URL | string),
      place: placeOf(source),
      tokenizer: absolute("options.tokenizer", tokenizer),
    } as const;

    const start = async ({ signal, onProgress }: CallOptions): Promise<Started> => {
      signal?.throwIfAborted();
      const channel = new Channel(openWorker(worker));
      const loading = channel.call<"load">(request, [], {
        signal,
        onProgress: (progress) => {
          if (!signal?.aborted) onProgress?.(progress);
        },
      });
      const loaded = abortable(loading, signal);
      // The worker ends when it has stopped.
      loaded.catch(() => loading.catch(() => {}).then(() => channel.close(disposed())));
      return { channel, ...(await loaded) };
    };
    return new Encoder(await start(options), () => start({}));
  }

  /**
   * How many bytes {@link load} would fetch before images can be encoded: `total`, as the manifest says it (0 where it does
   * not), and how many of them are `kept` on this device already. To be told before a large download; only the manifest is
   * fetched for it.
   *
   * @throws {@link HandfulError} with code `manifest` or `network`.
   */
  static async downloadSize(source: EncoderSource): Promise<{ total: number; kept: number }> {
    return (await EncoderFiles.open(placeOf(source))).size();
  }

  /**
   * Features of one image.
   *
   * @throws {@link HandfulError} with code `not-an-image`, `image-empty`, `image-too-large`, `worker` or `disposed`.
   */
  async encode(image: ImageSource, options: EncodeOptions = {}): Promise<Encoding> {
    checkOptions("options", options, ENCODE_OPTIONS);
    const { signal, onProgress, detail = "photo", thumbnail } = options;
    signal?.throwIfAborted();
    const captured = capture(image);
    const encoding = this.#inTurn(async () => {
      const { image, transfer, elapsed } = await captured;
      if (signal?.aborted) {
        if ("close" in image) image.close();
        throw signal.reason;
      }
      const channel = await this.#liveChannel();
      onProgress?.({ stage: "encode", done: 0, total: 1 });
      const call = { kind: "encode", image, detail, thumbnail } as const;
      const { timings, ...made } = await channel.call<"encode">(call, transfer);
      if (!signal?.aborted) onProgress?.({ stage: "encode", done: 1, total: 1 });
      return { ...made, timings: { ...timings, decode: timings.decode + elapsed } };
    });
    // A failed capture is reported at its turn, not before as an unhandled rejection.
    captured.catch(() => {});
    return abortable(encoding, signal);
  }

  /**
   * Features of many images, in order, as they come. A bad image gives an item with `error` and does not stop the
   * rest; an abort or `dispose()` does, and throws.
   *
   * @example
   * ```ts
   * for await (const { index, features, error } of encoder.encodeMany(files)) {
   *   if (features) rows[index] = features;
   *   else console.warn(files[index].name, error.message);
   * }
   * ```
   */
  encodeMany(images: Iterable<ImageSource>, options: EncodeOptions = {}): AsyncGenerator<EncodeResult, void> {
    return encodeMany(this, images, options);
  }

  /**
   * Features of the name of a thing, for `setText`: where it lies in the space of the stream `clip`. The encoder of the
   * package knows plain English nouns: "apple", "coffee cups", "a photo of a sea horse".
   * Unless {@link textReady}, the first text downloads the text side, with progress in the stage `download`; an abort
   * stops that, and images do not wait for it.
   *
   * @throws {@link HandfulError} with code `no-text` where {@link hasText} is false, `network`, `model`,
   * `model-mismatch`, `worker` or `disposed`.
   */
  async encodeText(name: string, options: CallOptions = {}): Promise<TextEncoding> {
    check("name", name, TEXT);
    checkOptions("options", options, CALL_OPTIONS);
    const { signal } = options;
    // The call is made in its turn, but its answer is not waited for there: no image waits for a download.
    const made = this.#inTurn(async () => {
      const channel = await this.#liveChannel();
      signal?.throwIfAborted();
      const answer = channel.call<"encodeText">({ kind: "encodeText", name }, [], options);
      answer.then(
        () => {
          if (channel === this.#channel) this.#textReady = true;
        },
        () => {},
      );
      return { answer };
    });
    return abortable(
      made.then(({ answer }) => answer),
      signal,
    );
  }

  /** Whether a set's features can come from this encoder: the streams are the same, and its id where the set has one. */
  fits(set: { readonly streams: Streams; readonly encoderId?: string | undefined }): boolean {
    check("set", set, RECORD);
    check("set.streams", set.streams, STREAMS);
    if (set.encoderId !== undefined) check("set.encoderId", set.encoderId, TEXT);
    return fits(this, set);
  }

  /** Ends the worker and frees its memory; calls that are not done reject with the code `disposed`. */
  dispose(): void {
    this.#disposed = true;
    this.#channel.close(disposed());
  }

  /** Does something when all that was asked for before is done. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** The channel to a worker that works: after a crash, to a new one. */
  async #liveChannel(): Promise<Channel> {
    if (!this.#disposed && this.#channel.closed) {
      const { channel, ...loaded } = await this.#start();
      if (JSON.stringify(loaded) !== JSON.stringify(this.#loaded)) {
        const error = new HandfulError(
          "model-mismatch",
          `The files of the encoder “${this.id}” have become others since it was loaded: load it again.`,
        );
        channel.close(error);
        throw error;
      }
      this.#channel = channel;
      this.#textReady = loaded.textReady;
    }
    if (this.#disposed) {
      this.#channel.close(disposed());
      throw disposed();
    }
    return this.#channel;
  }
}

/** What depends on where the package runs. */
export interface Host {
  /** Starts the worker of the package. */
  worker(): Worker;
  /** What relative addresses start from. */
  base(): string;
}

let host: Host = {
  worker: shippedWorker,
  base: () => globalThis.document?.baseURI ?? location.href,
};

/** @internal Takes the place of the browser, for another runtime. */
export function setHost(other: Host): void {
  host = other;
}

type Started = Values["load"] & { readonly channel: Channel };

function disposed(): HandfulError {
  return new HandfulError("disposed", "This encoder has been disposed of; load a new one.");
}

// Bundlers emit a worker or a file only for these very expressions.
function shippedWorker(): Worker {
  if (typeof Worker === "undefined")
    throw new HandfulError(
      "no-encoder",
      "Encoders need Web Workers, which this runtime lacks. Use `encoder: null` with `streams`, and hand over features.",
    );
  const here = new URL(import.meta.url);
  // As it is in the package: a bundler has given this file and the worker other names.
  const unbundled = here.pathname.endsWith("/encoder.js") && here.protocol.startsWith("http");
  if (unbundled && here.origin !== location.origin) return workerFrom(new URL("worker.js", here));
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
}

/** A page may start no worker of another origin, such as a CDN's, but one of its own that imports what is there. */
function workerFrom(address: URL): Worker {
  const script = new Blob([`import ${JSON.stringify(address.href)};`], { type: "text/javascript" });
  const own = URL.createObjectURL(script);
  const worker = new Worker(own, { type: "module" });
  worker.addEventListener("message", () => URL.revokeObjectURL(own), { once: true });
  return worker;
}

// All addresses, since a bundler that puts hashes into names breaks the manifest's own references.
function shippedEncoder(): EncoderSource {
  return {
    manifest: new URL("./models/handful-lite0.json", import.meta.url),
    model: new URL("./models/handful-lite0.onnx", import.meta.url),
    words: shippedWords(),
  };
}

function placeOf(source: EncoderSource): Place {
  checkOptions("source", source, SOURCE);
  check("source.manifest", source.manifest, ADDRESS);
  const place = (name: "model" | "words" | "base"): string | undefined => {
    const address = source[name];
    return address === undefined ? undefined : absolute(`source.${name}`, address);
  };
  return {
    manifest: absolute("source.manifest", source.manifest),
    model: place("model"),
    words: place("words"),
    base: place("base")?.replace(/\/*$/, "/"),
    keep: source.keep ?? false,
  };
}

function openWorker(open: () => Worker): Worker {
  try {
    const worker = open();
    check("the worker", worker, WORKER);
    return worker;
  } catch (cause) {
    if (cause instanceof HandfulError) throw cause;
    throw new HandfulError(
      "worker",
      `The encoder's worker cannot be started (${String(cause)}). If a bundler has put it on another origin, hand over a ` +
        "`worker`; if the page demands Trusted Types, make a policy that lets its address through.",
      { cause },
    );
  }
}

/** The worker lives at another address than the page, so it gets absolute ones. */
function absolute(what: string, url: URL | string): string {
  try {
    return new URL(url, host.base()).href;
  } catch (cause) {
    throw new HandfulError("parameter", `${what} is no address: ${url}`, { cause });
  }
}
