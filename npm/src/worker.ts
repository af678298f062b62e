import { compile } from "./compile.js";
import { decode } from "./decode.js";
import type { DownloadOptions } from "./download.js";
import { HandfulError, toHandfulError } from "./errors.js";
import { EncoderFiles, type NamedFile, type Place } from "./files.js";
import type { Call, Reply, Values } from "./protocol.js";
import { TextSide } from "./text.js";
import { drawThumbnail } from "./thumbnail.js";
import type { Detail, Progress, TextEncoding } from "./types.js";
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
/** What reads names: words, which come with the encoder, or else its text side, fetched for the first name. */
let words: WordEncoder | undefined;
let text: TextSide | undefined;
/** The calls that can be stopped. */
const stops = new Map<number, AbortController>();

// The page asks for the next image when this one is done, so there is no queue here; texts may come in between.
scope.onmessage = async ({ data: call }) => {
  const { id } = call;
  const report = (progress: Progress): void => scope.postMessage({ kind: "progress", id, progress });
  try {
    if (call.kind === "stop") stops.get(id)?.abort();
    else if (call.kind === "load") {
      const value = await load(call, report);
      scope.postMessage({ kind: "done", id, value }, value.elsewhere ? [value.elsewhere.model.buffer] : []);
    } else if (call.kind === "checkProbe") {
      const used = encoderFor(call.detail);
      if (used instanceof ImagePreparation) used.checkProbe(call.row);
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
  await glue({ module_or_path: await compile(call.wasm) });
  report({ stage: "compile", done: 1, total: 1 });
  const { files, model, names } = await downloading;
  report({ stage: "load", done: 0, total: 1 });
  encoder = await files.use(files.image, (): Looking => {
    if (call.runs) return new OnnxEncoder(files.manifest, model, false);
    return new ImagePreparation(files.manifest, model);
  });
  const first = encoder;
  if (first.hasLive())
    makeLive = () =>
      first instanceof ImagePreparation ? first.live() : new OnnxEncoder(files.manifest, model, true);
  words = names && (await files.use(names.file, () => new WordEncoder(files.manifest, names.bytes)));
  text = new TextSide(files, call.tokenizer);
  report({ stage: "load", done: 1, total: 1 });
  const textReady = words !== undefined;
  return {
    manifest: files.manifest,
    name: encoder.name(),
    id: encoder.id(),
    streams: encoder.streams(),
    hasText: textReady || text.exists,
    textReady,
    ...(!call.runs && { elsewhere: { model, probes: probes() } }),
  };
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

async function encode({
  image,
  detail,
  thumbnail,
}: Extract<Call, { kind: "encode" }>): Promise<Values["encode"] & { features: Float32Array<ArrayBuffer> }> {
  const used = encoderFor(detail);
  const start = performance.now();
  const pixels = await decode(image, Math.max(used.side(), thumbnail ?? 0));
  const decoded = performance.now();
  const small = thumbnail === undefined ? {} : { thumbnail: await drawThumbnail(pixels, thumbnail) };
  const drawn = performance.now();
  const tensor = used.preprocess(pixels as ImageData); // it reads these three fields
  const preprocessed = performance.now();
  const features = (used instanceof OnnxEncoder ? used.run(tensor) : tensor) as Float32Array<ArrayBuffer>;
  const timings = {
    decode: decoded - start,
    preprocess: preprocessed - drawn,
    encode: performance.now() - preprocessed,
  };
  return { features, timings, ...small };
}
