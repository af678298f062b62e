/// <reference lib="esnext.disposable" preserve="true" />
import { abortable } from "./abort.js";
import { batch } from "./batch.js";
import { capture } from "./capture.js";
import { Channel } from "./channel.js";
import { HandfulError } from "./errors.js";
import { EncoderFiles, type Place } from "./files.js";
import { shippedWords } from "./preset.js";
import type { Values } from "./protocol.js";
import type {
  CallOptions,
  EncodeResult,
  EncoderSource,
  Encoding,
  ImageOptions,
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
   * the package: from another origin, or with a bundler that does not find it.
   */
  readonly worker?: (() => Worker) | undefined;
  /** The script that reads vocabularies for `encodeText`. Default: the file of the package, fetched when it is needed. */
  readonly tokenizer?: URL | string | undefined;
}

/**
 * Turns images, and names where it can, into features in a Web Worker, one after another, in the order of the calls.
 *
 * `Classifier` makes one by itself. Load one yourself to share it between classifiers or to use features alone.
 * When the worker crashes, the image that it was at is rejected with the code `worker`, and the next one starts a
 * new worker.
 *
 * @example
 * ```ts
 * using encoder = await Encoder.load();
 * const { features } = await encoder.encode(file);
 * ```
 */
export class Encoder implements Disposable {
  /** The name that the manifest gives. */
  readonly name: string;
  /** Identifies the encoder: its name and the start of the sha256 of its model. Sets are saved with it. */
  readonly id: string;
  /** The parts of a feature row, in order. */
  readonly streams: Streams;
  /** Whether it has a text side, so that {@link encodeText} works. */
  readonly hasText: boolean;
  /** Whether that came with the encoder. Otherwise the first text downloads it, which may be more than 100 MB. */
  readonly textReady: boolean;
  readonly #start: () => Promise<Started>;
  #channel: Channel;
  /** Settles when the last call that was made is done; never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  #disposed = false;

  private constructor(started: Started, start: () => Promise<Started>) {
    const { channel, name, id, streams, hasText, textReady } = started;
    this.name = name;
    this.id = id;
    this.streams = streams;
    this.hasText = hasText;
    this.textReady = textReady;
    this.#channel = channel;
    this.#start = start;
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
    const {
      wasm = new URL("./wasm/encoder/encoder_bg.wasm", import.meta.url),
      worker = host.worker,
      tokenizer = new URL("./tokenizer/tokenizers.js", import.meta.url),
    } = options;
    const request = {
      kind: "load",
      wasm: wasm instanceof WebAssembly.Module ? wasm : absolute(wasm),
      place: placeOf(source),
      tokenizer: absolute(tokenizer),
    } as const;

    const start = async ({ signal, onProgress }: CallOptions): Promise<Started> => {
      signal?.throwIfAborted();
      const channel = new Channel(openWorker(worker));
      try {
        return { channel, ...(await abortable(channel.call<"load">(request, [], { onProgress }), signal)) };
      } catch (error) {
        channel.close(disposed());
        throw error;
      }
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
  encode(image: ImageSource, options: ImageOptions = {}): Promise<Encoding> {
    const { signal, onProgress, detail = "photo" } = options;
    if (signal?.aborted) return Promise.reject(signal.reason);
    const captured = capture(image);
    const encoding = this.#inTurn(async () => {
      const { image, transfer, elapsed } = await captured;
      if (signal?.aborted) {
        if (image instanceof ImageBitmap) image.close();
        throw signal.reason;
      }
      const channel = await this.#liveChannel();
      onProgress?.({ stage: "encode", done: 0, total: 1 });
      const { features, timings } = await channel.call<"encode">({ kind: "encode", image, detail }, transfer);
      if (!signal?.aborted) onProgress?.({ stage: "encode", done: 1, total: 1 });
      return { features, timings: { ...timings, decode: timings.decode + elapsed } };
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
  encodeMany(images: Iterable<ImageSource>, options: ImageOptions = {}): AsyncGenerator<EncodeResult, void> {
    return batch(images, options, (image, each) => this.encode(image, each));
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
  encodeText(name: string, options: CallOptions = {}): Promise<TextEncoding> {
    const { signal } = options;
    // The call is made in its turn, but its answer is not waited for there: no image waits for a download.
    const made = this.#inTurn(async () => {
      const channel = await this.#liveChannel();
      signal?.throwIfAborted();
      return { answer: channel.call<"encodeText">({ kind: "encodeText", name }, [], options) };
    });
    return abortable(
      made.then(({ answer }) => answer),
      signal,
    );
  }

  /** Whether a set's features can come from this encoder: the streams are the same, and its id where the set has one. */
  fits(set: { readonly streams: Streams; readonly encoderId?: string | undefined }): boolean {
    const layout = (streams: Streams): string => streams.map(({ name, dim }) => `${name}:${dim}`).join();
    return layout(set.streams) === layout(this.streams) && (set.encoderId ?? this.id) === this.id;
  }

  /** Ends the worker and frees its memory; calls that are not done reject with the code `disposed`. */
  dispose(): void {
    this.#disposed = true;
    this.#channel.close(disposed());
  }

  /** The same as {@link dispose}, for `using`. */
  [Symbol.dispose](): void {
    this.dispose();
  }

  /** Does something when all that was asked for before is done. */
  #inTurn<T>(act: () => Promise<T>): Promise<T> {
    const result = this.#turn.then(act);
    this.#turn = result.catch(() => {});
    return result;
  }

  /** The channel to a worker that works: after a crash, to a new one. */
  async #liveChannel(): Promise<Channel> {
    if (!this.#disposed && this.#channel.closed) this.#channel = (await this.#start()).channel;
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
  return new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
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
  return {
    manifest: absolute(source.manifest),
    model: source.model === undefined ? undefined : absolute(source.model),
    words: source.words === undefined ? undefined : absolute(source.words),
    base: source.base === undefined ? undefined : absolute(source.base).replace(/\/*$/, "/"),
    keep: source.keep ?? false,
  };
}

function openWorker(open: () => Worker): Worker {
  try {
    return open();
  } catch (cause) {
    if (cause instanceof HandfulError) throw cause;
    throw new HandfulError(
      "worker",
      `The encoder's worker cannot be started (${String(cause)}). If the package comes from another origin, hand over a ` +
        "`worker`; if the page demands Trusted Types, make a policy that lets its address through.",
      { cause },
    );
  }
}

/** The worker lives at another address than the page, so it gets absolute ones. */
function absolute(url: URL | string): string {
  return new URL(url, host.base()).href;
}
