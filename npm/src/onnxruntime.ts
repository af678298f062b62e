// Entry `handful/onnxruntime`: the encoders of handful's manifests and presets, run by onnxruntime-web.
/// <reference lib="esnext.disposable" preserve="true" />
import { abortable } from "./abort.js";
import { check, checkOptions, describe, ENCODE_OPTIONS, type Kind, type Kinds } from "./check.js";
import { disposable } from "./disposable.js";
import { type EncoderOptions, EncoderWorker, OPTIONS, SOURCE, shippedEncoder } from "./encoder-worker.js";
import { HandfulError } from "./errors.js";
import type { ImageEncoder } from "./image-encoder.js";
import { clearRegisters } from "./registers.js";
import type {
  CallOptions,
  Detail,
  EncodeOptions,
  EncoderSource,
  Encoding,
  ImageSource,
  ModelFiles,
  Streams,
  TextEncoding,
} from "./types.js";

/**
 * A tensor of onnxruntime-web, as far as it is looked at.
 *
 * @example
 * ```ts
 * import type { OrtTensor } from "handful/onnxruntime";
 *
 * const tensor: OrtTensor = new ort.Tensor("float32", new Float32Array(3), [1, 3]);
 * ```
 */
export interface OrtTensor {
  readonly type: string;
  readonly data: unknown;
}

/**
 * An input of a model, as far as it is looked at.
 *
 * @example
 * ```ts
 * import type { OrtInput, OrtSession } from "handful/onnxruntime";
 *
 * const session: OrtSession = await ort.InferenceSession.create("/models/mine.onnx");
 * const inputs: readonly OrtInput[] = session.inputMetadata;
 * ```
 */
export interface OrtInput {
  readonly name: string;
  /** Numbers, and names of what is free. */
  readonly shape?: readonly (number | string)[];
}

/**
 * A session of onnxruntime-web, as far as it is used.
 *
 * @example
 * ```ts
 * import type { OrtSession } from "handful/onnxruntime";
 *
 * const session: OrtSession = await ort.InferenceSession.create("/models/mine.onnx");
 * await session.release();
 * ```
 */
export interface OrtSession {
  readonly inputMetadata: readonly OrtInput[];
  /** Computes the outputs of these names. */
  run(feeds: Record<string, OrtTensor>, fetches: readonly string[]): Promise<Record<string, OrtTensor>>;
  /** Frees its memory. */
  release(): Promise<void>;
}

/**
 * What is used of the module `onnxruntime-web`, of any of its builds.
 *
 * @example
 * ```ts
 * import * as ort from "onnxruntime-web/wasm";
 * import type { Ort } from "handful/onnxruntime";
 *
 * ort.env.wasm.numThreads = 1;
 * const module: Ort = ort;
 * const encoder = await OrtEncoder.load({ ort: module });
 * ```
 */
export interface Ort {
  readonly InferenceSession: {
    /** Reads a model. */
    create(model: Uint8Array, options: { executionProviders: readonly string[] }): Promise<OrtSession>;
  };
  readonly Tensor: {
    new (type: "float32", data: Float32Array, dims: readonly number[]): OrtTensor;
    new (type: "int64", data: BigInt64Array, dims: readonly number[]): OrtTensor;
  };
}

/**
 * Options of {@link OrtEncoder.load}: where the encoder is, and what runs it.
 *
 * @example
 * ```ts
 * import * as ort from "onnxruntime-web/wasm";
 * import type { OrtEncoderOptions } from "handful/onnxruntime";
 *
 * const options: OrtEncoderOptions = { ort, executionProviders: ["wasm"], ...preset("mobileclip-s1"), onProgress };
 * const encoder = await OrtEncoder.load(options);
 * ```
 */
export interface OrtEncoderOptions extends Partial<EncoderSource>, EncoderOptions {
  /** The module: `import * as ort from "onnxruntime-web/webgpu"`, or `"onnxruntime-web/wasm"`. Its `env` is yours to set. */
  readonly ort: Ort;
  /**
   * What may run the model: the first of these that starts and gives the right numbers. Default: `webgpu`, then `wasm`.
   */
  readonly executionProviders?: readonly string[] | undefined;
}

