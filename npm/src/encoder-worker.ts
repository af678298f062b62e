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
  TEXT,
  typeOf,
  WORKER,
  WORKERS,
} from "./check.js";
import { HandfulError } from "./errors.js";
import type { Place } from "./files.js";
import { AHEAD, Pool } from "./pool.js";
import { shippedWords } from "./preset.js";
import type { Values } from "./protocol.js";
import type {
  CallOptions,
  Detail,
  EncodeOptions,
  EncoderSource,
  Encoding,
  ImageSource,
  ModelFiles,
  TextEncoding,
} from "./types.js";

/**
 * Options of `Encoder.load`.
 *
 * @example
 * ```ts
 * import type { EncoderOptions } from "handful";
 *
 * const worker = () => new Worker(new URL("./worker.ts", import.meta.url), { type: "module" });
 * const options: EncoderOptions = { worker, workers: 1, onProgress };
 * const encoder = await Encoder.load(undefined, options);
 * ```
 */
export interface EncoderOptions extends CallOptions {
  /** The encoder's WebAssembly. Default: the file of the package, which bundlers find by themselves. */
  readonly wasm?: URL | string | WebAssembly.Module | undefined;
  /**
   * Makes the worker, which must run `handful/worker` as a module. Needed where the page may not start the worker of
   * the package: where a bundler does not find it, or puts it on another origin.
   */
  readonly worker?: (() => Worker) | undefined;
  /**
   * How many workers look at images, at most: 1 to 32. One does until many images wait; others are then started of what is there,
   * without a download, and end when there has been nothing to do for ten seconds. Each takes about as much memory as the first.
   * Default: `auto`, as many as the device has cores and memory for, up to 4. One does for `handful/onnxruntime`.
   */
  readonly workers?: number | "auto" | undefined;
  /** The script that reads vocabularies for `encodeText`. Default: the file of the package, fetched when it is needed. */
  readonly tokenizer?: URL | string | undefined;
}

/** What an {@link EncoderSource} has to be. */
export const SOURCE: Kinds<EncoderSource> = {
  manifest: ADDRESS,
  model: ADDRESS,
  words: ADDRESS,
  base: ADDRESS,
  keep: FLAG,
};

/** What {@link EncoderOptions} have to be. */
export const OPTIONS: Kinds<EncoderOptions> = {
  ...CALL_OPTIONS,
  wasm: MODULE,
  worker: FUNCTION,
  workers: WORKERS,
  tokenizer: ADDRESS,
};

/**
 * An encoder in a worker, or for many images in several. After a crash of the first worker the next call starts another one, which
 * has to be the same encoder.
 */
export class EncoderWorker {
  /** What it was when it was loaded. */
  readonly loaded: Loaded;
  #elsewhere: Elsewhere | undefined;
  readonly #start: () => Promise<Started>;
  readonly #again: (options: CallOptions) => Promise<EncoderWorker>;
  readonly #pool: Pool;
  readonly #most: number;
  #channel: Channel;
  /** The first worker while it is started anew. */
  #restarting: Promise<void> | undefined;
  #textReady: boolean;
  #disposed = false;

  private constructor(
    { channel, loaded, elsewhere }: Started,
    start: () => Promise<Started>,
    again: (options: CallOptions) => Promise<EncoderWorker>,
    openAnother: () => Worker,
    most: number,
  ) {
    const first = (): Promise<Channel> => this.#liveChannel();
    this.#pool = new Pool(first, async () => another(await first(), openAnother), most);
    this.#most = most;
    this.#again = again;
    this.loaded = loaded;
    this.#elsewhere = elsewhere;
    this.#channel = channel;
    this.#textReady = loaded.textReady;
    this.#start = start;
  }

  /**
   * Starts it. See `Encoder.load` for progress and errors.
   *
   * @param runs - Whether the worker runs the model; without that its features are the input tensors.
   */
  static async start(source: EncoderSource, options: EncoderOptions, runs: boolean): Promise<EncoderWorker> {
    checkOptions("options", options, OPTIONS);
    refuseNowhere();
    const {
      wasm = new URL("./wasm/encoder/encoder_bg.wasm", import.meta.url),
      worker = host.worker,
      workers = "auto",
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
      runs,
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
      const { elsewhere, ...rest } = await loaded;
      return { channel, loaded: rest, elsewhere };
    };
    return new EncoderWorker(
      await start(options),
      () => start({}),
      (call) => EncoderWorker.start(source, { wasm, worker, workers, tokenizer, ...call }, false),
      worker,
      runs ? (workers === "auto" ? workersHere() : workers) : 1,
    );
  }

  /** Whether the text side is there. */
  get textReady(): boolean {
    return this.#textReady;
  }

  /** What another engine needs to run the model, once: it may be large, and is not kept here. */
  takeElsewhere(): Elsewhere | undefined {
    const elsewhere = this.#elsewhere;
    this.#elsewhere = undefined;
    return elsewhere;
  }

  /** The encoder's files, fetched anew: nobody keeps them. */
  async files(options: CallOptions): Promise<ModelFiles> {
    checkOptions("options", options, CALL_OPTIONS);
    const worker = await this.#again(options);
    try {
      const { id, manifest } = worker.loaded;
      if (id !== this.loaded.id) throw othersNow(this.loaded);
      return { manifest, model: (worker.takeElsewhere() as Elsewhere).model };
    } finally {
      worker.dispose();
    }
  }

  /** How many images it wants to have at a time, of many. */
  get atOnce(): number {
    return AHEAD * this.#most;
  }

