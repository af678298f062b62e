/** What some sentences have to tell, before a language puts it into words. */
import type { Estimate } from "../state/state";

/** Names in a long list before the rest is only counted. */
const LISTED = 8;
/** Classes named in a sentence before the rest is only counted. */
const NAMED = 3;
/** An interval wider than this is worth a word. */
const ROUGH = 0.4;

/** What a language says of the likeliest classes; names that it is told as one word are joined by its "or". */
interface Candidates {
  /** Of two classes that there are. */
  two: (labels: string) => string;
  /** Of more, all. */
  any: string;
  some: (labels: string) => string;
  /** Where there are many, more than those that are named. */
  others: (count: number) => string;
}

/** Makes the sentence for the likeliest classes, at least two; `count` is how many there were to choose from. */
export function candidates(either: (labels: readonly string[]) => string, words: Candidates) {
  return (labels: readonly string[], count: number): string => {
    if (labels.length < count) return words.some(either(few(labels, words.others, NAMED)));
    return count === 2 ? words.two(either(labels)) : words.any;
  };
}

/** How many of a hundred new photos may be right, from how many to how many, and whether that says little. */
export function outlook({ value, low, high }: Estimate) {
  const [about, least, most] = [value, low, high].map((share) => Math.round(100 * share));
  return { about, least, most, rough: high - low > ROUGH };
}

/** How many photos got which kind of answer. */
export type Tally = Readonly<Record<"sure" | "unsure" | "none" | "unanswered", number>>;

/** The kinds that there are, in words where `#` stands for the number. */
export function present(tally: Tally, words: Readonly<Record<keyof Tally, string>>): string[] {
  const kinds = ["sure", "unsure", "none", "unanswered"] as const;
  return kinds.flatMap((kind) => (tally[kind] > 0 ? [words[kind].replace("#", String(tally[kind]))] : []));
}

/** Names as they are listed: of many, the first, and in words how many more there are. */
export function few(names: readonly string[], more: (count: number) => string, most = LISTED) {
  const others = names.length - most;
  return others > 1 ? [...names.slice(0, most), more(others)] : names;
}
