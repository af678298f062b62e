// Parts of documents that a command writes: between two marks, the first of which names the command.
import { readFileSync, writeFileSync } from "node:fs";
import { relative } from "node:path";
import { ROOT, Trouble } from "./shell.mjs";

const END = "<!-- end -->";

/** What stands in a text before a command's part, the part with its marks, and what follows; null where there are no marks. */
function cut(text, command) {
  const begin = text.indexOf(`<!-- begin: ${command} -->`);
  const end = text.indexOf(END, begin) + END.length;
  if (begin < 0 || end < END.length) return null;
  return [text.slice(0, begin), text.slice(begin, end), text.slice(end)];
}

/** The part of a document that a command wrote, with its marks, for whoever writes the rest anew. */
export function marked(path, command) {
  return cut(readFileSync(path, "utf8"), command)?.[1] ?? "";
}

/** A part of a document between the marks of the command that writes it. */
export const withMarks = (command, text) => `<!-- begin: ${command} -->\n\n${text}\n\n${END}`;

/** Replaces what stands between the marks of a command. */
export function writeMarked(path, command, text) {
  const parts = cut(readFileSync(path, "utf8"), command);
  if (!parts) throw new Trouble(`${relative(ROOT, path)} has lost its marks.`);
  writeFileSync(path, `${parts[0]}${withMarks(command, text)}${parts[2]}`);
}
