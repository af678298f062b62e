/** Answers for photos. Their features are kept, so that each new example gives new answers at once. */
import { type Encoder, type EncodeTimings, HandfulError } from "handful";
import { freshId, getState, set, update } from "../state/live";
import { pathOf } from "../state/paths";
import type { Answer, Outcome } from "../state/state";
import { canHelpEachOther, withOutcomes, withoutTaught, withReading, withReadings } from "../state/updates";
import { codeOf, photoCode } from "./codes";
import { encodeAll } from "./encoding";
import { pause } from "./pause";
import { currentSet, onSetChange, onSetDropped } from "./set";
import { THUMBNAIL_SIDE, urlOf } from "./thumbnails";

/** What an encoder made of a photo. */
export interface Encoded {
  encoder: Encoder;
  features: Float32Array;
  timings: EncodeTimings;
}

/** Milliseconds for which answering holds the page at once, about. */
const SLICE = 8;

/** What is known of each photo, by the id of its reading. */
const photos = new Map<number, { file: File; seen?: Encoded; url?: string }>();
/** Number of the last request: what belongs to an earlier one is dropped. */
let round = 0;
/** Photos that were answered before the last change of the set. */
let stale: number[] = [];
/** Ends whatever answers photos again. */
let answering = new AbortController();

/** Asks what some photos show; they take the place of those asked about before. */
export async function ask(files: readonly File[]): Promise<void> {
  forget();
  const mine = round;
  const items = files.map((file) => ({ file, id: freshId() }));
  const readings = items.map(({ file, id }) => ({
    id,
    path: pathOf(file),
    thumbnail: null,
    taught: null,
    outcome: { kind: "waiting" } as const,
  }));
  for (const { file, id } of items) photos.set(id, { file });
  update((state) => withReadings(state, readings));
  // A table of many photos would hold each of them at its full size.
  const options = items.length > 1 ? { thumbnail: THUMBNAIL_SIDE } : {};
  for await (const seen of encodeAll(files, options)) {
    if (mine !== round) return;
    const { file, id } = items[seen.index] as (typeof items)[number];
    if (seen.error) {
      const outcome = { kind: "failed", code: photoCode(seen.error, file.name) } as const;
      update((state) => withReading(state, id, { outcome }));
      continue;
    }
    await ready();
    if (mine !== round) return;
    const { encoder, features, timings, thumbnail } = seen;
    const result = { encoder, features, timings };
    photos.set(id, { ...photos.get(id), file, seen: result });
    const shown = { outcome: classify(result), thumbnail: thumbnail ? urlOf(thumbnail) : null };
    update((state) => withReading(state, id, shown));
  }
  if (mine !== round) return;
  await answerAgain();
}

function stop(): void {
  answering.abort();
}

/** Waits until the set answers at once. That it was put away meanwhile is found out by whoever asks it. */
export async function ready(signal?: AbortSignal): Promise<void> {
  await currentSet()
    .prepare(signal && { signal })
    .catch(() => {});
}

/** Answers in slices what is stale, then all together. */
async function answerAgain(): Promise<void> {
  stop();
  answering = new AbortController();
  const { signal } = answering;
  // What changed the set has held the page for a while.
  await pause();
  if (stale.length > 0 && !signal.aborted) await ready(signal);
  while (stale.length > 0) {
    await pause();
    if (signal.aborted) return;
    const outcomes = new Map<number, Outcome>();
    const end = performance.now() + SLICE;
    do {
      const id = stale.shift() as number;
      outcomes.set(id, classify(photos.get(id)?.seen as Encoded));
    } while (stale.length > 0 && performance.now() < end);
    update((state) => withOutcomes(state, outcomes));
  }
  if (!signal.aborted) await answerTogether(signal);
}

/** Lets many photos help each other, once each has been answered by itself. */
async function answerTogether(signal: AbortSignal): Promise<void> {
  const state = getState();
  const asked = state.readings.flatMap(({ id, outcome }) => {
    const seen = photos.get(id)?.seen;
    return seen && outcome.kind === "answered" ? [{ id, ...seen }] : [];
  });
  const wanted = canHelpEachOther(state, asked.length);
  set({ together: wanted ? "working" : "no" });
  // When the last photo has come, this is done again.
  if (!wanted || state.readings.some(({ outcome }) => outcome.kind === "waiting")) return;
  try {
    const rows = asked.map(({ features }) => features);
    const answers = await currentSet().predictFeaturesTogether(rows, { signal });
    const outcomes = answers.map((found, i): [number, Outcome] => {
      const { id, timings } = asked[i] as (typeof asked)[number];
      return [id, answered(found, timings)];
    });
    update((now) => ({ ...withOutcomes(now, new Map(outcomes)), together: "done" }));
  } catch (error) {
    if (signal.aborted) return;
    console.warn("the photos could not be answered together", error);
    set({ together: "no" });
  }
}

/** The photo of a reading, as it came. */
export function photoOf(id: number): { name: string; source: File } | undefined {
  const file = photos.get(id)?.file;
  return file && { name: file.name, source: file };
}

/** The address of the photo of a reading, made when it is first shown. */
export function addressOf(id: number): string | undefined {
  const photo = photos.get(id);
  if (photo) photo.url ??= URL.createObjectURL(photo.file);
  return photo?.url;
}

/** What the encoder made of a reading, once it has. */
export function featuresOf(id: number): Float32Array | undefined {
  return photos.get(id)?.seen?.features;
}

/** What the set says now about something encoded. */
export function classify({ features, timings }: Encoded): Outcome {
  try {
    return answered(currentSet().predictFeatures(features), timings);
  } catch (error) {
    if (error instanceof HandfulError && error.code === "not-enough-examples") return { kind: "thin" };
    return { kind: "failed", code: codeOf(error) };
  }
}

/** The set was asked about features, so it knows nothing of what these took. */
function answered(answer: Answer, timings: EncodeTimings): Outcome {
  return {
    kind: "answered",
    answer: { ...answer, timings: { ...timings, classify: answer.timings.classify } },
  };
}

export function clearReadings(): void {
  forget();
  set({ readings: [], shown: null, suggested: [] });
}

onSetChange(() => {
  // What another encoder made of them means nothing to this set.
  if (Array.from(photos.values()).some(({ seen }) => seen && !seen.encoder.fits(currentSet())))
    clearReadings();
  // The one that is shown comes first.
  const { shown } = getState();
  const seen = Array.from(photos).filter(([, photo]) => photo.seen);
  stale = seen.map(([id]) => id).sort((a, b) => Number(b === shown) - Number(a === shown));
  void answerAgain();
});

onSetDropped(() => {
  stop();
  stale = [];
  update(withoutTaught);
});

function forget(): void {
  round += 1;
  stop();
  stale = [];
  set({ together: "no" });
  for (const { thumbnail } of getState().readings) if (thumbnail) URL.revokeObjectURL(thumbnail);
  for (const { url } of photos.values()) if (url) URL.revokeObjectURL(url);
  photos.clear();
}
