import type { Answer, ClassItem, Outcome, Score } from "../state/state";
import { text } from "../text";
import { Thin } from "./Thin";
import { toneOf } from "./tone";

/** Bars shown before the rest is folded away. */
const BARS = 6;

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
  const { scores, foreign, unscored } = answer;
  const first = scores.slice(0, BARS);
  const rest = scores.slice(BARS);
  return (
    <div class={foreign ? "verdict verdict-none" : "verdict"}>
      {foreign ? <NoneOfThese answer={answer} /> : <Likeliest answer={answer} />}
      <Bars scores={first} classes={classes} />
      {rest.length > 0 && (
        <details class="more">
          <summary>{text.answer.all(scores.length)}</summary>
          <Bars scores={rest} classes={classes} />
        </details>
      )}
      {unscored.length > 0 && <p class="aside">{text.answer.unscored(unscored)}</p>}
      <p class="timings">{text.answer.time(stages(answer))}</p>
    </div>
  );
}

function Likeliest({ answer: { scores, set } }: { answer: Answer }) {
  const [best] = scores;
  if (!best) return null;
  return (
    <>
      <p class="verdict-words">
        <bdi class="verdict-label">{best.label}</bdi>{" "}
        <span class="verdict-share">{text.percent(best.probability)}</span>
      </p>
      <p class="verdict-set">{text.answer.likeliest(set, scores.length)}</p>
    </>
  );
}

function NoneOfThese({ answer: { scores } }: { answer: Answer }) {
  const [closest] = scores;
  return (
    <>
      <p class="verdict-words">{text.answer.none}</p>
      {closest && <p class="verdict-set">{text.answer.closest(closest)}</p>}
    </>
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
