import { clearSelected, moveExamples, removePhotos } from "../actions/examples";
import type { ClassItem } from "../state/state";
import { text } from "../text";

interface Props {
  /** The photos that are picked. */
  ids: readonly number[];
  /** Those of them that a class can have. */
  movable: readonly number[];
  /** The classes to choose from. */
  classes: readonly ClassItem[];
  /** Of the choice. */
  name: string;
  /** The control in use is about to go. */
  onEmptied: () => void;
}

/** What can be done with the photos that are picked. */
export function Picked({ ids, movable, classes, name, onEmptied }: Props) {
  if (ids.length === 0) return null;
  return (
    <div class="picked">
      <span class="picked-count">{text.card.picked(ids.length)}</span>
      <button
        type="button"
        class="button"
        onClick={() => {
          onEmptied();
          removePhotos(ids);
        }}
      >
        {text.card.removePicked}
      </button>
      {movable.length > 0 && classes.length > 0 && (
        <select
          class="button"
          aria-label={name}
          value=""
          onChange={(event) => {
            const { value } = event.currentTarget;
            onEmptied();
            moveExamples(movable, value);
          }}
        >
          <option value="" disabled>
            {text.card.moveTo}
          </option>
          {classes.map(({ key, label }) => (
            <option key={key} value={label}>
              {label}
            </option>
          ))}
        </select>
      )}
      <button type="button" class="button button-quiet" onClick={clearSelected}>
        {text.card.done}
      </button>
    </div>
  );
}
