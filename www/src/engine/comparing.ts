/** Which photos of the set are most like the one that is shown: looked up for that one alone, since each is compared with all. */
import { getState, set, subscribe } from "../state/live";
import type { Outcome } from "../state/state";
import { currentOutcome } from "../state/updates";
import { featuresOf } from "./answering";
import { currentSet } from "./set";

/** So many are shown. */
const NEAREST = 4;

/** Looks again whenever there is another answer, which there is after each change of the set. */
export function keepComparing(): void {
  let last: Outcome | null = null;
  subscribe(() => {
    const state = getState();
    const now = state.set.kind === "open" ? currentOutcome(state) : null;
    if (now === last) return;
    last = now;
    const features = state.shown !== null && now?.kind === "answered" ? featuresOf(state.shown) : undefined;
    set({
      nearest: features
        ? currentSet()
            .nearestFeatures(features, NEAREST)
            .map(({ id }) => id)
        : [],
    });
  });
}
