/** Starts the new version of the page, once everything is saved. */
import { switchVersion } from "../engine/offline";
import { saved } from "../engine/set";
import { getState } from "../state/live";
import { setName } from "../state/updates";
import { text } from "../text";
import { showToast } from "./toast";

export async function startNewVersion(): Promise<void> {
  if (await saved()) switchVersion();
  else showToast(text.sets.unsaved(setName(getState())), null);
}
