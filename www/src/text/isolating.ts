/** Names in sentences of the other direction. */

/** Something of a script that is written from right to left. */
const RIGHT_TO_LEFT = /[\p{Script=Arabic}\p{Script=Hebrew}\p{Script=Syriac}\p{Script=Thaana}\p{Script=Nko}]/u;

/**
 * The same words, whose sentences set off each name that is written from right to left (Unicode's FSI and PDI): what follows it, such as a
 * number, keeps its place.
 */
export function isolating<T>(words: T): T {
  if (typeof words === "function") return ((...told: unknown[]) => words(...told.map(isolated))) as T;
  if (typeof words !== "object" || words === null || Array.isArray(words)) return words;
  return Object.fromEntries(Object.entries(words).map(([key, value]) => [key, isolating(value)])) as T;
}

/** What a sentence is told: a name, a list of names, or something that has names. */
function isolated(told: unknown): unknown {
  if (Array.isArray(told)) return told.map(setOff);
  if (typeof told !== "object" || told === null) return setOff(told);
  return Object.fromEntries(Object.entries(told).map(([key, value]) => [key, setOff(value)]));
}

/** A name as it stands in a sentence. */
export function setOff<T>(told: T): T | string {
  return typeof told === "string" && RIGHT_TO_LEFT.test(told) ? `\u2068${told}\u2069` : told;
}
