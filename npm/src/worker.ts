import { compile } from "./compile.js";
import { decode } from "./decode.js";
import { HandfulError, toHandfulError } from "./errors.js";
import { EncoderFiles } from "./files.js";
import type { Call, Reply, Values } from "./protocol.js";
import { TextSide } from "./text.js";
import type { Progress } from "./types.js";
import glue, { OnnxEncoder } from "./wasm/encoder/encoder.js";

/** The part of `DedicatedWorkerGlobalScope` that is used; its types cannot be mixed with those of the page. */
interface Scope {
  onmessage: ((event: MessageEvent<Call>) => void) | null;
  postMessage(message: Reply, transfer?: Transferable[]): void;
}

const scope = globalThis as unknown as Scope;
let encoder: OnnxEncoder | undefined;
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
      scope.postMessage({ kind: "done", id, value });
    } else if (call.kind === "encodeText") {
      const features = await encodeText(call, report);
      scope.postMessage({ kind: "done", id, value: { features } }, [features.buffer]);
    } else {
      const value = await encode(call);
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
  const onBytes = (done: number, total: number): void => report({ stage: "download", done, total });
  const download = async (): Promise<[EncoderFiles, Uint8Array]> => {
    const files = await EncoderFiles.open(call.place);
    return [files, await files.fetch(files.image, { onBytes })];
  };
  const [[files, model]] = await Promise.all([
    download(),
    compile(call.wasm)
      .then((module) => glue({ module_or_path: module }))
      .then(() => report({ stage: "compile", done: 1, total: 1 })),
  ]);
  report({ stage: "load", done: 0, total: 1 });
  encoder = await files.use(files.image, () => new OnnxEncoder(files.manifest, model));
  text = new TextSide(files, call.tokenizer);
  report({ stage: "load", done: 1, total: 1 });
  return { name: encoder.name(), id: encoder.id(), streams: encoder.streams() };
}

async function encodeText(
  { id, name }: Extract<Call, { kind: "encodeText" }>,
  report: (progress: Progress) => void,
): Promise<Float32Array<ArrayBuffer>> {
  if (!text) throw notLoaded();
  const stop = new AbortController();
  stops.set(id, stop);
  try {
    return await text.encode(name, stop.signal, (done, total) => report({ stage: "download", done, total }));
  } finally {
    stops.delete(id);
  }
}

function notLoaded(): HandfulError {
  return new HandfulError("worker", "The encoder is not loaded.");
}

async function encode({
  image,
}: Extract<Call, { kind: "encode" }>): Promise<Values["encode"] & { features: Float32Array<ArrayBuffer> }> {
  if (!encoder) throw notLoaded();
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
