import { useEffect } from "preact/hooks";
import { showReading } from "../actions/answer";
import type { AppState, Reading } from "../state/state";
import { verdict } from "../state/updates";
import { text } from "../text";
import { Picture } from "./Picture";
import { placed, useRoving } from "./roving";
import { toned, toneOf } from "./tone";
import { unanswered } from "./Verdict";
import { linesOf, useWindow } from "./windowed";

/** The photos that were asked about, in a line: the one in front is shown large. */
export function Filmstrip({ state }: { state: AppState }) {
  const { readings, shown } = state;
  const { length: count } = readings;
  const place = readings.findIndex(({ id }) => id === shown);
  const { stop, tabIndex, handlers } = useRoving(count, place);
  const { list, draw } = useWindow<HTMLUListElement>({ count, stop, sideways: true });
  useEffect(() => {
    // Sideways only: the page stays where it is.
    if (list.current)
      list.current.scrollLeft = place * linesOf(list.current, true).pitch - list.current.clientWidth / 2;
  }, [place]);
  return (
    <ul class="filmstrip" aria-label={text.answer.strip} ref={list} {...handlers}>
      {draw(
        (at) => {
          const reading = readings[at] as Reading;
          return <Frame key={reading.id} reading={reading} at={at} state={state} tabIndex={tabIndex(at)} />;
        },
        (width, key) => (
          <li key={key} class="frame-space" aria-hidden="true" style={{ width }} />
        ),
      )}
    </ul>
  );
}

interface FrameProps {
  reading: Reading;
  at: number;
  state: AppState;
  tabIndex: number;
}

function Frame({ reading, at, state, tabIndex }: FrameProps) {
  const { id, path, thumbnail, outcome } = reading;
  const found = verdict(outcome, state.askBelow);
  const words = found ? { ...text.answer, sure: found.best.label }[found.kind] : unanswered(outcome, state);
  return (
    <li
      class={`frame frame-${found?.kind ?? "waiting"}`}
      style={found?.kind === "sure" ? toned(toneOf(found.best.label, state.classes)) : undefined}
      {...placed(at, state.readings.length)}
    >
      <button
        type="button"
        class="frame-photo"
        aria-label={`${path}: ${words ?? text.answer.waiting}`}
        aria-pressed={id === state.shown}
        tabIndex={tabIndex}
        onClick={() => showReading(id)}
        onFocus={() => showReading(id)}
      >
        <Picture url={thumbnail} lazy />
      </button>
    </li>
  );
}
