/** Answers for photos. Their features are kept, so that each new example gives new answers at once. */
import { type Encoder, HandfulError } from "handful";
import { freshId, getState, set, update } from "../state/live";
import { pathOf } from "../state/paths";
import type { Answer, Outcome, Timings } from "../state/state";
import { withOutcome, withReadings, withThumbnail } from "../state/updates";
import { codeOf, photoCode } from "./codes";
import { setOpened } from "./session";
import { currentSet, onSetChange } from "./set";
import { THUMBNAIL_SIDE, urlOf } from "./thumbnails";

/** What an encoder made of a photo. */
export interface Encoded {
  encoder: Encoder;
  features: Float32Array;
  timings: Omit<Timings, "classify">;
}

/** Examples that an answer is shown to rest on. */
const NEAREST = 4;

const encoded = new Map<number, Encoded>();
const photos = new Map<number, File>();
/** Number of the last request: what belongs to an earlier one is dropped. */
let round = 0;

/** Asks what some photos show; they take the place of those asked about before. */
export async function ask(files: readonly File[]): Promise<void> {
  round += 1;
  const mine = round;
  forget();
  const items = files.map((file) => ({ file, id: freshId() }));
  const readings = items.map(({ file, id }) => {
    const url = URL.createObjectURL(file);
    return {
      id,
      name: file.name,
      path: pathOf(file),
      url,
      thumbnail: null,
      taught: null,
      outcome: { kind: "waiting" } as const,
    };
  });
  for (const { file, id } of items) photos.set(id, file);
  update((state) => withReadings(state, readings));
  // A table of many photos would hold each of them at its full size.
  const options = items.length > 1 ? { thumbnail: THUMBNAIL_SIDE } : {};
  for (const { file, id } of items) {
    const encoder = await setOpened();
    if (mine !== round) return;
    try {
      const { thumbnail, ...encoding } = await encoder.encode(file, options);
      if (mine !== round) return;
      const result = { encoder, ...encoding };
      encoded.set(id, result);
      update((state) => withOutcome(state, id, classify(result)));
      if (thumbnail) update((state) => withThumbnail(state, id, urlOf(thumbnail)));
    } catch (error) {
      if (mine !== round) return;
      update((state) => withOutcome(state, id, { kind: "failed", code: photoCode(error, file.name) }));
    }
  }
}

/** The photo of a reading, as it came. */
export function photoOf(id: number): { name: string; source: File } | undefined {
  const file = photos.get(id);
  return file && { name: file.name, source: file };
}

/** What the encoder made of a reading, once it has. */
export function featuresOf(id: number): Float32Array | undefined {
  return encoded.get(id)?.features;
}

/** What the set says now about something encoded. */
export function classify({ features, timings }: Encoded): Outcome {
  try {
    const found = currentSet().predictFeatures(features);
    const nearest = currentSet()
      .nearestFeatures(features, NEAREST)
      .map(({ id }) => id);
    return {
      kind: "answered",
      answer: { ...told(found), nearest, timings: { ...timings, classify: found.timings.classify } },
    };
  } catch (error) {
    if (error instanceof HandfulError && error.code === "not-enough-examples") return { kind: "thin" };
    return { kind: "failed", code: codeOf(error) };
  }
}

type Told = Omit<Answer, "nearest" | "timings">;

/** The part of the package's answer that the page shows. */
function told({ scores, set, foreign, unscored }: Told): Told {
  return { scores, set, foreign, unscored };
}

export function clearReadings(): void {
  round += 1;
  forget();
  set({ readings: [], shown: null, suggested: [] });
}

onSetChange(() => {
  // What another encoder made of them means nothing to this set.
  if (Array.from(encoded.values()).some(({ encoder }) => !encoder.fits(currentSet()))) clearReadings();
  for (const [id, result] of encoded) update((state) => withOutcome(state, id, classify(result)));
});

function forget(): void {
  for (const { url, thumbnail } of getState().readings) {
    URL.revokeObjectURL(url);
    if (thumbnail) URL.revokeObjectURL(thumbnail);
  }
  encoded.clear();
  photos.clear();
}
