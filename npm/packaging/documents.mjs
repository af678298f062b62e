// Documents whose programs are to hold, and those programs.
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

export const DOCUMENTS = {
  readme: "../README.md",
  guide: "../../docs/guide.md",
  "from-knn-classifier": "../../docs/from-knn-classifier.md",
  "from-teachable-machine": "../../docs/from-teachable-machine.md",
};

/**
 * @param {keyof typeof DOCUMENTS} document
 * @param {"ts" | "js"} language
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
