// Entry `handful` for browsers and bundlers.
export { Classifier, type ClassifierOptions, type Reencoded, type ReencodeOptions } from "./classifier.js";
export * from "./core.js";
export { fromEarlierEncoder } from "./earlier.js";
export { Encoder } from "./encoder.js";
export type { EncoderOptions } from "./encoder-worker.js";
export { encodeMany, type ImageEncoder } from "./image-encoder.js";
export { inspect, type SetSummary } from "./inspect.js";
export { type OcclusionOptions, occlusionSensitivity, type SensitivityMap } from "./occlusion.js";
export { PRESET_NAMES, type PresetName, preset, presetOf } from "./preset.js";
export type { Lost, PictureOf } from "./reencode.js";
export type {
  AddResult,
  BatchItem,
  CallOptions,
  Detail,
  EncodeOptions,
  EncodeResult,
  EncoderSource,
  Encoding,
  ImageOptions,
  ImageSource,
  ModelFiles,
  Pixels,
  PredictResult,
  Progress,
} from "./types.js";
export { type LiveSource, type WatchFeaturesOptions, type WatchOptions, watch } from "./watch.js";
