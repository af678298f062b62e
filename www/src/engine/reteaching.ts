/** A set taught anew with another encoder, from the pictures that are kept of its photos. */
import { Classifier, type Encoder, type Lost } from "handful";
import type { SetFile } from "handful/store";
import { set } from "../state/live";
import { setAsSaved } from "./session";

let stop = new AbortController();

/** The new set, and what it lacks. */
export interface Anew extends Pick<SetFile, "bytes" | "pictures"> {
  /** How many photos it has. */
  photos: number;
  lost: readonly Lost[];
}

/** Teaches the set that is here anew; it stays as it is. Gives null where that is stopped. */
export async function teachAnew(encoder: Encoder): Promise<Anew | null> {
  stop = new AbortController();
  const { signal } = stop;
  const { bytes, pictures } = setAsSaved();
  const show = (done: number, total: number) => set({ reteaching: { done, total } });
  show(0, 0);
  try {
    const { classifier, lost } = await Classifier.reencode(bytes, {
      encoder,
      text: false,
      signal,
      picture: (id) => {
        const picture = pictures.get(id);
        return picture && new Blob([picture], { type: "image/jpeg" });
      },
      onProgress: ({ done, total }) => show(done, total),
    });
    const { examples, negatives, unlabelled } = classifier;
    const ids = new Set([...examples.map(({ id }) => id), ...negatives, ...unlabelled]);
    const kept = new Map(Array.from(pictures).filter(([id]) => ids.has(id)));
    const anew = { bytes: classifier.save(), pictures: kept, photos: ids.size, lost };
    classifier.dispose();
    return anew;
  } catch (error) {
    if (signal.aborted) return null;
    throw error;
  } finally {
    set({ reteaching: null });
  }
}

export function stopTeachingAnew(): void {
  stop.abort();
}
