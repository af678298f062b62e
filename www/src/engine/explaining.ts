/** What single methods say of the photo that is shown: worked out beside the page, and only while somebody looks. */
import type { Opinion } from "handful";
import { getState, set, subscribe } from "../state/live";
import type { Outcome } from "../state/state";
import { explained } from "../state/updates";
import { featuresOf } from "./answering";
import type { Question } from "./explainer";
import explainer from "./explainer?worker&url";
import { currentSet } from "./set";

/** Milliseconds without another answer. */
const REST = 250;

let timer: ReturnType<typeof setTimeout> | undefined;
/** At work on one photo. */
let worker: Worker | null = null;

/** Looks again whenever there is another answer, which there is after each change of the set. */
export function keepExplaining(): void {
  let last: Outcome | null = null;
  subscribe(() => {
    const now = explained(getState());
    if (now === last) return;
    last = now;
    stop();
    if (now) timer = setTimeout(explain, REST);
    else set({ opinions: null });
  });
}

function stop(): void {
  clearTimeout(timer);
  worker?.terminate();
  worker = null;
}

function explain(): void {
  const { shown, set: status } = getState();
  const features = shown === null ? undefined : featuresOf(shown);
  if (shown === null || !features || status.kind !== "open") return;
  const tell = (said: readonly Opinion[] | null) => {
    stop();
    set({ opinions: { reading: shown, said } });
  };
  worker = new Worker(explainer, { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<readonly Opinion[] | null>) => tell(data);
  // It could not even be loaded.
  worker.onerror = () => tell(null);
  const question: Question = { bytes: currentSet().save(), features };
  worker.postMessage(question);
}
