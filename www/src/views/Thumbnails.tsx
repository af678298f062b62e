import { toggleSelected } from "../actions/examples";
import type { AppState, Place } from "../state/state";
import { text } from "../text";
import { Picked } from "./Picked";
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
  const others = state.classes.filter((other) => other.label !== place);
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
      <Picked
        ids={picked}
        // What shows none of the classes is no example, and only examples move.
        movable={place === null ? [] : picked}
        classes={others}
        name={text.card.movePicked(label)}
        onEmptied={onEmptied}
      />
    </>
  );
}
