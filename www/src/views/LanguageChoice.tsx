import { chooseLanguage } from "../actions/preferences";
import type { Language } from "../state/state";
import { LANGUAGES, text } from "../text";

/** Each language is named in itself, so that its readers find it whatever the page speaks now. */
export function LanguageChoice({ language }: { language: Language }) {
  return (
    <select
      class="button button-quiet language"
      aria-label={text.header.language}
      value={language}
      onChange={(event) => chooseLanguage(event.currentTarget.value as Language)}
    >
      {Object.entries(LANGUAGES).map(([tag, { name }]) => (
        <option key={tag} value={tag} lang={tag}>
          {name}
        </option>
      ))}
    </select>
  );
}
