/** What single methods say of the photo that is shown: worked out only while somebody looks, since each is fitted for it. */
import { getState, set, subscribe } from "../state/live";
import type { AppState, Outcome } from "../state/state";
import { currentOutcome } from "../state/updates";
import { featuresOf } from "./answering";
import { currentSet } from "./set";

/** Milliseconds without another answer. */
const REST = 250;

/** Looks again whenever there is another answer, which there is after each change of the set. */
export function keepExplaining(): void {
  let last: Outcome | null = null;
  let timer: ReturnType<typeof setTimeout> | undefined;
  subscribe(() => {
    const now = explained(getState());
    if (now === last) return;
    last = now;
    clearTimeout(timer);
    if (now) timer = setTimeout(explain, REST);
    else set({ opinions: null });
  });
}

/** The answer that is to be explained. A camera's are gone too soon. */
function explained(state: AppState): Outcome | null {
  const outcome = state.explaining && state.live.kind === "off" ? currentOutcome(state) : null;
  return outcome?.kind === "answered" ? outcome : null;
}

function explain(): void {
  const { shown, set: status } = getState();
  const features = shown === null ? undefined : featuresOf(shown);
  if (shown === null || !features || status.kind !== "open") return;
  set({ opinions: { reading: shown, said: currentSet().explainFeatures(features) } });
}
