/** Asks about photos whose folders say what they show. Nothing is taught by them; their features are not kept. */
import { freshId, getState, set } from "../state/live";
import { folderOf, pathOf } from "../state/paths";
import type { Outcome, Tested, TestResult } from "../state/state";
import { candidates } from "../state/updates";
import { classify, ready } from "./answering";
import { photoCode } from "./codes";
import { encodeAll, type Seen } from "./encoding";
import { pause } from "./pause";
import { currentSet, onSetChange, onSetDropped, sourceNow } from "./set";
import { THUMBNAIL_SIDE, urlOf } from "./thumbnails";

/** Photos answered before the page is drawn again. */
const ASKED_AT_ONCE = 20;

/** Number of the last test: what belongs to an earlier one is dropped. */
let round = 0;
/** The classes and photos that the result is of: after any change of the set they are other arrays. */
let judged: unknown[] = [];

/** Tests the open set with photos; the result takes the place of the last one. Null where it was cancelled. */
export async function testWith(files: readonly File[]): Promise<TestResult | null> {
  round += 1;
  const mine = round;
  /** In the order of the files. */
  const looked: Seen[] = [];
  set({ testing: { done: 0, total: files.length } });
  for await (const seen of encodeAll(files, { thumbnail: THUMBNAIL_SIDE })) {
    if (mine !== round) return null;
    looked.push(seen);
    set({ testing: { done: looked.length, total: files.length } });
  }
  await ready();
  let outcomes: Outcome[] = [];
  let now = setNow();
  while (outcomes.length < looked.length) {
    // The page is drawn in between.
    await pause();
    if (mine !== round) return null;
    // All answers are of one set: where it was changed meanwhile, they start anew.
    if (isOther(now)) [outcomes, now] = [[], setNow()];
    const next = looked.slice(outcomes.length, outcomes.length + ASKED_AT_ONCE);
    outcomes = [...outcomes, ...next.map((seen) => answer(seen, files))];
  }
  const labels = candidates(getState()).map(({ label }) => label);
  const photos = files.map((file, i) => tested(file, looked[i]?.thumbnail, outcomes[i] as Outcome, labels));
  forgetTest();
  const test = { photos, labels, source: sourceNow(), earlier: false };
  judged = now;
  set({ test, testing: null });
  return test;
}

export function cancelTest(): void {
  round += 1;
  set({ testing: null });
}

/** Asks the set that is open. */
function answer(seen: Seen, files: readonly File[]): Outcome {
  if (!seen.error) return classify(seen);
  return { kind: "failed", code: photoCode(seen.error, files[seen.index]?.name ?? "") };
}

function tested(
  file: File,
  thumbnail: Uint8Array<ArrayBuffer> | undefined,
  outcome: Outcome,
  labels: readonly string[],
): Tested {
  const path = pathOf(file);
  const truth = currentSet().labelOf(folderOf(path));
  return {
    id: freshId(),
    path,
    truth: truth !== undefined && labels.includes(truth) ? truth : null,
    thumbnail: thumbnail ? urlOf(thumbnail) : null,
    outcome,
  };
}

function setNow(): unknown[] {
  const { classes, examples, negatives } = currentSet();
  return [classes, examples, negatives, getState().head];
}

/** The set is not any more what it was. */
function isOther(before: readonly unknown[]): boolean {
  return setNow().some((part, i) => part !== before[i]);
}

function forgetTest(): void {
  for (const { thumbnail } of getState().test?.photos ?? []) if (thumbnail) URL.revokeObjectURL(thumbnail);
  set({ test: null });
}

onSetChange(() => {
  const { test } = getState();
  if (test && !test.earlier && isOther(judged)) set({ test: { ...test, earlier: true } });
});

// Another set knows nothing of it.
onSetDropped(() => {
  cancelTest();
  forgetTest();
});
