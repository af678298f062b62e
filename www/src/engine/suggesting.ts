/** Which of the photos asked about would teach most. */
import { follow, getState, set } from "../state/live";
import { unlabelled } from "../state/updates";
import { featuresOf } from "./answering";
import { Consultation, FEW } from "./consulting";

/** So many are suggested; of no more than these there is nothing to choose. */
const SUGGESTED = 3;

const choice = new Consultation("suggestFeatures", FEW);

/** Looks through the photos again whenever their answers have changed, which they do with the set. */
export function keepSuggesting(): void {
  follow(({ readings }) => readings, suggest);
}

function suggest(): void {
  let ids: number[] = [];
  const ask = (): [rows: Float32Array[], count: number] | null => {
    const state = getState();
    const asked = unlabelled(state).flatMap(({ id }) => {
      const features = featuresOf(id);
      return features ? [{ id, features }] : [];
    });
    ids = asked.map(({ id }) => id);
    if (ids.length > SUGGESTED && state.set.kind === "open")
      return [asked.map(({ features }) => features), SUGGESTED];
    set({ suggested: [] });
    return null;
  };
  choice.restart(ask, (places) => set({ suggested: (places ?? []).flatMap((row) => ids[row] ?? []) }));
}
