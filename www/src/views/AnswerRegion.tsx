import { askAbout, clearAnswers, correctReading } from "../actions/answer";
import { toggleCamera } from "../actions/camera";
import type { AppState } from "../state/state";
import { candidates, currentOutcome, taught, taughtAs, verdict } from "../state/updates";
import { text } from "../text";
import { AnswerTable } from "./AnswerTable";
import { AskBelow } from "./AskBelow";
import { Batch } from "./Batch";
import { Correct } from "./Correct";
import { allOf, useDrop } from "./drop";
import { Exports } from "./Exports";
import { HeadChoice } from "./HeadChoice";
import { Camera, Plus } from "./icons";
import { Nearest } from "./Nearest";
import { PhotoButton } from "./PhotoButton";
import { SpokenAnswer } from "./SpokenAnswer";
import { Thin } from "./Thin";
import { Verdict } from "./Verdict";

export function AnswerRegion({ state }: { state: AppState }) {
  const { over, handlers } = useDrop((dropped) => askAbout(allOf(dropped)));
  const live = state.live.kind === "on";
  const { shown } = state;
  const outcome = currentOutcome(state);
  const found = verdict(outcome, state.askBelow);
  return (
    <section
      id="answer"
      class={over ? "answer answer-over" : "answer"}
      aria-labelledby="answer-title"
      tabIndex={-1}
      data-answer
      {...handlers}
    >
      <div class="region-head">
        <h2 id="answer-title">{text.answer.title}</h2>
        <PhotoButton onFiles={askAbout}>
          <Plus />
          {text.answer.choose}
        </PhotoButton>
        <button type="button" class="button" aria-pressed={live} onClick={toggleCamera}>
          <Camera />
          {text.answer.live}
        </button>
      </div>
      {state.readings.length > 1 && <Batch state={state} />}
      <Shown state={state} />
      {outcome && <Verdict outcome={outcome} found={found} state={state} />}
      {outcome?.kind === "answered" && <Nearest ids={outcome.answer.nearest} state={state} />}
      {outcome?.kind === "answered" && shown !== null && (
        <Correct
          classes={state.classes}
          scores={outcome.answer.scores}
          open={found?.kind !== "sure"}
          taught={taughtAs(state, shown)}
          onTeach={(place) => void correctReading(shown, place)}
        />
      )}
      <SpokenAnswer outcome={outcome} found={found} classes={state.classes} source={shown} />
      {state.readings.length > 1 && <AnswerTable state={state} />}
      {candidates(state).length > 1 && <AskBelow share={state.askBelow} />}
      {state.set.kind === "open" && <HeadChoice state={state} />}
      {taught(state).length > 1 && <Exports head={state.head} classes={state.classes} />}
    </section>
  );
}

/** The photo that is answered, or an invitation to bring one. */
function Shown({ state }: { state: AppState }) {
  const reading = state.readings.find(({ id }) => id === state.shown);
  if (!reading) {
    return (
      <div class="invite">
        <p class="invite-title">{text.answer.invite}</p>
        {candidates(state).length < 2 ? <Thin state={state} /> : <p>{text.answer.inviteBody}</p>}
        {candidates(state).length > 1 && taught(state).length === 0 && <p>{text.answer.namesAlone}</p>}
      </div>
    );
  }
  return (
    <figure class={state.readings.length > 1 ? "shown shown-small" : "shown"}>
      {reading.outcome.kind !== "failed" && <img src={reading.url} alt={text.answer.photo(reading.name)} />}
      <figcaption>
        <bdi>{reading.name}</bdi>
        <button type="button" class="button button-quiet" onClick={clearAnswers}>
          {text.answer.clear}
        </button>
      </figcaption>
    </figure>
  );
}
