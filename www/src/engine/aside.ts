/** A worker that answers one question about a copy of the set. Heads are fitted for that, which takes seconds where it is large. */
import { FeatureClassifier } from "handful/core";
import { answer, type Method, type Question } from "./asking";

addEventListener(
  "message",
  async ({ data: { bytes, method, with: given } }: MessageEvent<Question<Method>>) => {
    let said: unknown = null;
    try {
      said = answer(await FeatureClassifier.load(bytes), method, given);
    } catch (error) {
      console.warn(`${method} failed`, error);
    }
    postMessage(said);
  },
);
