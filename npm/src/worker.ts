import { compile } from "./compile.js";
import { decode } from "./decode.js";
import type { DownloadOptions } from "./download.js";
import { HandfulError, toHandfulError } from "./errors.js";
import { EncoderFiles, type NamedFile, type Place } from "./files.js";
import type { Call, Reply, Shared, Values } from "./protocol.js";
import { clearRegisters } from "./registers.js";
import { TextSide } from "./text.js";
import { drawThumbnail } from "./thumbnail.js";
import type { Detail, Pixels, Progress, TextEncoding } from "./types.js";
import glue, { ImagePreparation, OnnxEncoder, WordEncoder } from "./wasm/encoder/encoder.js";

/** The part of `DedicatedWorkerGlobalScope` that is used; its types cannot be mixed with those of the page. */
interface Scope {
  onmessage: ((event: MessageEvent<Call>) => void) | null;
  postMessage(message: Reply, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
/** Runs the model, or does all but that. */
type Looking = OnnxEncoder | ImagePreparation;
let encoder: Looking | undefined;
/** The same for live pictures; made for the first of them. */
let live: Looking | undefined;
let makeLive: (() => Looking) | undefined;
/** What another worker needs to be the same. */
let shared: Shared | undefined;
/** What reads names: words, which come with the encoder, or else its text side, fetched for the first name. */
let words: WordEncoder | undefined;
let text: TextSide | undefined;
/** The calls that can be stopped. */
const stops = new Map<number, AbortController>();
/** The calls whose images are large and wait for leave to be decoded. */
const leaves = new Map<number, () => void>();
/** Settles when the images that go first are done; never rejects. */
let firsts: Promise<void> = Promise.resolve();

// The page sends few images at a time: while the engine looks at one, the next ones are decoded.
scope.onmessage = async ({ data: call }) => {
  const { id } = call;
  const report = (progress: Progress): void => scope.postMessage({ kind: "progress", id, progress });
  try {
    if (call.kind === "stop") stops.get(id)?.abort();
    else if (call.kind === "decode") leaves.get(id)?.();
    else if (call.kind === "load") {
      const value = await load(call, report);
      scope.postMessage({ kind: "done", id, value }, value.elsewhere ? [value.elsewhere.model.buffer] : []);
    } else if (call.kind === "checkProbe") {
      const used = encoderFor(call.detail);
      if (used instanceof ImagePreparation) used.checkProbe(call.row);
      scope.postMessage({ kind: "done", id, value: undefined });
    } else if (call.kind === "share") {
      if (!shared) throw notLoaded();
      // A copy, which can be sent away.
      const value = { ...shared, model: shared.model.slice() };
      scope.postMessage({ kind: "done", id, value }, [value.model.buffer]);
    } else if (call.kind === "join") {
      await glue({ module_or_path: call.wasm });
      runModel(call);
      scope.postMessage({ kind: "done", id, value: undefined });
    } else {
      const value = call.kind === "encode" ? await encode(call) : await encodeText(call, report);
      scope.postMessage({ kind: "done", id, value }, [value.features.buffer]);
    }
  } catch (error) {
    // After a trap the module's memory may be in any state: the page starts another worker.
    const fatal = error instanceof WebAssembly.RuntimeError;
    const { code, message, cause } = fatal
      ? new HandfulError(
          "worker",
          `The encoder crashed (${error.message}); it starts again with the next image.`,
          { cause: error },
        )
      : toHandfulError(error);
    const failed = { kind: "failed", id, code, message, fatal } as const;
    try {
      scope.postMessage({ ...failed, cause });
    } catch {
      // Not everything that is thrown can be sent.
      scope.postMessage({ ...failed, cause: String(cause) });
    }
  }
};

async function load(
  call: Extract<Call, { kind: "load" }>,
  report: (progress: Progress) => void,
): Promise<Values["load"]> {
  report({ stage: "compile", done: 0, total: 1 });
  const onBytes = (done: number, total: number): void => report({ stage: "download", done, total });
  const downloading = stoppable(call.id, (signal) => download(call.place, { signal, onBytes }));
  // Said once all is compiled: where a worker ends before that, Firefox compiles nothing more until it is started anew.
  downloading.catch(() => {});
  const wasm = await compile(call.wasm);
  await glue({ module_or_path: wasm });
  report({ stage: "compile", done: 1, total: 1 });
  const { files, model, names } = await downloading;
  report({ stage: "load", done: 0, total: 1 });
  const { manifest } = files;
  const first = await files.use(files.image, () => {
    return call.runs ? runModel({ wasm, manifest, model }) : prepareImages(manifest, model);
  });
  words = names && (await files.use(names.file, () => new WordEncoder(files.manifest, names.bytes)));
  text = new TextSide(files, call.tokenizer);
  report({ stage: "load", done: 1, total: 1 });
  const textReady = words !== undefined;
  return {
    manifest,
    name: first.name(),
    id: first.id(),
    streams: first.streams(),
    hasText: textReady || text.exists,
    textReady,
    ...(!call.runs && { elsewhere: { model, probes: probes() } }),
  };
}

/** From now on the worker runs the model. */
function runModel(files: Shared): OnnxEncoder {
  const { manifest, model } = files;
  clearRegisters();
  const first = new OnnxEncoder(manifest, model, false);
  encoder = first;
  if (first.hasLive()) makeLive = () => new OnnxEncoder(manifest, model, true);
  shared = files;
  return first;
}

/** From now on the worker prepares images for another engine. */
function prepareImages(manifest: string, model: Uint8Array): ImagePreparation {
  const first = new ImagePreparation(manifest, model);
  encoder = first;
  if (first.hasLive()) makeLive = () => first.live();
  return first;
}

/** The tensors whose outputs the manifest knows. */
function probes(): ReadonlyMap<Detail, Float32Array> {
  const found = new Map<Detail, Float32Array>();
  for (const detail of ["photo", "live"] as const) {
    const used = encoderFor(detail);
    const tensor = used instanceof ImagePreparation && (detail === "photo" || makeLive) && used.probe();
    if (tensor) found.set(detail, tensor);
  }
  return found;
}

/** The files that an encoder cannot do without, and its words. */
async function download(
  place: Place,
  { signal, onBytes }: DownloadOptions,
): Promise<{
  files: EncoderFiles;
  model: Uint8Array;
  names: { file: NamedFile; bytes: Uint8Array } | undefined;
}> {
  const files = await EncoderFiles.open(place, signal);
  const file = files.words;
  const [model, names] = await Promise.all([
    files.fetch(files.image, { signal, onBytes }),
    file && files.fetch(file, { signal }).then((bytes) => ({ file, bytes })),
  ]);
  return { files, model, names };
}

async function encodeText(
  { id, name }: Extract<Call, { kind: "encodeText" }>,
  report: (progress: Progress) => void,
): Promise<TextEncoding & { features: Float32Array<ArrayBuffer> }> {
  if (words) {
    const features = words.features(name) as Float32Array<ArrayBuffer>;
    return { features, confidence: words.confidence(name) };
  }
  if (!text) throw notLoaded();
  const side = text;
  const onBytes = (done: number, total: number): void => report({ stage: "download", done, total });
  const features = await stoppable(id, (signal) => side.encode(name, signal, onBytes));
  // Such a text model takes any words; it does not say how well it knows them.
  return { features, confidence: 1 };
}

/** The work of a call that can be stopped until it is done. */
async function stoppable<T>(id: number, work: (signal: AbortSignal) => Promise<T>): Promise<T> {
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    return await work(stop.signal);
  } finally {
    stops.delete(id);
  }
}

function notLoaded(): HandfulError {
  return new HandfulError("worker", "The encoder is not loaded.");
}

function encoderFor(detail: Detail): Looking {
  if (!encoder) throw notLoaded();
  if (detail === "photo" || !makeLive) return encoder;
  live ??= makeLive();
  return live;
}

type Encode = Extract<Call, { kind: "encode" }>;
type Encoded = Values["encode"] & { features: Float32Array<ArrayBuffer> };

function encode(call: Encode): Promise<Encoded> {
  const made = look(call);
  if (call.first) firsts = Promise.allSettled([firsts, made]).then(() => {});
  return made;
}

async function look({ id, image, detail, thumbnail, first }: Encode): Promise<Encoded> {
  const used = encoderFor(detail);
  const start = performance.now();
  const pixels = await decode(image, Math.max(used.side(), thumbnail ?? 0), (work) => afterOthers(id, work));
  const decoded = performance.now();
  clearRegisters();
  const tensor = used.preprocess(pixels as ImageData); // it reads these three fields
  const preprocess = performance.now() - decoded;
  const drawing = thumbnail === undefined ? undefined : drawThumbnail(pixels, thumbnail);
  // Its failure is told below.
  drawing?.catch(() => {});
  if (!first) await firstsDone();
  const begun = performance.now();
  clearRegisters();
  const features = (used instanceof OnnxEncoder ? used.run(tensor) : tensor) as Float32Array<ArrayBuffer>;
  const encode = performance.now() - begun;
  const timings = { decode: decoded - start, preprocess, encode };
  return { features, timings, ...(drawing && { thumbnail: await drawing }) };
}

/** Decodes when no other large image is being decoded, in this worker or another one. */
async function afterOthers(id: number, decode: () => Promise<Pixels>): Promise<Pixels> {
  const leave = new Promise<void>((resolve) => leaves.set(id, resolve));
  scope.postMessage({ kind: "large", id });
  await leave;
  leaves.delete(id);
  try {
    return await decode();
  } finally {
    scope.postMessage({ kind: "decoded", id });
  }
}

/** Waits until the messages that have come are read, and the images among them that go first are done. */
async function firstsDone(): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve));
  let known: Promise<void>;
  do {
    known = firsts;
    await known;
  } while (known !== firsts);
}
