import { compile } from "./compile.js";
import { decode } from "./decode.js";
import { download } from "./download.js";
import { HandfulError, toHandfulError } from "./errors.js";
import type { Call, Reply, Values } from "./protocol.js";
import type { Progress, TextEncoding } from "./types.js";
import glue, { OnnxEncoder, WordEncoder } from "./wasm/encoder/encoder.js";

/** The part of `DedicatedWorkerGlobalScope` that is used; its types cannot be mixed with those of the page. */
interface Scope {
  onmessage: ((event: MessageEvent<Call>) => void) | null;
  postMessage(message: Reply, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
let encoder: OnnxEncoder | undefined;
let words: WordEncoder | undefined;

// The page makes the next call when this one is answered, so there is no queue here.
scope.onmessage = async ({ data: call }) => {
  const { id } = call;
  try {
    if (call.kind === "load") {
      const value = await load(call, (progress) => scope.postMessage({ kind: "progress", id, progress }));
      scope.postMessage({ kind: "done", id, value });
    } else {
      const value = call.kind === "encode" ? await encode(call) : encodeText(call);
      scope.postMessage({ kind: "done", id, value }, [value.features.buffer]);
    }
  } catch (error) {
    // After a trap the module's memory may be in any state: the page starts another worker.
    const fatal = error instanceof WebAssembly.RuntimeError;
    const { code, message } = fatal
      ? new HandfulError(
          "worker",
          `The encoder crashed (${error.message}); it starts again with the next image.`,
        )
      : toHandfulError(error);
    scope.postMessage({ kind: "failed", id, code, message, fatal });
  }
};

async function load(
  call: Extract<Call, { kind: "load" }>,
  report: (progress: Progress) => void,
): Promise<Values["load"]> {
  report({ stage: "compile", done: 0, total: 1 });
  const [{ manifest, model, names }] = await Promise.all([
    downloadEncoder(call, report),
    compile(call.wasm)
      .then((module) => glue({ module_or_path: module }))
      .then(() => report({ stage: "compile", done: 1, total: 1 })),
  ]);
  report({ stage: "load", done: 0, total: 1 });
  encoder = new OnnxEncoder(manifest, model);
  words = names && new WordEncoder(manifest, names);
  report({ stage: "load", done: 1, total: 1 });
  return {
    name: encoder.name(),
    id: encoder.id(),
    streams: encoder.streams(),
    hasText: words !== undefined,
  };
}

async function downloadEncoder(
  call: Extract<Call, { kind: "load" }>,
  report: (progress: Progress) => void,
): Promise<{ manifest: string; model: Uint8Array; names: Uint8Array | undefined }> {
  const manifest = new TextDecoder().decode(await download(call.manifest));
  const files = filesOf(manifest);
  const beside = (file: string): string => new URL(file, call.manifest).href;
  const [model, names] = await Promise.all([
    download(call.model ?? beside(files.model), (done, total) => report({ stage: "download", done, total })),
    files.words === undefined ? undefined : download(call.words ?? beside(files.words)),
  ]);
  return { manifest, model, names };
}

/** The only fields of the manifest that are read here; Rust reads and checks all of it. */
function filesOf(manifest: string): { model: string; words: string | undefined } {
  try {
    const { file, words } = JSON.parse(manifest) as { file?: unknown; words?: { file?: unknown } | null };
    // Words of another form are for Rust to refuse.
    if (typeof file === "string") return { model: file, words: words ? String(words.file) : undefined };
  } catch {
    // Not JSON: the sentence below says so too.
  }
  throw new HandfulError(
    "manifest",
    "The encoder manifest cannot be used: it is not JSON with a field `file`.",
  );
}

async function encode({
  image,
}: Extract<Call, { kind: "encode" }>): Promise<Values["encode"] & { features: Float32Array<ArrayBuffer> }> {
  if (!encoder) throw new HandfulError("worker", "The encoder is not loaded.");
  const start = performance.now();
  const pixels = await decode(image);
  const decoded = performance.now();
  const tensor = encoder.preprocess(pixels);
  const preprocessed = performance.now();
  const features = encoder.run(tensor) as Float32Array<ArrayBuffer>;
  const timings = {
    decode: decoded - start,
    preprocess: preprocessed - decoded,
    encode: performance.now() - preprocessed,
  };
  return { features, timings };
}

function encodeText({
  name,
}: Extract<Call, { kind: "encodeText" }>): TextEncoding & { features: Float32Array<ArrayBuffer> } {
  if (!words) throw new HandfulError("worker", "The encoder has no words.");
  return { features: words.features(name) as Float32Array<ArrayBuffer>, confidence: words.confidence(name) };
}
