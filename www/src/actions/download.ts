/** Gives the person a file. */
import type { Source } from "../state/state";
import { type Row, toCsv, toJson } from "../state/table";

export function download(name: string, content: BlobPart, type = "application/octet-stream"): void {
  const link = document.createElement("a");
  link.href = URL.createObjectURL(new Blob([content], { type }));
  link.download = name;
  link.click();
  // The browser reads the address after this task.
  setTimeout(() => URL.revokeObjectURL(link.href), 1000);
}

/** Answers as a file for spreadsheets and for programs. */
export function downloadTable(name: string, format: "csv" | "json", rows: readonly Row[], source: Source) {
  if (format === "csv") download(`${name}.csv`, toCsv(rows, source), "text/csv");
  else download(`${name}.json`, toJson(rows, source), "application/json");
}
