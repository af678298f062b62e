/** Numbers, lists and plurals as a language writes them. */
import type { Score } from "../state/state";

/** The words for each plural form that a language has; `#` stands for the number. */
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

/** What is said instead of 100 % and 0 %, and what stands between a name and its share. */
interface Shares {
  over: string;
  under: string;
  comma?: string;
}

export function createFormats(locale: string, { over, under, comma = ", " }: Shares) {
  const whole = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const number = new Intl.NumberFormat(locale);
  const tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const rules = new Intl.PluralRules(locale);
  const and = new Intl.ListFormat(locale);
  const or = new Intl.ListFormat(locale, { type: "disjunction" });
  const share = (value: number) => whole.format(value);
  /** Nothing that was learnt from a few photos is certain. */
  const percent = (value: number) => (value > 0.99 ? over : value < 0.01 ? under : share(value));
  return {
    /** A share as it is. */
    share,
    percent,
    scored: ({ label, probability }: Score) => `${label}${comma}${percent(probability)}`,
    plural: (count: number, forms: Forms) =>
      (forms[rules.select(count)] ?? forms.other).replace("#", () => number.format(count)),
    list: (labels: readonly string[]) => and.format(labels),
    either: (labels: readonly string[]) => or.format(labels),
    megabytes: (bytes: number) => `${tenth.format(bytes / 1e6)} MB`,
  };
}
