import { showReading } from "../actions/answer";
import type { AppState, Outcome } from "../state/state";
import { verdict } from "../state/updates";
import { text } from "../text";

/** One line for each of several photos; press one to see it large. */
export function AnswerList({ state }: { state: AppState }) {
  return (
    <ol class="readings" aria-label={text.answer.many(state.readings.length)}>
      {state.readings.map((reading) => (
        <li key={reading.id}>
          <button
            type="button"
            class="reading"
            aria-pressed={reading.id === state.shown}
            onClick={() => showReading(reading.id)}
          >
            {reading.outcome.kind === "failed" ? (
              <span class="reading-blank" />
            ) : (
              <img src={reading.url} alt="" width="48" height="48" loading="lazy" />
            )}
            <bdi class="reading-name">{reading.name}</bdi>
            <Said outcome={reading.outcome} />
          </button>
        </li>
      ))}
    </ol>
  );
}

function Said({ outcome }: { outcome: Outcome }) {
  const found = verdict(outcome);
  if (found?.foreign) return <span class="reading-said">{text.answer.none}</span>;
  if (found) {
    const { best } = found;
    return (
      <span class="reading-said">
        <bdi>{best.label}</bdi> {text.percent(best.probability)}
      </span>
    );
  }
  const words = {
    waiting: text.answer.waiting,
    thin: text.answer.thin,
    failed: text.answer.failed,
    answered: "",
  };
  return <span class="reading-said">{words[outcome.kind]}</span>;
}
