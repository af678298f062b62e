import type { AppState } from "../state/state";
import { currentOutcome, taught, verdict } from "../state/updates";
import { text } from "../text";
import { unanswered } from "./Verdict";

/** On a narrow screen the parts of the page lie below each other: this line at the bottom leads to each, and tells the answer. */
export function PhoneBar({ state }: { state: AppState }) {
  // The open camera has the thumb for itself.
  if (state.live.kind === "on") return null;
  return (
    <nav class="phone-bar" aria-label={text.bar.name}>
      <a href="#teach">{text.teach.title}</a>
      <a class="phone-answer" href="#answer">
        <ShortAnswer state={state} />
      </a>
      {taught(state).length > 1 && <a href="#quality">{text.bar.quality}</a>}
    </nav>
  );
}

/** The answer, or why there is none. */
function ShortAnswer({ state }: { state: AppState }) {
  const outcome = currentOutcome(state);
  const found = verdict(outcome, state.askBelow);
  const why = outcome && unanswered(outcome, state);
  if (why) return <span class="phone-why">{why}</span>;
  if (!found) return <span>{text.answer.title}</span>;
  const { best, kind } = found;
  const words = { sure: best.label, unsure: text.answer.unsure, none: text.answer.none }[kind];
  return (
    <>
      <span class="unseen">{text.answer.jump}</span> <bdi class="phone-label">{words}</bdi>
      {kind === "sure" && <span>{text.percent(best.probability)}</span>}
    </>
  );
}
