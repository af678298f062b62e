/** Every word of the page, in the language that is spoken now. Importers see a change with the next drawing. */
import type { Language } from "../state/state";
import { de } from "./de";
import { en, type Text } from "./en";
import { isolating } from "./isolating";
import { zh } from "./zh";

/** Each language under its tag, with its own name and the direction of its script. */
export const LANGUAGES = {
  en: { name: "English", direction: "ltr", text: isolating(en) },
  de: { name: "Deutsch", direction: "ltr", text: isolating(de) },
  zh: { name: "中文", direction: "ltr", text: isolating(zh) },
} as const satisfies Record<Language, { name: string; direction: "ltr" | "rtl"; text: Text }>;

export let text: Text = LANGUAGES.en.text;

/** Changes the language of the page; whoever calls it has the page drawn again. */
export function speak(language: Language): void {
  const { direction, text: words } = LANGUAGES[language];
  text = words;
  document.documentElement.lang = language;
  document.documentElement.dir = direction;
  document.title = words.title;
}

/** The first of the wanted languages (tags such as `de-AT`) that there is; English where there is none. */
export function nearestLanguage(wanted: readonly string[]): Language {
  for (const tag of wanted) {
    const language = tag.toLowerCase().split("-")[0] ?? "";
    if (isLanguage(language)) return language;
  }
  return "en";
}

export function isLanguage(value: unknown): value is Language {
  return typeof value === "string" && Object.hasOwn(LANGUAGES, value);
}
