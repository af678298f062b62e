/** The answers of many photos as rows: to be sorted, and to be written as CSV or JSON (`docs/tables.md`). */
import { fileOf, foldersOf } from "./paths";
import type { Score, Source, Tested } from "./state";
import { type Verdict, verdict } from "./updates";

/** A photo that was asked about, with its class: null for none of them, absent where nobody knows. */
type Asked = Pick<Tested, "id" | "path" | "outcome"> & { truth?: string | null | undefined };

/** Null where there is no answer. */
export interface Row {
  id: number;
  /** The folders that it lay in; empty where it lay in none. */
  folder: string;
  file: string;
  truth: string | null | undefined;
  /** The best class; null for "none of these". */
  answer: string | null;
  probability: number | null;
  /** The classes that it may be. */
  set: readonly string[];
  verdict: Verdict["kind"] | null;
  /** Of every class. */
  scores: readonly Score[];
}

export type Column = "file" | "answer" | "probability" | "set";

/** The words that a file has for a verdict. */
const VERDICTS = { sure: "class", unsure: "not sure", none: "none of these" };

/** Below `askBelow` an answer is not sure. */
export function rowsOf(asked: readonly Asked[], askBelow: number): Row[] {
  return asked.map(({ id, path, outcome, truth }) => {
    const photo = { id, folder: foldersOf(path), file: fileOf(path), truth };
    const found = verdict(outcome, askBelow);
    if (!found || outcome.kind !== "answered")
      return { ...photo, answer: null, probability: null, set: [], verdict: null, scores: [] };
    const none = found.kind === "none";
    return {
      ...photo,
      answer: none ? null : found.best.label,
      probability: none ? null : found.best.probability,
      set: none ? [] : outcome.answer.candidates,
      verdict: found.kind,
      scores: outcome.answer.scores,
    };
  });
}

/** Rows in the order of a column; what has no value comes last, and equal ones keep their order. */
export function sorted(rows: readonly Row[], column: Column, descending: boolean): Row[] {
  const sign = descending ? -1 : 1;
  const words = new Intl.Collator(undefined, { numeric: true });
  const compare = (a: Row, b: Row): number => {
    if (column === "file") return sign * (words.compare(a.folder, b.folder) || words.compare(a.file, b.file));
    if (a.answer === null || b.answer === null) return Number(a.answer === null) - Number(b.answer === null);
    if (column === "answer") return sign * words.compare(a.answer, b.answer);
    if (column === "set") return sign * (a.set.length - b.set.length);
    return sign * ((a.probability ?? 0) - (b.probability ?? 0));
  };
  return rows.toSorted(compare);
}

/**
 * RFC 4180 below one line that begins with `#`. A byte order mark leads, without which some spreadsheets take UTF-8 for
 * something else. Every text stands in quotes.
 */
export function toCsv(rows: readonly Row[], source: Source): string {
  const labels = labelsOf(rows);
  const head = ["folder", "file", "truth", "answer", "probability", "set", "verdict"];
  const lines = rows.map((row) => {
    const { folder, file, truth, answer, probability, set, verdict } = written(row);
    const shares = labels.map(
      (wanted) => row.scores.find(({ label }) => label === wanted)?.probability ?? null,
    );
    return [folder, file, truth, answer, probability, set.join(" | "), verdict, ...shares];
  });
  const table = [[...head, ...labels.map((label) => `p:${label}`)], ...lines];
  return `\uFEFF${comment(source)}\r\n${table.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function toJson(rows: readonly Row[], source: Source): string {
  return `${JSON.stringify({ ...source, classes: labelsOf(rows), photos: rows.map(written) }, null, 2)}\n`;
}

/** A row as files have it. */
function written({ folder, file, truth, answer, probability, set, verdict, scores }: Row) {
  return {
    folder,
    file,
    truth: truth === null ? VERDICTS.none : (truth ?? null),
    answer,
    probability,
    set,
    verdict: verdict && VERDICTS[verdict],
    probabilities: Object.fromEntries(scores.map(({ label, probability }) => [label, probability])),
  };
}

/** Every class that some answer has a probability of. */
function labelsOf(rows: readonly Row[]): string[] {
  return Array.from(new Set(rows.flatMap(({ scores }) => scores.map(({ label }) => label)))).sort();
}

/** What the answers came from, in one line whatever the encoder is called. */
function comment({ head, encoder, date }: Source): string {
  return `# handful; head: ${head}; encoder: ${encoder}; date: ${date}`.replaceAll(/\s/g, " ");
}

/** A text that a spreadsheet would take for a formula gets an apostrophe, so that it stays text. */
function cell(value: string | number | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const safe = /^[=+\-@＝＋－＠\t\r\n]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
