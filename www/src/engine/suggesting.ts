/** Which of the photos asked about would teach most, worked out when they have been left alone for a moment. */
import { getState, set, subscribe } from "../state/live";
import { unlabelled } from "../state/updates";
import { featuresOf } from "./answering";
import { currentSet } from "./set";

/** Milliseconds without a change. */
const REST = 250;
/** So many are suggested; of no more than these there is nothing to choose. */
const SUGGESTED = 3;

let timer: ReturnType<typeof setTimeout> | undefined;

/** Looks through the photos again whenever their answers have changed, which they do with the set. */
export function keepSuggesting(): void {
  let { readings } = getState();
  subscribe(() => {
    if (getState().readings === readings) return;
    ({ readings } = getState());
    clearTimeout(timer);
    timer = setTimeout(suggest, REST);
  });
}

function suggest(): void {
  const state = getState();
  const [ids, rows]: [number[], Float32Array[]] = [[], []];
  for (const { id } of unlabelled(state)) {
    const features = featuresOf(id);
    if (!features) continue;
    ids.push(id);
    rows.push(features);
  }
  const choice = ids.length > SUGGESTED && state.set.kind === "open";
  const places = choice ? currentSet().suggestFeatures(rows, SUGGESTED) : [];
  set({ suggested: places.flatMap((row) => ids[row] ?? []) });
}
