/** Pure updates: each takes a state and gives the next one. */
import { text } from "../text";
import {
  type Answer,
  type AppState,
  type ClassItem,
  type Example,
  NONE_KEY,
  type Outcome,
  type Place,
  type Reading,
  type Score,
  type Suspect,
} from "./state";

/** From so many photos on the package lets those that are asked about together help each other. */
const TOGETHER = 20;

/**
 * Takes over what the classifier now holds. A class that is still there keeps its key, and what is as it was stays the
 * same object, so that what shows it need not be drawn again.
 */
export function withSet(
  state: AppState,
  classes: readonly { label: string; count: number; hasText: boolean; enabled: boolean }[],
  examples: readonly Example[],
  negatives: readonly number[],
  unlabelled: readonly number[],
  nextKey: () => number,
): AppState {
  const before = new Map(state.classes.map((item) => [item.label, item]));
  const present = new Set(photosOf({ examples, negatives, unlabelled }));
  const ids = new Map<string, number[]>(classes.map(({ label }) => [label, []]));
  for (const { id, label } of examples) ids.get(label)?.push(id);
  const items = classes.map(({ label, count, enabled, hasText }): ClassItem => {
    const last = before.get(label);
    const own = same(last?.ids ?? [], ids.get(label) ?? []);
    const isSame = last && last.ids === own && last.enabled === enabled && last.named === hasText;
    return isSame ? last : { key: last?.key ?? nextKey(), label, count, ids: own, enabled, named: hasText };
  });
  const next = {
    ...state,
    classes: same(state.classes, items),
    examples,
    negatives: same(state.negatives, negatives),
    unlabelled: same(state.unlabelled, unlabelled),
    selected: same(
      state.selected,
      state.selected.filter((id) => present.has(id)),
    ),
  };
  return { ...next, recording: placeOf(next, state.recording) === undefined ? null : state.recording };
}

/** The list as it was, where the one of now has the same items. */
export function same<Item>(before: readonly Item[], now: readonly Item[]): readonly Item[] {
  return before.length === now.length && now.every((item, i) => item === before[i]) ? before : now;
}

/** The ids of all photos of the set. */
export function photosOf({
  examples,
  negatives,
  unlabelled,
}: Pick<AppState, "examples" | "negatives" | "unlabelled">): readonly number[] {
  return [...examples.map(({ id }) => id), ...negatives, ...unlabelled];
}

/** The place with a key, while it is there. */
export function placeOf({ classes }: AppState, key: number | null): Place | undefined {
  return key === NONE_KEY ? null : classes.find((item) => item.key === key)?.label;
}

/** Gives a class its new name before the classifier is read again, so that it keeps its key. */
export function withRenamed(state: AppState, from: string, to: string): AppState {
  const rename = (item: ClassItem) => (item.label === from ? { ...item, label: to } : item);
  return { ...state, classes: state.classes.map(rename) };
}

/** Picks a photo out, or puts it back. */
export function withToggled(state: AppState, id: number): AppState {
  const selected = state.selected.includes(id)
    ? state.selected.filter((other) => other !== id)
    : [...state.selected, id];
  return { ...state, selected };
}

/** Picks photos out beside those that are. */
export function withPicked(state: AppState, ids: readonly number[]): AppState {
  return { ...state, selected: [...new Set([...state.selected, ...ids])] };
}

export function withReadings(state: AppState, readings: readonly Reading[]): AppState {
  return { ...state, readings, shown: readings[0]?.id ?? null };
}

/** What was answered, by the ids of readings. */
export function withOutcomes(state: AppState, outcomes: ReadonlyMap<number, Outcome>): AppState {
  return {
    ...state,
    readings: state.readings.map((reading) => {
      const outcome = outcomes.get(reading.id);
      return outcome ? { ...reading, outcome } : reading;
    }),
  };
}

/** Notes something of a photo that was asked about. */
export function withReading(state: AppState, id: number, part: Partial<Reading>): AppState {
  return {
    ...state,
    readings: state.readings.map((reading) => (reading.id === id ? { ...reading, ...part } : reading)),
  };
}

