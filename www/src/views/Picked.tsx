import { movePhotos, removePhotos, select } from "../actions/examples";
import type { Place } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";
import { Menu } from "./Menu";

interface Props {
  /** The photos that are picked. */
  ids: readonly number[];
  /** Where they can be moved to. */
  places: readonly Place[];
  /** Of the choice. */
  name: string;
  /** The control in use is about to go. */
  onEmptied: () => void;
  /** Shows one large, where that can be done. */
  onEnlarge?: (id: number) => void;
  /** Picks all photos of a list, where there are more: a finger has no keys for that. */
  onAll?: (() => void) | undefined;
}

/** What can be done with the photos that are picked. */
export function Picked({ ids, places, name, onEmptied, onEnlarge, onAll }: Props) {
  const [first] = ids;
  if (first === undefined) return null;
  return (
    <div class="line picked">
      <p class="line picked-count">
        <span>{text.card.picked(ids.length)}</span>
        {onAll && (
          <Button class="button-small" onClick={onAll}>
            {text.card.pickAll}
          </Button>
        )}
        <Button class="button-small" onClick={() => select([])}>
          {text.card.done}
        </Button>
      </p>
      <Button
        onClick={() => {
          onEmptied();
          removePhotos(ids);
        }}
      >
        {text.card.removePicked}
      </Button>
      {places.length > 0 && (
        <Menu
          name={name}
          words={text.card.moveTo}
          items={places.map((place) => ({
            words: place ?? text.answer.none,
            run: () => {
              onEmptied();
              movePhotos(ids, place);
            },
          }))}
        />
      )}
      {/* Last, since it goes when a second photo is picked. */}
      {onEnlarge && ids.length === 1 && <Button onClick={() => onEnlarge(first)}>{text.card.enlarge}</Button>}
    </div>
  );
}
