/** Which photos of the set are most like the one that is shown: looked up for that one alone, since each is compared with all. */
import { follow, getState, set } from "../state/live";
import type { AppState } from "../state/state";
import { currentOutcome } from "../state/updates";
import { featuresOf } from "./answering";
import { currentSet, onSetChange } from "./set";

/** So many are shown. */
const NEAREST = 4;

/** Looks again whenever there is another answer, which there is after each change of the set. */
export function keepComparing(): void {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const outcome = (state: AppState) => (state.set.kind === "open" ? currentOutcome(state) : null);
  follow(outcome, () => {
    clearTimeout(timer);
    // What gave the answer has held the page for a while.
    timer = setTimeout(compare);
  });
  // There will be another answer.
  onSetChange(() => clearTimeout(timer));
}

function compare(): void {
  const { set: status, shown } = getState();
  const answered = status.kind === "open" && currentOutcome(getState())?.kind === "answered";
  const features = answered && shown !== null ? featuresOf(shown) : undefined;
  const found = features ? currentSet().nearestFeatures(features, NEAREST) : [];
  set({ nearest: found.map(({ id }) => id) });
}
