import type { Answer, AppState, ClassItem, Outcome, Score } from "../state/state";
import { byName, type Verdict as Found } from "../state/updates";
import { text } from "../text";
import { Thin } from "./Thin";
import { toned, toneOf } from "./tone";

/** Bars shown before the rest is folded away. */
const BARS = 6;

interface Props {
  outcome: Outcome;
  found: Found | null;
  state: AppState;
}

/** The answer in words. */
export function Verdict({ outcome, found, state }: Props) {
  if (outcome.kind === "waiting") return <p>{waitsFor(state) ?? text.answer.waiting}</p>;
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
        <Thin state={state} />
      </div>
    );
  }
  return found && <Answered answer={outcome.answer} found={found} classes={state.classes} />;
}

/** What an answer waits for, where that does not come by itself. */
function waitsFor({ set, engine, offer }: AppState): string | null {
  const { waits } = text.answer;
  if (set.kind === "elsewhere" || set.kind === "unusable") return waits[set.kind];
  if (engine.kind === "failed") return waits.failed;
  return offer?.needed ? waits.offer : null;
}

/** Why a photo has no answer, in a few words; null where it has one, or where that comes by itself. */
export function unanswered(outcome: Outcome, state: AppState): string | null {
  if (outcome.kind === "waiting") return waitsFor(state);
  if (outcome.kind === "thin") return text.codes["not-enough-examples"];
  return outcome.kind === "failed" ? text.answer.failed : null;
}

interface AnsweredProps {
  answer: Answer;
  found: Found;
  classes: readonly ClassItem[];
}

function Answered({ answer, found, classes }: AnsweredProps) {
  const { scores, unscored } = answer;
  return (
    <div class={`verdict verdict-${found.kind}`}>
      <Words answer={answer} found={found} />
      <ByName labels={byName(answer, classes)} count={scores.length} />
      {unscored.length > 0 && <p class="aside">{text.answer.unscored(unscored)}</p>}
    </div>
  );
}

function Words({ answer: { scores, candidates }, found: { best, kind } }: Omit<AnsweredProps, "classes">) {
  const others = candidates.length > 1 ? [text.answer.likeliest(candidates, scores.length)] : [];
  const sentences = {
    none: [text.answer.closest(best)],
    unsure: [text.answer.perhaps(best), ...others],
    sure: others,
  }[kind];
  // What may as well be another class is said without a raised voice.
  const guess = kind === "sure" && candidates.length !== 1;
  return (
    <>
      <p class={guess ? "verdict-words verdict-guess" : "verdict-words"}>
        {kind === "sure" ? (
          <>
            <bdi>{best.label}</bdi> <span class="verdict-share">{text.percent(best.probability)}</span>
          </>
        ) : (
          text.answer[kind]
        )}
      </p>
      {sentences.map((words) => (
        <p key={words} class="verdict-set">
          {words}
        </p>
      ))}
    </>
  );
}

/** Says which candidates have nothing but their name yet, so that nobody expects much of them. */
function ByName({ labels, count }: { labels: readonly string[]; count: number }) {
  if (labels.length === 0) return null;
  const words = labels.length === count ? text.answer.namesAlone : text.answer.byName(labels);
  return <p class="verdict-set aside">{words}</p>;
}

/** How likely each class is; the less likely of many are folded away. */
export function Bars({ answer: { scores }, kind, classes }: BarsProps) {
  const rest = scores.slice(BARS);
  return (
    <div class={`likely likely-${kind}`}>
      <BarList scores={scores.slice(0, BARS)} classes={classes} />
      {rest.length > 0 && (
        <details class="more">
          <summary>{text.answer.all(scores.length)}</summary>
          <BarList scores={rest} classes={classes} />
        </details>
      )}
    </div>
  );
}

interface BarsProps {
  answer: Answer;
  kind: Found["kind"];
  classes: readonly ClassItem[];
}

function BarList({ scores, classes }: { scores: readonly Score[]; classes: readonly ClassItem[] }) {
  return (
    <ul class="bars" aria-label={text.answer.bars}>
      {scores.map(({ label, probability }) => (
        <li key={label} class="bar" style={toned(toneOf(label, classes))}>
          <bdi class="bar-label">{label}</bdi>
          <span class="bar-share">{text.percent(probability)}</span>
          <span class="bar-track" aria-hidden="true">
            <span class="bar-fill" style={{ width: `${probability * 100}%` }} />
          </span>
        </li>
      ))}
    </ul>
  );
}
