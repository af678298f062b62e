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

/** A photo that was looked at, or could not be. */
interface Looked {
  file: File;
  thumbnail: Uint8Array<ArrayBuffer> | undefined;
  /** Asks the set that is open. */
  answer: () => Outcome;
}

type Answered = Omit<Looked, "answer"> & Pick<Tested, "outcome">;

/** Number of the last test: what belongs to an earlier one is dropped. */
let round = 0;
/** The classes and photos that the result is of: after any change of the set they are other arrays. */
let judged: unknown[] = [];

/** Tests the open set with photos; the result takes the place of the last one. Null where it was cancelled. */
export async function testWith(files: readonly File[]): Promise<TestResult | null> {
  round += 1;
  const mine = round;
  const looked: Looked[] = [];
  set({ testing: { done: 0, total: files.length } });
  for await (const seen of encodeAll(files, { thumbnail: THUMBNAIL_SIDE })) {
    if (mine !== round) return null;
    looked.push(lookedAt(files[seen.index] as File, seen));
    set({ testing: { done: looked.length, total: files.length } });
  }
  await ready();
  let answered: Answered[] = [];
  let now = setNow();
  while (answered.length < looked.length) {
    // The page is drawn in between.
    await pause();
    if (mine !== round) return null;
    // All answers are of one set: where it was changed meanwhile, they start anew.
    if (isOther(now)) [answered, now] = [[], setNow()];
    const next = looked.slice(answered.length, answered.length + ASKED_AT_ONCE);
    answered = [...answered, ...next.map(({ answer, ...rest }) => ({ ...rest, outcome: answer() }))];
  }
  const labels = candidates(getState()).map(({ label }) => label);
  const photos = answered.map((photo) => tested(photo, labels));
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

function lookedAt(file: File, { encoder, features, timings, thumbnail, error }: Seen): Looked {
  if (!error) return { file, thumbnail, answer: () => classify({ encoder, features, timings }) };
  const failed = { kind: "failed", code: photoCode(error, file.name) } as const;
  return { file, thumbnail: undefined, answer: () => failed };
}

function tested({ file, thumbnail, outcome }: Answered, labels: readonly string[]): Tested {
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