const ORT: Kind = {
  wanted: "the module onnxruntime-web",
  holds: (value) => {
    try {
      const { InferenceSession, Tensor } = value as Ort;
      return typeof InferenceSession.create === "function" && typeof Tensor === "function";
    } catch {
      return false;
    }
  },
};
const PROVIDERS: Kind = {
  wanted: "an array of names, at least one",
  holds: (value) =>
    Array.isArray(value) &&
    value.length > 0 &&
    value.every((name) => typeof name === "string" && name !== ""),
};
const ORT_OPTIONS: Kinds<OrtEncoderOptions> = {
  ...SOURCE,
  ...OPTIONS,
  ort: ORT,
  executionProviders: PROVIDERS,
};

/** What is read of a manifest, which the worker has checked. */
interface Graph {
  readonly input: {
    readonly name: string;
    readonly shape: readonly unknown[];
    readonly layout: "NCHW" | "NHWC";
  };
  readonly outputs: Record<
    string,
    { readonly tensor?: string; readonly token?: number; readonly shape: unknown[] }
  >;
  readonly detail?: { readonly live?: number };
}

/**
 * An encoder of handful's manifests and presets whose model onnxruntime-web runs, on the graphics card where there is one. It sees
 * the same pixels as `Encoder` and has the same `id`, so a set of one opens with the other. Files are decoded and prepared in
 * the same worker, which reads names too.
 *
 * Where the manifest has a `probe`, as those of the encoders that are handful's have, onnxruntime-web's numbers are held to it
 * within 1e-3 of the largest; of others nobody knows what is right. Models take and give floats of 32 bits.
 *
 * @example
 * ```ts
 * import * as ort from "onnxruntime-web/webgpu";
 * import { Classifier } from "handful";
 * import { OrtEncoder } from "handful/onnxruntime";
 *
 * const encoder = await OrtEncoder.load({ ort });
 * const classifier = await Classifier.create({ encoder });
 * ```
 */
export class OrtEncoder implements ImageEncoder, Disposable {
  static {
    disposable(OrtEncoder);
  }

  /** The same as {@link dispose}, for `using`, in engines that have it. */
  declare readonly [Symbol.dispose]: () => void;
  readonly #worker: EncoderWorker;
  readonly #model: Model;

  private constructor(worker: EncoderWorker, model: Model) {
    this.#worker = worker;
    this.#model = model;
  }

  /**
   * The name that the manifest gives.
   *
   * @example
   * ```ts
   * heading.textContent = ortEncoder.name;
   * ```
   */
  get name(): string {
    return this.#worker.loaded.name;
  }

  /**
   * Identifies the encoder, as `Encoder.id` does for the same files.
   *
   * @example
   * ```ts
   * const mine = inspect(bytes).encoderId === ortEncoder.id;
   * ```
   */
  get id(): string {
    return this.#worker.loaded.id;
  }

  /**
   * The parts of a feature row, in order.
   *
   * @example
   * ```ts
   * const width = ortEncoder.streams.reduce((sum, { dim }) => sum + dim, 0);
   * ```
   */
  get streams(): Streams {
    return this.#worker.loaded.streams;
  }

  /**
   * What runs the model: one of the execution providers that were asked for.
   *
   * @example
   * ```ts
   * const isFast = ortEncoder.executionProvider === "webgpu";
   * if (!isFast) heading.textContent = "Without the graphics card, this takes longer.";
   * ```
   */
  get executionProvider(): string {
    return this.#model.provider;
  }

  /**
   * Whether it has a text side, so that {@link encodeText} works.
   *
   * @example
   * ```ts
   * if (ortEncoder.hasText) {
   *   const { features, confidence } = await ortEncoder.encodeText("apple");
   *   if (confidence >= 0.5) classifier.setText("apple", features);
   * }
   * ```
   */
  get hasText(): boolean {
    return this.#worker.loaded.hasText;
  }

  /**
   * Whether the text side is there; see `Encoder.textReady`.
   *
   * @example
   * ```ts
   * if (ortEncoder.hasText && !ortEncoder.textReady) heading.textContent = "Labels are read after a download.";
   * ```
   */
  get textReady(): boolean {
    return this.#worker.textReady;
  }

