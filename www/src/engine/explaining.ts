/** What single methods say of the photo that is shown: worked out only while somebody looks. */
import { follow, getState, set } from "../state/live";
import { explained } from "../state/updates";
import { featuresOf } from "./answering";
import { Consultation } from "./consulting";

const opinions = new Consultation("explainFeatures");

/** Looks again whenever there is another answer, which there is after each change of the set. */
export function keepExplaining(): void {
  follow(explained, (now) => {
    opinions.stop();
    if (now) explain();
    else set({ opinions: null });
  });
}

function explain(): void {
  const { shown: reading } = getState();
  const features = reading === null ? undefined : featuresOf(reading);
  if (reading === null || !features) return;
  opinions.restart(
    () => (getState().set.kind === "open" ? [features] : null),
    (said) => set({ opinions: { reading, said } }),
  );
}
