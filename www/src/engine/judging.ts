/** How well the set works, worked out when it has been left alone for a moment: it can take longer than a frame. */
import type { Quality as Judgement } from "handful";
import { getState, set } from "../state/live";
import type { Quality } from "../state/state";
import { taught } from "../state/updates";
import { currentSet, onSetChange } from "./set";

/** Milliseconds without a change. */
const REST = 250;
/** A class that is recognised less often than this wants more photos. */
const SELDOM = 0.7;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Judges the set after every change from now on. */
export function keepJudging(): void {
  onSetChange(() => {
    clearTimeout(timer);
    if (canBeJudged()) wait();
    else set({ quality: null });
  });
}

function canBeJudged(): boolean {
  return taught(getState()).length > 1;
}

function wait(): void {
  timer = setTimeout(judge, REST);
}

function judge(): void {
  // The set may have been put away meanwhile.
  if (!canBeJudged()) return;
  // The next photo changes the set again.
  if (getState().teaching.kind === "working") wait();
  else set({ quality: summary(currentSet().evaluate()) });
}

function summary({
  accuracy,
  labels,
  confusion,
  recall,
  mistakes,
  suspects,
  refused,
}: Judgement): Quality | null {
  if (!accuracy) return null;
  let weakest = -1;
  let least = SELDOM;
  for (const [c, estimate] of recall.entries()) {
    if (estimate && estimate.value < least) [weakest, least] = [c, estimate.value];
  }
  return {
    accuracy,
    weakest: weakest < 0 ? null : confused(labels, weakest, confusion[weakest] ?? []),
    confusion: { labels, counts: confusion },
    mistakes: mistakes.map(({ id, label, takenFor }) => ({ id, label, takenFor })),
    suspects: suspects.map(({ id, label, looksLike, nearest }) => ({ id, label, looksLike, nearest })),
    refused,
  };
}

/** A class, and the other one that its photos are most often taken for. */
function confused(labels: readonly string[], own: number, row: readonly number[]): Quality["weakest"] {
  const others = row.map((count, c) => (c === own ? 0 : count));
  const [label, takenFor] = [labels[own], labels[others.indexOf(Math.max(...others))]];
  return label !== undefined && takenFor !== undefined ? { label, takenFor } : null;
}
