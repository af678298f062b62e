import type { Answer, ClassItem, Outcome, Score } from "../state/state";
import { text } from "../text";
import { Thin } from "./Thin";
import { toneOf } from "./tone";

/** Bars shown before the rest is folded away. */
const BARS = 6;
/** Below this distance the best two are called close. */
const CLOSE = 0.15;

interface Props {
  outcome: Outcome;
  classes: readonly ClassItem[];
}

/** The answer in words, then in bars, then what it cost. */
export function Verdict({ outcome, classes }: Props) {
  if (outcome.kind === "waiting") return <p class="verdict-wait">{text.answer.waiting}</p>;
  if (outcome.kind === "failed") {
    return (
      <p class="verdict-failed" role="alert">
        {text.answer.failed} {text.codes[outcome.code]}
      </p>
    );
  }
  if (outcome.kind === "thin") {
    return (
      <div class="verdict-thin">
        <Thin classes={classes} />
      </div>
    );
  }
  return <Answered answer={outcome.answer} classes={classes} />;
}

function Answered({ answer, classes }: { answer: Answer; classes: readonly ClassItem[] }) {
  const [best, next] = answer.scores;
  if (!best) return null;
  const close = next !== undefined && best.probability - next.probability < CLOSE;
  const first = answer.scores.slice(0, BARS);
  const rest = answer.scores.slice(BARS);
  return (
    <div class="verdict">
      <p class="verdict-words">
        <bdi class="verdict-label">{best.label}</bdi>{" "}
        <span class="verdict-share">{text.percent(best.probability)}</span>
      </p>
      {next && (
        <p class="verdict-next">
          {close && <strong>{text.answer.close}: </strong>}
          {text.answer.next(next)}
        </p>
      )}
      <Bars scores={first} classes={classes} />
      {rest.length > 0 && (
        <details class="more">
          <summary>{text.answer.all(answer.scores.length)}</summary>
          <Bars scores={rest} classes={classes} />
        </details>
      )}
      {answer.unscored.length > 0 && <p class="aside">{text.answer.unscored(answer.unscored)}</p>}
      <p class="timings">{text.answer.time(stages(answer))}</p>
    </div>
  );
}

function Bars({ scores, classes }: { scores: readonly Score[]; classes: readonly ClassItem[] }) {
  return (
    <ul class="bars" aria-label={text.answer.bars}>
      {scores.map(({ label, probability }) => {
        const item = classes.find((candidate) => candidate.label === label);
        return (
          <li key={label} class="bar" data-tone={item && toneOf(item, classes)}>
            <bdi class="bar-label">{label}</bdi>
            <span class="bar-share">{text.percent(probability)}</span>
            <span class="bar-track" aria-hidden="true">
              <span class="bar-fill" style={{ width: `${probability * 100}%` }} />
            </span>
          </li>
        );
      })}
    </ul>
  );
}

function stages({ timings }: Answer): string[] {
  const { stages: names, milliseconds } = text.answer;
  return (["decode", "preprocess", "encode", "classify"] as const).map(
    (stage) => `${names[stage]} ${milliseconds(timings[stage])}`,
  );
}
