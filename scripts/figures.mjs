// Figures that `evaluate` gives, kept in files, and tables of them.
import { existsSync, mkdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { cargo } from "./features.mjs";
import { ROOT } from "./shell.mjs";

/** Where the figures of the last run lie. */
export const KEPT = join(ROOT, "test-results", "results");

/** What `evaluate` says about files of features, kept under a name; with `redraw`, what it said the last time. */
export async function evaluate(redraw, name, paths, options) {
  const out = join(KEPT, `${name}.json`);
  if (!redraw || !existsSync(out)) {
    mkdirSync(KEPT, { recursive: true });
    await cargo("evaluate", ["--features", ...paths, "--json", out, ...options].map(String));
  }
  return JSON.parse(readFileSync(out, "utf8"));
}

/** A table in Markdown. */
export function table(heading, lines) {
  const row = (cells) => `| ${cells.join(" | ")} |`;
  return [row(heading), row(heading.map(() => "---")), ...lines.map(row), ""].join("\n");
}
