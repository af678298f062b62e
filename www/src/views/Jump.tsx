import type { AppState } from "../state/state";
import { currentOutcome, winner } from "../state/updates";
import { text } from "../text";

/** On a narrow screen the answer may be far below: this line at the bottom tells it and leads there. */
export function Jump({ state }: { state: AppState }) {
  const best = winner(currentOutcome(state));
  if (!best) return null;
  return (
    <a class="jump" href="#answer">
      <span>{text.answer.jump}</span> <bdi class="jump-label">{best.label}</bdi>
      <span>{text.percent(best.probability)}</span>
    </a>
  );
}
