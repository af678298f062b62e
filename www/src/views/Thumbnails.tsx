import { clearSelected, moveExamples, removeExamples, toggleSelected } from "../actions/examples";
import type { AppState, ClassItem } from "../state/state";
import { text } from "../text";

interface Props {
  item: ClassItem;
  state: AppState;
  /** The control in use is about to go. */
  onEmptied: () => void;
}

/** The photos of a class. Press one to pick it, then move or remove what is picked. */
export function Thumbnails({ item, state, onEmptied }: Props) {
  const { label } = item;
  const examples = state.examples.filter((example) => example.label === label);
  const picked = examples.map(({ id }) => id).filter((id) => state.selected.includes(id));
  if (examples.length === 0) return <p class="well">{item.named ? text.card.emptyNamed : text.card.empty}</p>;
  return (
    <>
      <ul class="thumbnails" aria-label={text.card.pictures(label)}>
        {examples.map(({ id }, index) => (
          <li key={id}>
            <button
              type="button"
              class="thumbnail"
              aria-label={text.card.photo(index + 1, label)}
              aria-pressed={picked.includes(id)}
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
              removeExamples(picked);
            }}
          >
            {text.card.removePicked}
          </button>
          {state.classes.length > 1 && (
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
              {state.classes
                .filter((other) => other.key !== item.key)
                .map((other) => (
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
