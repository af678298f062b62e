/** What was chosen for this browser before, and the language of the page. */
import { refresh } from "../engine/set";
import { set } from "../state/live";
import { keepPreference, readPreferences } from "../store/preferences";
import { type Language, nearestLanguage, speak } from "../text";

/** Takes up what was chosen before; for a language that nobody chose, the browser's own. */
export function recallPreferences(): void {
  const { language: chosen, askBelow, counts } = readPreferences();
  const language = chosen ?? nearestLanguage(navigator.languages);
  speak(language);
  set({ askBelow, language, expected: counts });
}

export function chooseLanguage(language: Language): void {
  keepPreference({ language });
  speak(language);
  set({ language, toast: null });
  refresh();
}