  /**
   * Downloads an encoder and starts it: that of the package, unless a `manifest` is named. Progress is that of `Encoder.load`.
   *
   * @throws `HandfulError` with one of the codes of `Encoder.load`; `model` where no execution provider runs the model, and
   * `model-mismatch` where one does but the numbers are others than the manifest's.
   *
   * @example
   * ```ts
   * const encoder = await OrtEncoder.load({ ort, executionProviders: ["wasm"], onProgress });
   * const classifier = await Classifier.create({ encoder });
   * ```
   */
  static async load(options: OrtEncoderOptions): Promise<OrtEncoder> {
    checkOptions("options", options, ORT_OPTIONS);
    const {
      ort,
      executionProviders = ["webgpu", "wasm"],
      signal,
      manifest,
      model,
      words,
      base,
      keep,
    } = options;
    check("options.ort", ort, ORT);
    const ours = [manifest, model, words, base, keep].every((field) => field === undefined);
    const source = ours ? shippedEncoder() : ({ manifest, model, words, base, keep } as EncoderSource);
    const worker = await EncoderWorker.start(source, options, false);
    const starting = start(worker, ort, executionProviders);
    try {
      return new OrtEncoder(worker, await abortable(starting, signal));
    } catch (error) {
      worker.dispose();
      // After an abort it goes on.
      starting.then(
        (model) => model.release(),
        () => {},
      );
      throw error;
    }
  }

  /**
   * Features of one image.
   *
   * @throws `HandfulError` with one of the codes of `Encoder.encode`, or `model` where onnxruntime-web fails.
   *
   * @example
   * ```ts
   * const { features, timings } = await ortEncoder.encode(photo);
   * console.log(classifier.predictFeatures(features).label, timings.encode);
   * ```
   */
  async encode(image: ImageSource, options: EncodeOptions = {}): Promise<Encoding> {
    checkOptions("options", options, ENCODE_OPTIONS);
    const { signal, onProgress, detail = "photo", thumbnail } = options;
    onProgress?.({ stage: "encode", done: 0, total: 1 });
    const prepared = await this.#worker.encode(image, { signal, detail, thumbnail });
    const start = performance.now();
    const features = await abortable(this.#model.run(prepared.features, detail), signal);
    onProgress?.({ stage: "encode", done: 1, total: 1 });
    return { ...prepared, features, timings: { ...prepared.timings, encode: performance.now() - start } };
  }

  /**
   * Features of the name of a thing; see `Encoder.encodeText`. The worker reads it, not onnxruntime-web.
   *
   * @example
   * ```ts
   * const { features, confidence } = await ortEncoder.encodeText("apple", { onProgress });
   * if (confidence >= 0.5) classifier.setText("apple", features);
   * ```
   */
  encodeText(name: string, options: CallOptions = {}): Promise<TextEncoding> {
    return this.#worker.encodeText(name, options);
  }

  /**
   * Its manifest and its model, fetched anew; see `ImageEncoder.files`.
   *
   * @example
   * ```ts
   * const { manifest, model } = await ortEncoder.files({ onProgress });
   * console.log(JSON.parse(manifest).name, model.length);
   * ```
   */
  files(options: CallOptions = {}): Promise<ModelFiles> {
    return this.#worker.files(options);
  }

  /**
   * Ends the worker and the session and frees their memory; calls that are not done reject with the code `disposed`.
   *
   * @example
   * ```ts
   * const encoder = await OrtEncoder.load({ ort });
   * const { features } = await encoder.encode(photo);
   * encoder.dispose();
   * ```
   */
  dispose(): void {
    this.#worker.dispose();
    this.#model.release();
  }
}

/** A model in a session, which runs one image at a time. */
class Model {
  readonly provider: string;
  readonly #ort: Ort;
  readonly #session: OrtSession;
  readonly #graph: Graph;
  readonly #streams: Streams;
  /** Zeros for inputs that no feature depends on: the tokens of a file with a text side. */
  readonly #others: Readonly<Record<string, OrtTensor>>;
  /** Settles when the last run is done; never rejects. */
  #turn: Promise<unknown> = Promise.resolve();
  #released = false;

