// Entry `handful/core`: features in, answers out. Bundlers add neither worker nor encoder to it.
export { ERROR_CODES, type ErrorCode, HandfulError } from "./errors.js";
export {
  type CoreOptions,
  FeatureClassifier,
  type FeatureClassifierOptions,
} from "./feature-classifier.js";
export type {
  AmuFields,
  AmuPublishedFields,
  Auxiliary,
  Center,
  ClassPrior,
  Factor,
  Head,
  HeadFields,
  HeadRecipe,
  KernelRidgeFields,
  KnnFields,
  LogisticFields,
  MissingText,
  NaiveBayesFields,
  NaiveBayesFullFields,
  NoFields,
  PrototypeFields,
  TipAdapterFields,
  UerFields,
  Uncertainty,
  ZeroShotFields,
} from "./heads.js";
export { inspect, type SetSummary } from "./inspect.js";
export {
  type Answer,
  type AnswerTimings,
  type AssignOptions,
  type ClassSummary,
  type EncodeTimings,
  type Estimate,
  type ExampleSummary,
  HEAD_NAMES,
  type HeadName,
  type LabelScore,
  LINEAR_HEADS,
  type Mistake,
  type Neighbour,
  type Opinion,
  type Quality,
  type Stream,
  type Streams,
  type SuspectLabel,
  type TextEncoding,
  type WasmSource,
} from "./types.js";
export { init, type WasmInput } from "./wasm.js";
