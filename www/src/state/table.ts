/** The answers of many photos as rows: to be sorted, and to be written as CSV or JSON. */
import type { AppState } from "./state";
import { verdict } from "./updates";

/** Null where there is no answer. */
export interface Row {
  id: number;
  file: string;
  /** The best class; null for "none of these". */
  answer: string | null;
  probability: number | null;
  /** The classes that it may be. */
  set: readonly string[];
  verdict: "sure" | "unsure" | "none" | null;
}

export type Column = "file" | "answer" | "probability" | "set";

export function rowsOf({ readings, askBelow }: AppState): Row[] {
  return readings.map(({ id, name, outcome }) => {
    const found = verdict(outcome, askBelow);
    if (!found || outcome.kind !== "answered")
      return { id, file: name, answer: null, probability: null, set: [], verdict: null };
    const none = found.kind === "none";
    return {
      id,
      file: name,
      answer: none ? null : found.best.label,
      probability: none ? null : found.best.probability,
      set: none ? [] : outcome.answer.set,
      verdict: found.kind,
    };
  });
}

/** Rows in the order of a column; what has no value comes last, and equal ones keep their order. */
export function sorted(rows: readonly Row[], column: Column, descending: boolean): Row[] {
  const sign = descending ? -1 : 1;
  const words = new Intl.Collator(undefined, { numeric: true });
  const compare = (a: Row, b: Row): number => {
    if (column === "file") return sign * words.compare(a.file, b.file);
    if (a.answer === null || b.answer === null) return Number(a.answer === null) - Number(b.answer === null);
    if (column === "answer") return sign * words.compare(a.answer, b.answer);
    if (column === "set") return sign * (a.set.length - b.set.length);
    return sign * ((a.probability ?? 0) - (b.probability ?? 0));
  };
  return rows.toSorted(compare);
}

/** RFC 4180, with a byte order mark, without which some spreadsheets take UTF-8 for something else. */
export function toCsv(rows: readonly Row[]): string {
  const lines = rows.map((row) => [row.file, row.answer, row.probability, row.set.join(" | "), row.verdict]);
  const table = [["file", "answer", "probability", "set", "verdict"], ...lines];
  return `\uFEFF${table.map((line) => line.map(cell).join(",")).join("\r\n")}\r\n`;
}

export function toJson(rows: readonly Row[]): string {
  return `${JSON.stringify(
    rows.map(({ id: _, ...row }) => row),
    null,
    2,
  )}\n`;
}

/** A name that a spreadsheet would take for a formula gets an apostrophe, so that it stays text. */
function cell(value: string | number | null): string {
  if (typeof value !== "string") return value === null ? "" : String(value);
  const safe = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value;
  return `"${safe.replaceAll('"', '""')}"`;
}
