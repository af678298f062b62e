/** Remembers how many photos each class has, so that the next visit can hold their places until the set is there. */
import { getState } from "../state/live";
import { keepPreference } from "../store/preferences";
import { onSetChange } from "./set";

/** So many classes fill any screen. */
const MOST = 24;

export function keepExpecting(): void {
  onSetChange(() =>
    keepPreference({
      counts: getState()
        .classes.slice(0, MOST)
        .map(({ count }) => count),
    }),
  );
}
