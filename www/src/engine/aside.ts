/** A worker that answers one question about a copy of the set. Heads are fitted for that, which takes seconds where it is large. */
import { FeatureClassifier } from "handful/core";

/** What is asked: the name of a method. */
export type Method = "evaluate" | "explainFeatures" | "suggestFeatures";

export interface Question<Asked extends Method> {
  /** The set as the package saves it. */
  bytes: Uint8Array;
  method: Asked;
  with: Parameters<FeatureClassifier[Asked]>;
}

addEventListener(
  "message",
  async ({ data: { bytes, method, with: given } }: MessageEvent<Question<Method>>) => {
    let said: unknown = null;
    try {
      const set = await FeatureClassifier.load(bytes);
      said = (set[method] as (...given: unknown[]) => unknown)(...given);
    } catch (error) {
      console.warn(`${method} failed`, error);
    }
    postMessage(said);
  },
);
