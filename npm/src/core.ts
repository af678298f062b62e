// Entry `handful/core`: features in, answers out. Bundlers add neither worker nor encoder to it.
export { ERROR_CODES, type ErrorCode, HandfulError } from "./errors.js";
export {
  type AddFeaturesOptions,
  type CoreOptions,
  FeatureClassifier,
  type FeatureClassifierOptions,
} from "./feature-classifier.js";
export {
  type Answer,
  type AnswerTimings,
  type ClassSummary,
  type EncodeTimings,
  type Estimate,
  type ExampleSummary,
  HEAD_NAMES,
  type HeadName,
  type LabelScore,
  type Neighbour,
  type Quality,
  type Stream,
  type Streams,
  type SuspectLabel,
  type TextEncoding,
  type WasmSource,
} from "./types.js";
export { init, type WasmInput } from "./wasm.js";
