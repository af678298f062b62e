/** What was chosen for this browser before, and the language of the page. */
import { followNames } from "../engine/names";
import { setOpened } from "../engine/session";
import { refresh, savePictures } from "../engine/set";
import { getState, set } from "../state/live";
import type { Language } from "../state/state";
import { keepPreference, readPreferences } from "../store/preferences";
import { nearestLanguage, speak } from "../text";

/** Takes up what was chosen before; for a language that nobody chose, the browser's own. */
export function recallPreferences(): void {
  const { language: chosen, askBelow, useNames, keepPictures, counts } = readPreferences();
  const language = chosen ?? nearestLanguage(navigator.languages);
  speak(language);
  set({ askBelow, useNames, keepPictures, language, expected: counts });
}

export function chooseLanguage(language: Language): void {
  keepPreference({ language });
  speak(language);
  set({ language, toast: null });
  refresh();
}

/** Whether names of classes that the encoder understands count beside the photos. */
export async function chooseNames(useNames: boolean): Promise<void> {
  keepPreference({ useNames });
  set({ useNames });
  const encoder = await setOpened();
  if (getState().set.kind === "open") followNames(encoder);
}

/** Whether the browser keeps small pictures of the photos, in every set that is opened; the stored ones go when it does not. */
export function choosePictures(keepPictures: boolean): void {
  keepPreference({ keepPictures });
  set({ keepPictures });
  savePictures(keepPictures);
}
