/** Questions about a set that the page asks, or a worker. */
import type { FeatureClassifier } from "handful/core";

/** What is asked: the name of a method. */
export type Method = "evaluate" | "explainFeatures" | "suggestFeatures";

export type Given<Asked extends Method> = Parameters<FeatureClassifier[Asked]>;

export type Said<Asked extends Method> = ReturnType<FeatureClassifier[Asked]>;

export interface Question<Asked extends Method> {
  /** The set as the package saves it. */
  bytes: Uint8Array;
  method: Asked;
  with: Given<Asked>;
}

export function answer<Asked extends Method>(
  set: FeatureClassifier,
  method: Asked,
  given: Given<Asked>,
): Said<Asked> {
  return (set[method] as (...given: Given<Asked>) => Said<Asked>)(...given);
}
