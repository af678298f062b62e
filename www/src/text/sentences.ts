/** What some sentences have to tell, before a language puts it into words. */
import type { Estimate } from "../state/state";

/** Names in a long list before the rest is only counted. */
const LISTED = 8;
/** Classes named in a sentence before the rest is only counted. */
const NAMED = 3;
/** An interval wider than this is worth a word. */
const ROUGH = 0.4;

/** The likeliest classes, at least one; `count` is how many there were to choose from. */
export function candidates(labels: readonly string[], count: number) {
  const [best = ""] = labels;
  if (labels.length === 1) return { kind: "one", best } as const;
  if (labels.length === count)
    return count === 2 ? ({ kind: "either" } as const) : ({ kind: "any" } as const);
  const others = labels.length - NAMED;
  return others > 1
    ? ({ kind: "some", named: labels.slice(0, NAMED), others } as const)
    : ({ kind: "some", named: labels, others: 0 } as const);
}

/** What to expect of new photos, in tenths, because a few photos tell no more. */
export function outlook({ low, high }: Estimate) {
  const [least, most] = [Math.round(low * 10), Math.round(high * 10)];
  const rough = high - low > ROUGH;
  if (least === 10) return { kind: "nearly-all", least, most, rough } as const;
  if (most === 10) return { kind: "at-least", least, most, rough } as const;
  if (least === 0) return { kind: "at-most", least, most, rough } as const;
  if (least === most) return { kind: "about", least, most, rough } as const;
  return { kind: "between", least, most, rough } as const;
}

/** How many photos got which kind of answer. */
export type Tally = Readonly<Record<"sure" | "unsure" | "none" | "unanswered", number>>;

/** The kinds that there are, in words where `#` stands for the number. */
export function present(tally: Tally, words: Readonly<Record<keyof Tally, string>>): string[] {
  const kinds = ["sure", "unsure", "none", "unanswered"] as const;
  return kinds.flatMap((kind) => (tally[kind] > 0 ? [words[kind].replace("#", String(tally[kind]))] : []));
}

/** Nothing that was learnt from a few photos is certain: no share is shown as 0 % or 100 %. */
export function bounded(share: number): "over" | "under" | "plain" {
  if (share > 0.99) return "over";
  return share < 0.01 ? "under" : "plain";
}

/** Names as they are listed: of many, the first, and in words how many more there are. */
export function few(names: readonly string[], more: (count: number) => string): readonly string[] {
  const others = names.length - LISTED;
  return others > 1 ? [...names.slice(0, LISTED), more(others)] : names;
}
