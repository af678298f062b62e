// Labels are read by the text half of an encoder, each as it comes.
import { check, ROW } from "./check.js";
import type { ClassSummary, TextEncoding } from "./types.js";

/** A label is understood from this confidence on, as `handful_encoder::UNDERSTOOD` says too. */
const UNDERSTOOD = 0.5;

/** A set whose labels are read. */
interface Labelled {
  readonly classes: readonly ClassSummary[];
  subscribe(listener: () => void): () => void;
}

/**
 * Has each label of a set looked at from now on that has no text yet.
 *
 * @param understood - Told what a label means.
 * @param onError - Told why one could not be read; it is looked at again after a change.
 * @returns A function that ends it.
 */
export function readEach(
  set: Labelled,
  encodeText: (label: string) => Promise<TextEncoding>,
  understood: (label: string, features: Float32Array) => void,
  onError: ((error: unknown, label: string) => void) | undefined,
): () => void {
  let reading = true;
  const asked = new Set<string>();
  const read = async (label: string): Promise<void> => {
    try {
      const { features, confidence } = await encodeText(label);
      if (!reading || !(confidence >= UNDERSTOOD)) return;
      check("features", features, ROW);
      understood(label, features);
    } catch (error) {
      asked.delete(label);
      if (reading) onError?.(error, label);
    }
  };
  const look = (): void => {
    for (const { label, hasText } of set.classes) {
      if (hasText || asked.has(label)) continue;
      asked.add(label);
      void read(label);
    }
  };
  look();
  const end = set.subscribe(look);
  return () => {
    reading = false;
    end();
  };
}
