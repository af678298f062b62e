/** Starts the new version of the page, once everything is saved. */
import { switchVersion } from "../engine/offline";
import { saved } from "../engine/set";

export async function startNewVersion(): Promise<void> {
  await saved();
  switchVersion();
}
