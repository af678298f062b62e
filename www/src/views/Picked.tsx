import { moveExamples, removePhotos, select } from "../actions/examples";
import { text } from "../text";

interface Props {
  /** The photos that are picked. */
  ids: readonly number[];
  /** Those of them that a class can have. */
  movable: readonly number[];
  /** Of the classes to choose from. */
  labels: readonly string[];
  /** Of the choice. */
  name: string;
  /** The control in use is about to go. */
  onEmptied: () => void;
  /** Shows one large, where that can be done. */
  onEnlarge?: (id: number) => void;
}

/** What can be done with the photos that are picked. */
export function Picked({ ids, movable, labels, name, onEmptied, onEnlarge }: Props) {
  const [first] = ids;
  if (first === undefined) return null;
  return (
    <div class="picked">
      <span class="picked-count">{text.card.picked(ids.length)}</span>
      {onEnlarge && ids.length === 1 && (
        <button type="button" class="button" onClick={() => onEnlarge(first)}>
          {text.card.enlarge}
        </button>
      )}
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
      {movable.length > 0 && labels.length > 0 && (
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
          {labels.map((label) => (
            <option key={label} value={label}>
              {label}
            </option>
          ))}
        </select>
      )}
      <button type="button" class="button button-quiet" onClick={() => select([])}>
        {text.card.done}
      </button>
    </div>
  );
}
