import { useEffect, useRef } from "preact/hooks";
import { showReading } from "../actions/answer";
import type { AppState, Reading } from "../state/state";
import { verdict } from "../state/updates";
import { text } from "../text";
import { useRoving } from "./roving";
import { toneOf } from "./tone";
import { unanswered } from "./Verdict";

/** The photos that were asked about, in a line: the one in front is shown large. */
export function Filmstrip({ state }: { state: AppState }) {
  const { readings, shown } = state;
  const list = useRef<HTMLUListElement>(null);
  const place = readings.findIndex(({ id }) => id === shown);
  const { tabIndex, handlers } = useRoving(readings.length, place);
  useEffect(() => {
    const pressed = list.current?.querySelectorAll("button")[place];
    // Sideways only: the page stays where it is.
    if (pressed && list.current) list.current.scrollLeft = pressed.offsetLeft - list.current.clientWidth / 2;
  }, [place]);
  return (
    <ul class="filmstrip" aria-label={text.answer.strip} ref={list} {...handlers}>
      {readings.map((reading, i) => (
        <Frame key={reading.id} reading={reading} state={state} tabIndex={tabIndex(i)} />
      ))}
    </ul>
  );
}

function Frame({ reading, state, tabIndex }: { reading: Reading; state: AppState; tabIndex: number }) {
  const { id, name, thumbnail, outcome } = reading;
  const found = verdict(outcome, state.askBelow);
  const item = state.classes.find(({ label }) => found?.kind === "sure" && label === found.best.label);
  const words = found ? { ...text.answer, sure: found.best.label }[found.kind] : unanswered(outcome, state);
  return (
    <li class={`frame frame-${found?.kind ?? "waiting"}`} data-tone={item && toneOf(item, state.classes)}>
      <button
        type="button"
        class="frame-photo"
        aria-label={`${name}: ${words ?? text.answer.waiting}`}
        aria-pressed={id === state.shown}
        tabIndex={tabIndex}
        onClick={() => showReading(id)}
        onFocus={() => showReading(id)}
      >
        {thumbnail === null ? (
          <span class="frame-blank" />
        ) : (
          <img src={thumbnail} alt="" width="56" height="56" loading="lazy" />
        )}
      </button>
    </li>
  );
}
