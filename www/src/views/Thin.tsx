import type { AppState } from "../state/state";
import { candidates } from "../state/updates";
import { text } from "../text";

/** Says honestly that there is no answer yet, and what is missing. */
export function Thin({ state }: { state: AppState }) {
  const known = candidates(state);
  const missing = state.classes.filter((item) => item.enabled && !known.includes(item));
  const without = missing.map(({ label }) => label);
  return (
    <div>
      <p>{text.codes["not-enough-examples"]}</p>
      {without.length > 0 && <p>{text.answer.without(without)}</p>}
    </div>
  );
}
