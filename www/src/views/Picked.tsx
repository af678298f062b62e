import { moveExamples, removePhotos, select } from "../actions/examples";
import { text } from "../text";
import { Menu } from "./Menu";

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
        <Menu
          name={name}
          words={text.card.moveTo}
          items={labels.map((label) => ({
            words: label,
            run: () => {
              onEmptied();
              moveExamples(movable, label);
            },
          }))}
        />
      )}
      <button type="button" class="button button-quiet" onClick={() => select([])}>
        {text.card.done}
      </button>
    </div>
  );
}
