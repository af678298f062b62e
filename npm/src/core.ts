// Entry `handful/core`: features in, answers out. Bundlers add neither worker nor encoder to it.
export { ERROR_CODES, type ErrorCode, HandfulError } from "./errors.js";
export {
  type AddFeaturesOptions,
  type CoreOptions,
  FeatureClassifier,
  type FeatureClassifierOptions,
} from "./feature-classifier.js";
export type {
  Answer,
  AnswerTimings,
  ClassSummary,
  EncodeTimings,
  ExampleSummary,
  HeadName,
  LabelScore,
  Stream,
  Streams,
  WasmSource,
} from "./types.js";
export { init, type WasmInput } from "./wasm.js";
