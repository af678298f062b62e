import { addressOf, clearAnswers, correctReading, showReading } from "../actions/answer";
import type { AppState } from "../state/state";
import { candidates, currentOutcome, taught, taughtAs, verdict } from "../state/updates";
import { text } from "../text";
import { AskedPhoto } from "./AskedPhoto";
import { Button } from "./Button";
import { Correct } from "./Correct";
import { ExamplePhotos } from "./ExamplePhotos";
import { Filmstrip } from "./Filmstrip";
import { PhotoName } from "./PhotoName";
import { Picture } from "./Picture";
import { Thin } from "./Thin";
import { Bars, Verdict } from "./Verdict";

/** A photo, its verdict beside it, and what it really shows by one press; of several photos, a line to choose from above it. */
export function OneByOne({ state }: { state: AppState }) {
  const outcome = currentOutcome(state);
  const found = verdict(outcome, state.askBelow);
  const { shown } = state;
  if (!outcome || shown === null) return <Invitation state={state} />;
  return (
    <>
      {state.readings.length > 1 && <Filmstrip state={state} />}
      <div class="asked">
        <Photo state={state} />
        <Verdict outcome={outcome} found={found} state={state} />
      </div>
      {outcome.kind === "answered" && found && (
        <>
          <Correct
            classes={state.classes}
            scores={outcome.answer.scores}
            open={found.kind !== "sure"}
            taught={taughtAs(state, shown)}
            onTeach={(place) => void correctReading(shown, place)}
          />
          <Bars answer={outcome.answer} kind={found.kind} classes={state.classes} />
        </>
      )}
      <Suggested state={state} />
      {outcome.kind === "answered" && (
        <ExamplePhotos caption={text.answer.nearest} ids={state.nearest} state={state} />
      )}
    </>
  );
}

function Invitation({ state }: { state: AppState }) {
  return (
    <div class="invite">
      <p class="invite-title">{text.answer.invite}</p>
      {candidates(state).length < 2 ? <Thin state={state} /> : <p>{text.answer.inviteBody}</p>}
      {candidates(state).length > 1 && taught(state).length === 0 && <p>{text.answer.namesAlone}</p>}
    </div>
  );
}

/** The photos that are worth saying the class of: a press shows one large, with the classes to choose from. */
function Suggested({ state }: { state: AppState }) {
  const readings = state.suggested.flatMap((id) => state.readings.find((reading) => reading.id === id) ?? []);
  if (readings.length === 0) return null;
  return (
    <div class="suggested">
      <p class="aside">{text.answer.suggested}</p>
      <div class="choices">
        {readings.map(({ id, path }) => (
          <button
            key={id}
            type="button"
            class="suggested-photo"
            aria-label={text.answer.suggestedPhoto(path)}
            aria-pressed={id === state.shown}
            onClick={() => showReading(id)}
          >
            <Picture url={addressOf(id)} />
          </button>
        ))}
      </div>
    </div>
  );
}

function Photo({ state }: { state: AppState }) {
  const reading = state.readings.find(({ id }) => id === state.shown);
  if (!reading) return null;
  return (
    <figure class="shown">
      {reading.outcome.kind !== "failed" && <AskedPhoto reading={reading} />}
      <figcaption class="aside">
        <PhotoName path={reading.path} />
        <Button class="button-quiet button-small" onClick={clearAnswers}>
          {text.answer.clear}
        </Button>
      </figcaption>
    </figure>
  );
}