/** Forgets what photos became in a set that is put away: in another one the same numbers are of other photos. */
export function withoutTaught(state: AppState): AppState {
  const readings = state.readings.map((reading) =>
    reading.taught === null ? reading : { ...reading, taught: null },
  );
  return { ...state, readings: same(state.readings, readings) };
}

/** Where a photo was added, as long as it is there: Undo takes it away again. */
export function taughtAs({ readings, examples, negatives }: AppState, reading: number): Place | undefined {
  const taught = readings.find(({ id }) => id === reading)?.taught;
  if (negatives.some((id) => id === taught)) return null;
  return examples.find(({ id }) => id === taught)?.label;
}

/** The photos that nobody has said the class of. */
export function unlabelled(state: AppState): readonly Reading[] {
  const present = new Set(photosOf(state));
  return state.readings.filter(({ taught }) => taught === null || !present.has(taught));
}

/** The name of the open set. */
export function setName({ sets, setId }: AppState): string {
  return sets.find(({ id }) => id === setId)?.name || text.sets.first;
}

/** Whether pictures of the set's photos are kept, from which it can be taught anew. */
export function hasPictures({ set, pictureBytes }: AppState): boolean {
  return set.kind === "unusable" ? set.pictures : pictureBytes > 0;
}

/** Classes that have examples and take part in answers. */
export function taught(state: AppState): readonly ClassItem[] {
  return state.classes.filter((item) => item.count > 0 && item.enabled);
}

/** Classes that an answer can be: those that take part and have examples, and those whose name says enough for now. */
export function candidates({ classes, head }: AppState): readonly ClassItem[] {
  // The other methods start from photos.
  return classes.filter(({ count, named, enabled }) => enabled && (count > 0 || (named && head === "auto")));
}

/** What was answered for the photo that the Answer region shows large. */
export function currentOutcome(state: AppState): Outcome | null {
  return state.readings.find((reading) => reading.id === state.shown)?.outcome ?? null;
}

/** The answer that somebody wants to be explained. */
export function explained(state: AppState): Outcome | null {
  const outcome = state.explaining ? currentOutcome(state) : null;
  return outcome?.kind === "answered" ? outcome : null;
}

/** The classes of an answer that have no photos: they were judged by their names. */
export function byName({ scores }: Answer, classes: readonly ClassItem[]): readonly string[] {
  const empty = new Set(classes.filter(({ count }) => count === 0).map(({ label }) => label));
  return scores.map(({ label }) => label).filter((label) => empty.has(label));
}

export interface Verdict {
  /** The best class; for "none" it is only the closest. */
  best: Score;
  kind: "sure" | "unsure" | "none";
}

/** The answer in short; below `askBelow` it is not sure. */
export function verdict(outcome: Outcome | null, askBelow: number): Verdict | null {
  if (outcome?.kind !== "answered") return null;
  const { scores, foreign }: Answer = outcome.answer;
  const [best] = scores;
  if (!best) return null;
  if (foreign) return { best, kind: "none" };
  return { best, kind: best.probability < askBelow ? "unsure" : "sure" };
}

/** How the readings were answered, counted; `unanswered` are those that cannot be. */
export function tally(readings: readonly Reading[], askBelow: number) {
  const counts = { sure: 0, unsure: 0, none: 0, unanswered: 0, waiting: 0 };
  for (const { outcome } of readings) {
    const without = outcome.kind === "waiting" ? "waiting" : "unanswered";
    counts[verdict(outcome, askBelow)?.kind ?? without] += 1;
  }
  return counts;
}

/** So many photos are asked about that they can help each other. */
export function canHelpEachOther({ head }: AppState, photos: number): boolean {
  // The other methods answer each by itself.
  return head === "auto" && photos >= TOGETHER;
}

/** Photos whose label looks wrong and that are still where they were when that was found out. */
export function suspects(state: AppState): readonly Suspect[] {
  const labels = new Set(state.classes.map(({ label }) => label));
  const labelOf = new Map(state.examples.map(({ id, label }) => [id, label]));
  return (state.quality?.suspects ?? []).filter(
    ({ id, label, looksLike }) => labelOf.get(id) === label && labels.has(looksLike),
  );
}
