// The glue that wasm-pack writes beside the encoder module, as far as the worker uses it.
import type { Streams } from "../../types.js";

export class OnnxEncoder {
  constructor(manifestJson: string, onnx: Uint8Array, live: boolean);
  hasLive(): boolean;
  name(): string;
  id(): string;
  streams(): Streams;
  side(): number;
  preprocess(image: ImageData): Float32Array;
  run(tensor: Float32Array): Float32Array;
  free(): void;
}
export class ImagePreparation {
  constructor(manifestJson: string, onnx: Uint8Array);
  hasLive(): boolean;
  live(): ImagePreparation;
  name(): string;
  id(): string;
  streams(): Streams;
  side(): number;
  preprocess(image: ImageData): Float32Array;
  probe(): Float32Array | undefined;
  checkProbe(row: Float32Array): void;
  free(): void;
}
export class JpegEighth {
  constructor();
  push(bytes: Uint8Array): boolean;
  finish(): ImageData | "cut" | undefined;
}
export class WordEncoder {
  constructor(manifestJson: string, file: Uint8Array);
  features(name: string): Float32Array;
  confidence(name: string): number;
  free(): void;
}
export class OnnxTextEncoder {
  constructor(manifestJson: string, onnx: Uint8Array);
  run(tokens: Uint32Array): Float32Array;
  free(): void;
}
export default function init(input: { module_or_path: WebAssembly.Module }): Promise<unknown>;
