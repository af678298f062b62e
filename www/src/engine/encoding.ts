/** What the encoder of the open set makes of many photos. */
import type { EncodeResult, Encoder } from "handful";
import { setOpened } from "./session";

/** What became of a photo, or the error. */
export type Seen = EncodeResult & { encoder: Encoder };

/**
 * Features of photos, in order, as they come; a bad one never stops the rest. Where a set of another encoder is opened meanwhile, that
 * one looks at the photos that are left.
 */
export async function* encodeAll(
  photos: readonly File[],
  options: { thumbnail?: number },
): AsyncGenerator<Seen, void> {
  let done = 0;
  while (done < photos.length) {
    const encoder = await setOpened();
    try {
      for await (const result of encoder.encodeMany(photos.slice(done), options)) {
        if ((await setOpened()) !== encoder) break;
        yield { ...result, index: done, encoder };
        done += 1;
      }
    } catch (error) {
      // It was ended with its set.
      if ((await setOpened()) === encoder) throw error;
    }
  }
}