  /** See `Encoder.encode`. */
  async encode(image: ImageSource, options: EncodeOptions): Promise<Encoding> {
    checkOptions("options", options, ENCODE_OPTIONS);
    const { signal, onProgress, detail = "photo", thumbnail, following } = options;
    signal?.throwIfAborted();
    const onBegin = (): void => onProgress?.({ stage: "encode", done: 0, total: 1 });
    const look = async (): Promise<Encoding> => {
      const captured = await capture(image);
      const job = { captured, detail, thumbnail, following, signal, onBegin };
      const { timings, ...made } = await this.#pool.encode(job);
      return { ...made, timings: { ...timings, decode: timings.decode + captured.elapsed } };
    };
    const encoding = await abortable(look(), signal);
    onProgress?.({ stage: "encode", done: 1, total: 1 });
    return encoding;
  }

  /** See `Encoder.encodeText`. */
  async encodeText(name: string, options: CallOptions): Promise<TextEncoding> {
    check("name", name, TEXT);
    checkOptions("options", options, CALL_OPTIONS);
    const { signal } = options;
    return abortable(this.#textOf(name, options), signal);
  }

  /**
   * Looks at what another engine has made of the probe.
   *
   * @throws {@link HandfulError} with code `model-mismatch` or `shape`.
   */
  async checkProbe(detail: Detail, row: Float32Array): Promise<void> {
    await (await this.#liveChannel()).call<"checkProbe">({ kind: "checkProbe", detail, row }, []);
  }

  /** Ends the workers and frees their memory; calls that are not done reject with the code `disposed`. */
  dispose(): void {
    this.#disposed = true;
    this.#pool.end(disposed());
    this.#channel.close(disposed());
  }

  async #textOf(name: string, options: CallOptions): Promise<TextEncoding> {
    const channel = await this.#liveChannel();
    options.signal?.throwIfAborted();
    const answer = await channel.call<"encodeText">({ kind: "encodeText", name }, [], options);
    if (channel === this.#channel) this.#textReady = true;
    return answer;
  }

  /** The channel to the first worker, which works: after a crash, to a new one. */
  async #liveChannel(): Promise<Channel> {
    if (!this.#disposed && this.#channel.closed) {
      this.#restarting ??= this.#restart().finally(() => {
        this.#restarting = undefined;
      });
      await this.#restarting;
    }
    if (this.#disposed) throw disposed();
    return this.#channel;
  }

  async #restart(): Promise<void> {
    const { channel, loaded } = await this.#start();
    if (JSON.stringify(loaded) !== JSON.stringify(this.loaded)) {
      const error = othersNow(this.loaded);
      channel.close(error);
      throw error;
    }
    if (this.#disposed) channel.close(disposed());
    this.#channel = channel;
    this.#textReady = loaded.textReady;
  }
}

/** One more worker that is the same encoder as that of a channel. */
async function another(first: Channel, open: () => Worker): Promise<Channel> {
  const shared = await first.call<"share">({ kind: "share" }, []);
  const channel = new Channel(openWorker(open));
  try {
    await channel.call<"join">({ kind: "join", ...shared }, [shared.model.buffer]);
    return channel;
  } catch (error) {
    channel.close(disposed());
    throw error;
  }
}

/** Workers that a device has cores and memory for: each takes a core. One where the browser does not say how much memory there is, as on iPhones. */
function workersHere(): number {
  const { hardwareConcurrency = 1, deviceMemory = 2 } = (globalThis.navigator ?? {}) as Navigator & {
    deviceMemory?: number;
  };
  return Math.max(1, Math.min(hardwareConcurrency, Math.floor(deviceMemory / 2), 4));
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

type Loaded = Omit<Values["load"], "elsewhere">;
type Elsewhere = NonNullable<Values["load"]["elsewhere"]>;

interface Started {
  readonly channel: Channel;
  readonly loaded: Loaded;
  readonly elsewhere: Elsewhere | undefined;
}

function othersNow({ id }: Loaded): HandfulError {
  return new HandfulError(
    "model-mismatch",
    `The files of the encoder “${id}” have become others since it was loaded: load it again.`,
  );
}

function disposed(): HandfulError {
  return new HandfulError("disposed", "This encoder has been disposed of; load a new one.");
}

// Bundlers emit a worker or a file only for these very expressions.
function shippedWorker(): Worker {
  if (typeof Worker === "undefined") throw noWorkers();
  const here = new URL(import.meta.url);
  // As it is in the package: a bundler has given this file and the worker other names.
  const unbundled = here.pathname.endsWith("/encoder-worker.js") && here.protocol.startsWith("http");
  if (unbundled && here.origin !== location.origin) return workerFrom(new URL("worker.js", here));
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
}

/** workerd has neither workers nor an address of what it runs, which the files of the package are found by. */
function refuseNowhere(): void {
  if (!import.meta.url) throw noWorkers();
}

function noWorkers(): HandfulError {
  return new HandfulError(
    "no-encoder",
    "Encoders need Web Workers, which this runtime lacks. Use `encoder: null` with `streams`, and hand over features.",
  );
}

/** A page may start no worker of another origin, such as a CDN's, but one of its own that imports what is there. */
function workerFrom(address: URL): Worker {
  const script = new Blob([`import ${JSON.stringify(address.href)};`], { type: "text/javascript" });
  const own = URL.createObjectURL(script);
  const worker = new Worker(own, { type: "module" });
  worker.addEventListener("message", () => URL.revokeObjectURL(own), { once: true });
  return worker;
}

/** The encoder that comes with the package. */
// All addresses, since a bundler that puts hashes into names breaks the manifest's own references.
export function shippedEncoder(): EncoderSource {
  refuseNowhere();
  return {
    manifest: new URL("./models/handful-lite0.json", import.meta.url),
    model: new URL("./models/handful-lite0.onnx", import.meta.url),
    words: shippedWords(),
  };
}

export function placeOf(source: EncoderSource): Place {
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
