import { clearSelected, moveExamples, removePhotos, toggleSelected } from "../actions/examples";
import type { AppState, Place } from "../state/state";
import { text } from "../text";
import { useRoving } from "./roving";

interface Props {
  place: Place;
  ids: readonly number[];
  state: AppState;
  /** The control in use is about to go. */
  onEmptied: () => void;
}

/** The photos of a card. Press one to pick it, then move or remove what is picked. */
export function Thumbnails({ place, ids, state, onEmptied }: Props) {
  const label = place ?? text.answer.none;
  const { tabIndex, handlers } = useRoving(ids.length);
  const picked = ids.filter((id) => state.selected.includes(id));
  // What shows none of the classes is no example, and only examples move.
  const others = place === null ? [] : state.classes.filter((other) => other.label !== place);
  return (
    <>
      <ul class="thumbnails" aria-label={text.card.pictures(label)} {...handlers}>
        {ids.map((id, index) => (
          <li key={id}>
            <button
              type="button"
              class="thumbnail"
              aria-label={text.card.photo(index + 1, label)}
              aria-pressed={picked.includes(id)}
              tabIndex={tabIndex(index)}
              onClick={() => toggleSelected(id)}
            >
              {state.thumbnails[id] && <img src={state.thumbnails[id]} alt="" width="80" height="80" />}
            </button>
          </li>
        ))}
      </ul>
      {picked.length > 0 && (
        <div class="picked">
          <span class="picked-count">{text.card.picked(picked.length)}</span>
          <button
            type="button"
            class="button"
            onClick={() => {
              onEmptied();
              removePhotos(picked);
            }}
          >
            {text.card.removePicked}
          </button>
          {others.length > 0 && (
            <select
              class="button"
              aria-label={text.card.movePicked(label)}
              value=""
              onChange={(event) => {
                const { value } = event.currentTarget;
                onEmptied();
                moveExamples(picked, value);
              }}
            >
              <option value="" disabled>
                {text.card.moveTo}
              </option>
              {others.map((other) => (
                <option key={other.key} value={other.label}>
                  {other.label}
                </option>
              ))}
            </select>
          )}
          <button type="button" class="button button-quiet" onClick={clearSelected}>
            {text.card.done}
          </button>
        </div>
      )}
    </>
  );
}
