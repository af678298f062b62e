/** How well the set works. */
import type { Quality as Judgement } from "handful";
import { getState, set } from "../state/live";
import type { Quality } from "../state/state";
import { taught } from "../state/updates";
import { Consultation, FEW } from "./consulting";
import { onSetChange } from "./set";

/** A class that is recognised less often than this wants more photos. */
const SELDOM = 0.7;

const judgement = new Consultation("evaluate", FEW);

/** Judges the set after every change from now on. */
export function keepJudging(): void {
  onSetChange(judge);
}

function canBeJudged(): boolean {
  return taught(getState()).length > 1;
}

function judge(): void {
  judgement.stop();
  if (canBeJudged()) judgement.restart(ask, (found) => set({ quality: found && summary(found) }));
  else set({ quality: null });
}

function ask(): [] | null {
  if (getState().teaching.kind === "idle") return [];
  // The next photo changes the set again.
  judge();
  return null;
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
