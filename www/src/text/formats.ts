/** Numbers, lists and plurals as a language writes them. */

/** The words for each plural form that a language has; `#` stands for the number. */
type Forms = Partial<Record<Intl.LDMLPluralRule, string>> & { other: string };

export function createFormats(locale: string) {
  const whole = new Intl.NumberFormat(locale, { style: "percent", maximumFractionDigits: 0 });
  const number = new Intl.NumberFormat(locale);
  const tenth = new Intl.NumberFormat(locale, { minimumFractionDigits: 1, maximumFractionDigits: 1 });
  const rules = new Intl.PluralRules(locale);
  const and = new Intl.ListFormat(locale);
  const or = new Intl.ListFormat(locale, { type: "disjunction" });
  return {
    /** A share as it is. */
    share: (value: number) => whole.format(value),
    number: (value: number) => number.format(value),
    plural: (count: number, forms: Forms) =>
      (forms[rules.select(count)] ?? forms.other).replace("#", () => number.format(count)),
    list: (labels: readonly string[]) => and.format(labels),
    either: (labels: readonly string[]) => or.format(labels),
    megabytes: (bytes: number) => `${tenth.format(bytes / 1e6)} MB`,
  };
}
