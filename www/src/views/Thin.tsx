import type { ClassItem } from "../state/state";
import { text } from "../text";

/** Says honestly that there is no answer yet, and what is missing. */
export function Thin({ classes }: { classes: readonly ClassItem[] }) {
  const without = classes.filter((item) => item.count === 0 && item.enabled).map((item) => item.label);
  return (
    <div>
      <p>{text.answer.thin}</p>
      {without.length > 0 && <p>{text.answer.without(without)}</p>}
    </div>
  );
}
