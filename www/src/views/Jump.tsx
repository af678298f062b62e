import type { AppState } from "../state/state";
import { currentOutcome, verdict } from "../state/updates";
import { text } from "../text";
import { unanswered } from "./Verdict";

/** On a narrow screen the answer may be far below: this line at the bottom tells it, or why there is none, and leads there. */
export function Jump({ state }: { state: AppState }) {
  // The open camera tells its answers itself.
  if (state.live.kind === "on") return null;
  const outcome = currentOutcome(state);
  const why = outcome && unanswered(outcome, state);
  if (why) {
    return (
      <a class="jump" href="#answer">
        {why}
      </a>
    );
  }
  const found = verdict(outcome, state.askBelow);
  if (!found) return null;
  const { best, kind } = found;
  const words = { sure: best.label, unsure: text.answer.unsure, none: text.answer.none }[kind];
  return (
    <a class="jump" href="#answer">
      <span>{text.answer.jump}</span> <bdi class="jump-label">{words}</bdi>
      {kind === "sure" && <span>{text.percent(best.probability)}</span>}
    </a>
  );
}
