/** How well the set works. */
import { getState, set } from "../state/live";
import { taught } from "../state/updates";
import { Consultation, FEW } from "./consulting";
import { onSetChange } from "./set";

const judgement = new Consultation("evaluate", FEW);

/** Judges the set after every change from now on. */
export function keepJudging(): void {
  onSetChange(judge);
}

function canBeJudged(): boolean {
  return taught(getState()).length > 1;
}

function judge(): void {
  judgement.stop();
  if (canBeJudged()) judgement.restart(ask, (found) => set({ quality: found?.accuracy ? found : null }));
  else set({ quality: null });
}

function ask(): [] | null {
  if (!getState().teaching) return [];
  // The next photo changes the set again.
  judge();
  return null;
}
