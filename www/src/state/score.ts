/** How often a set, or a test of it, was right, and what was taken for what. */
import { folderOf } from "./paths";
import type { Estimate, Mistake, Quality, Tested, TestResult } from "./state";
import { verdict } from "./updates";

/** 97.5 % quantile of the standard normal distribution: a two-sided interval of 95 %. */
const Z = 1.959964;

/** A class that is recognised less often than this wants more photos. */
const SELDOM = 0.7;

/** What the photos of one class, or all strangers, were answered. */
export interface ScoredRow {
  /** Null for strangers. */
  label: string | null;
  right: number;
  count: number;
  /** The column of the commonest wrong answer, and how many photos got it; null where there was none. */
  worst: { column: number; count: number } | null;
}

export interface Scored {
  right: number;
  /** The share of right answers; null where nothing was answered. */
  accuracy: Estimate | null;
  /** Photos of a class that got none: "not sure", for some of which the best guess was right, and "none of these". */
  unsure: number;
  guessed: number;
  none: number;
  /** The names of the folders of strangers. */
  folders: readonly string[];
  strangers: number;
  /** Photos without an answer, which do not count. */
  failed: number;
  /** The classes that are a truth or the best guess of an answer. */
  labels: readonly string[];
  /** One for each label, and the last for strangers. */
  rows: readonly ScoredRow[];
  /** Photos by row and by answer: each label, "none of these", "not sure". So row r is right in column r. */
  cells: readonly (readonly (readonly Tested[])[])[];
}

/** The figures of a test; below `askBelow` an answer is not sure. */
export function scoreOf({ photos, labels: all }: TestResult, askBelow: number): Scored {
  const answered = photos.flatMap((photo) => {
    const found = verdict(photo.outcome, askBelow);
    return found ? [{ photo, ...found }] : [];
  });
  const met = new Set(answered.flatMap(({ photo, best }) => [photo.truth, best.label]));
  const labels = all.filter((label) => met.has(label));
  const [none, unsure] = [labels.length, labels.length + 1];
  const cells = Array.from({ length: none + 1 }, () =>
    Array.from({ length: unsure + 1 }, (): Tested[] => []),
  );
  for (const { photo, best, kind } of answered) {
    const row = photo.truth === null ? none : labels.indexOf(photo.truth);
    const column = { sure: labels.indexOf(best.label), none, unsure }[kind];
    cells[row]?.[column]?.push(photo);
  }
  const rows = cells.map((row, r) =>
    scoredRow(
      row.map(({ length }) => length),
      r,
      labels[r] ?? null,
    ),
  );
  const right = rows.reduce((sum, row) => sum + row.right, 0);
  const strangers = cells[none]?.flat() ?? [];
  const ofClass = answered.filter(({ photo }) => photo.truth !== null);
  const doubted = ofClass.filter(({ kind }) => kind === "unsure");
  return {
    right,
    accuracy: wilson(right, answered.length),
    unsure: doubted.length,
    guessed: doubted.filter(({ photo, best }) => photo.truth === best.label).length,
    none: ofClass.filter(({ kind }) => kind === "none").length,
    folders: Array.from(new Set(strangers.map(({ path }) => folderOf(path)))),
    strangers: strangers.length,
    failed: photos.length - answered.length,
    labels,
    rows,
    cells,
  };
}

/** A row of numbers of photos, of which those in the column `own` were right. */
function scoredRow(counts: readonly number[], own: number, label: string | null): ScoredRow {
  const wrong = counts.map((count, column) => (column === own ? 0 : count));
  const most = Math.max(...wrong);
  return {
    label,
    right: counts[own] ?? 0,
    count: counts.reduce((a, b) => a + b, 0),
    worst: most > 0 ? { column: wrong.indexOf(most), count: most } : null,
  };
}

/** What the photos of each class of the set were taken for. */
export function scoredRows({ labels, confusion }: Quality): ScoredRow[] {
  return labels.map((label, own) => scoredRow(confusion[own] ?? [], own, label));
}

/** The class that is recognised least, where that is seldom, and what its photos are most often taken for; else null. */
export function weakestOf(quality: Quality): Pick<Mistake, "label" | "takenFor"> | null {
  const shares = quality.recall.map((estimate) => estimate?.value ?? 1);
  const least = Math.min(...shares);
  const { label, worst } = scoredRows(quality)[shares.indexOf(least)] ?? {};
  const takenFor = worst && quality.labels[worst.column];
  return least < SELDOM && label && takenFor ? { label, takenFor } : null;
}

/** Wilson's interval for k of n, as the package judges a set by its own photos. */
function wilson(k: number, n: number): Estimate | null {
  if (n === 0) return null;
  const [p, z2] = [k / n, Z * Z];
  const centre = (p + z2 / (2 * n)) / (1 + z2 / n);
  const half = (Z / (1 + z2 / n)) * Math.sqrt((p * (1 - p)) / n + z2 / (4 * n * n));
  return { value: p, low: Math.max(0, centre - half), high: Math.min(1, centre + half), n };
}
