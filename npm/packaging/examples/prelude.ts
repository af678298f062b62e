// What the examples of docstrings take for granted. What else they need, they import.
declare const Classifier: typeof import("handful").Classifier;
declare const Encoder: typeof import("handful").Encoder;
declare const ERROR_CODES: typeof import("handful").ERROR_CODES;
declare const encodeMany: typeof import("handful").encodeMany;
declare const FeatureClassifier: typeof import("handful").FeatureClassifier;
declare const fromEarlierEncoder: typeof import("handful").fromEarlierEncoder;
declare const HandfulError: typeof import("handful").HandfulError;
declare const HEAD_NAMES: typeof import("handful").HEAD_NAMES;
declare const init: typeof import("handful").init;
declare const inspect: typeof import("handful").inspect;
declare const LINEAR_HEADS: typeof import("handful").LINEAR_HEADS;
declare const occlusionSensitivity: typeof import("handful").occlusionSensitivity;
declare const PRESET_NAMES: typeof import("handful").PRESET_NAMES;
declare const preset: typeof import("handful").preset;
declare const presetOf: typeof import("handful").presetOf;
declare const watch: typeof import("handful").watch;
declare const OrtEncoder: typeof import("handful/onnxruntime").OrtEncoder;
declare const useClassifier: typeof import("handful/react").useClassifier;
declare const useWatch: typeof import("handful/react").useWatch;
declare const readSetFile: typeof import("handful/store").readSetFile;
declare const Store: typeof import("handful/store").Store;
declare const writeSetFile: typeof import("handful/store").writeSetFile;
declare const fromTransformers: typeof import("handful/transformers").fromTransformers;

/** Was just loaded, and knows apples and pears by four photos of each: 0 to 3 and 4 to 7. */
declare const classifier: import("handful").Classifier;
declare const encoder: import("handful").Encoder;
/** Rows of 512 numbers, of an apple, of a pear, of the empty table, and of a dozen apples and pears by turns. */
declare const appleRow: Float32Array;
declare const pearRow: Float32Array;
declare const tableRow: Float32Array;
declare const rows: Float32Array[];
/** Photos of an apple, of the empty table, of apples, of pears, and of a dozen of each by turns. */
declare const photo: File;
declare const tablePhoto: File;
declare const applePhotos: File[];
declare const pearPhotos: File[];
declare const files: File[];
/** What the classifier saved: a file, and its bytes. */
declare const file: File;
declare const bytes: Uint8Array<ArrayBuffer>;
declare const signal: AbortSignal;
declare const onProgress: (progress: import("handful").Progress) => void;
/** A network of yours. */
declare function embed(image: import("handful").ImageSource): Promise<Float32Array>;

declare const store: import("handful/store").Store;
/** A set of the store that is open, and its id. */
declare const set: import("handful/store").StoredSet<import("handful").Classifier>;
declare const id: string;
/** Small pictures, under the ids of their photos. */
declare const pictures: Map<number, Uint8Array<ArrayBuffer>>;

/** Elements of a page. */
declare const camera: import("handful/camera").HandfulCamera;
declare const video: HTMLVideoElement;
declare const heading: HTMLElement;
declare const bar: HTMLProgressElement;
declare const link: HTMLAnchorElement;

declare const ort: typeof import("onnxruntime-web/wasm");
declare const ortEncoder: import("handful/onnxruntime").OrtEncoder;

/** What is used of transformers.js, which is too large to be fetched for its types. */
declare module "@huggingface/transformers" {
  export class RawImage {
    constructor(data: Uint8ClampedArray | Uint8Array, width: number, height: number, channels: 1 | 2 | 3 | 4);
    static fromBlob(file: Blob): Promise<RawImage>;
    readonly data: Uint8ClampedArray | Uint8Array;
    readonly width: number;
    readonly height: number;
    readonly channels: 1 | 2 | 3 | 4;
  }
  interface Tensor {
    readonly dims: number[];
    readonly data: unknown;
  }
  type Model = (inputs: object) => Promise<{ image_embeds: Tensor }>;
  type Processor = (image: RawImage) => Promise<object>;
  export function pipeline(
    task: "image-feature-extraction",
    model: string,
    options: { device: string; dtype: string },
  ): Promise<(image: RawImage) => Promise<Tensor>>;
  export const AutoProcessor: { from_pretrained(model: string): Promise<Processor> };
  export const CLIPVisionModelWithProjection: { from_pretrained(model: string): Promise<Model> };
}