  constructor(
    provider: string,
    ort: Ort,
    session: OrtSession,
    { manifest, streams }: EncoderWorker["loaded"],
  ) {
    this.provider = provider;
    this.#ort = ort;
    this.#session = session;
    this.#graph = JSON.parse(manifest) as Graph;
    this.#streams = streams;
    const others = session.inputMetadata.filter(({ name }) => name !== this.#graph.input.name);
    this.#others = Object.fromEntries(others.map(({ name, shape = [] }) => [name, zeros(ort, shape)]));
  }

  /** The feature row of an input tensor. */
  run(tensor: Float32Array, detail: Detail): Promise<Float32Array> {
    const row = this.#turn.then(() => this.#run(tensor, detail));
    this.#turn = row.catch(() => {});
    return row;
  }

  /** Frees the session when it is done. */
  release(): void {
    if (this.#released) return;
    this.#released = true;
    void this.#turn.then(() => this.#session.release()).catch(() => {});
  }

  async #run(tensor: Float32Array, detail: Detail): Promise<Float32Array> {
    if (this.#released)
      throw new HandfulError("disposed", "This encoder has been disposed of; load a new one.");
    const { input, outputs } = this.#graph;
    const tensors = this.#streams.map(({ name }) => outputs[name]?.tensor ?? name);
    let found: Record<string, OrtTensor>;
    try {
      const pixels = new this.#ort.Tensor("float32", tensor, shapeOf(this.#graph, detail));
      clearRegisters();
      found = await this.#session.run({ ...this.#others, [input.name]: pixels }, tensors);
    } catch (cause) {
      throw failed(this.provider, cause);
    }
    const row: number[] = [];
    for (const [i, { name, dim }] of this.#streams.entries()) {
      const { shape, token = 0 } = outputs[name] as Graph["outputs"][string];
      const data = found[tensors[i] as string]?.data;
      const wanted = shape.slice(1).reduce<number>((product, axis) => product * Number(axis), 1);
      if (!(data instanceof Float32Array) || data.length !== wanted)
        throw new HandfulError(
          "model-mismatch",
          `The output “${tensors[i]}” should be ${wanted} floats of 32 bits, but is ${describe(data)}.`,
        );
      row.push(...data.subarray(token * dim, (token + 1) * dim));
    }
    if (!row.every(Number.isFinite))
      throw new HandfulError("not-finite", "The outputs of the encoder hold NaN or infinity.");
    return Float32Array.from(row);
  }
}

/** Starts the model in the first execution provider that runs it and gives the manifest's numbers. */
async function start(worker: EncoderWorker, ort: Ort, providers: readonly string[]): Promise<Model> {
  const { model: bytes, probes } = worker.takeElsewhere() as NonNullable<
    ReturnType<EncoderWorker["takeElsewhere"]>
  >;
  const failures: HandfulError[] = [];
  for (const [i, provider] of providers.entries()) {
    let model: Model | undefined;
    try {
      // The last one may take the bytes away.
      const handed = i + 1 < providers.length ? bytes.slice() : bytes;
      const session = await ort.InferenceSession.create(handed, { executionProviders: [provider] });
      model = new Model(provider, ort, session, worker.loaded);
      for (const [detail, tensor] of probes) await worker.checkProbe(detail, await model.run(tensor, detail));
      return model;
    } catch (error) {
      model?.release();
      const failure = error instanceof HandfulError ? error : failed(provider, error);
      if (!["model", "model-mismatch", "not-finite"].includes(failure.code)) throw failure;
      failures.push(failure);
    }
  }
  const mismatch = failures.find(({ code }) => code === "model-mismatch");
  throw new HandfulError(
    mismatch ? "model-mismatch" : "model",
    `onnxruntime-web does not run “${worker.loaded.name}”: ${failures.map(({ message }) => message).join("; ")}`,
    { cause: failures.at(-1) },
  );
}

/** Whole numbers, which tokens are, of a shape whose free sides are 1. */
function zeros(ort: Ort, shape: readonly (number | string)[]): OrtTensor {
  const dims = shape.map((side) => (typeof side === "number" && side > 0 ? side : 1));
  const count = dims.reduce((product, side) => product * side, 1);
  return new ort.Tensor("int64", new BigInt64Array(count), dims);
}

/** Shape of the input for one image. */
function shapeOf({ input, detail: sides }: Graph, detail: Detail): number[] {
  const spatial = input.layout === "NHWC" ? input.shape.slice(1, 3) : input.shape.slice(2, 4);
  const live = detail === "live" ? sides?.live : undefined;
  const [height, width] = spatial.map((side) => live ?? Number(side)) as [number, number];
  return input.layout === "NHWC" ? [1, height, width, 3] : [1, 3, height, width];
}

function failed(provider: string, cause: unknown): HandfulError {
  const reason = cause instanceof Error ? cause.message : describe(cause);
  return new HandfulError("model", `${provider}: ${reason}`, { cause });
}
