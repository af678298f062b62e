// Documents whose programs are to hold, and those programs; examples of docstrings, which are to hold too.
import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

export const DOCUMENTS = {
  readme: "../README.md",
  guide: "../../docs/guide.md",
  "from-knn-classifier": "../../docs/from-knn-classifier.md",
  "from-teachable-machine": "../../docs/from-teachable-machine.md",
};

/**
 * @param {keyof typeof DOCUMENTS} document
 * @param {"ts" | "tsx" | "js"} language
 * @returns {string[]}
 */
export function programsOf(document, language) {
  const text = readFileSync(fileURLToPath(new URL(DOCUMENTS[document], import.meta.url)), "utf8");
  const programs = [...text.matchAll(/```(\w+)\n(.*?)```/gs)].filter(([, word]) => word === language);
  if (programs.length === 0) throw new Error(`the ${document} holds no program in ${language}`);
  return programs.map(([, , program]) => program);
}

/** The program of a document that has a word in it. */
export const programWith = (document, language, word) =>
  programsOf(document, language).find((text) => text.includes(word));

const SOURCES = fileURLToPath(new URL("../src", import.meta.url));

/**
 * The examples of the docstrings. A name is that of the source and the line where the example begins.
 *
 * @returns {{ name: string, language: string, program: string }[]}
 */
export function examplesOf() {
  const sources = readdirSync(SOURCES, { recursive: true }).filter((path) => /(?<!\.d)\.ts$/.test(path));
  return sources.flatMap((path) => {
    const text = readFileSync(join(SOURCES, path), "utf8");
    const found = [...text.matchAll(/^ *\* @example[^\n]*\n *\* ```(tsx?)\n(.*?)^ *\* ```$/gms)];
    if (found.length !== text.split("* @example").length - 1)
      throw new Error(`${path}: an example is no block of ts or tsx`);
    return found.map(({ index, 1: language, 2: commented }) => {
      const line = text.slice(0, index).split("\n").length;
      const name = `${path.replace(/\.ts$/, "").replaceAll(/[\\/]/g, "-")}-${line}`;
      return { name, language, program: commented.replaceAll(/^ *\* ?/gm, "") };
    });
  });
}
