/** A worker that says what single methods make of a photo. Each is fitted for that, which takes seconds where the set is large. */
import { FeatureClassifier, type Opinion } from "handful/core";

export interface Question {
  /** The set as the package saves it. */
  bytes: Uint8Array;
  /** Of the photo. */
  features: Float32Array;
}

addEventListener("message", async ({ data: { bytes, features } }: MessageEvent<Question>) => {
  let said: readonly Opinion[] | null = null;
  try {
    said = (await FeatureClassifier.load(bytes)).explainFeatures(features);
  } catch (error) {
    console.warn("what single methods say could not be worked out", error);
  }
  postMessage(said);
});
