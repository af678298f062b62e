import { useRef, useState } from "preact/hooks";
import { pick, removePhotos, select, thumbnailOf, toggleSelected } from "../actions/examples";
import type { Place } from "../state/state";
import { text } from "../text";
import { Enlarged } from "./Enlarged";
import { useFrame } from "./framing";
import { Picked } from "./Picked";
import { placed, placeOf, useRoving } from "./roving";
import { useWindow } from "./windowed";

export interface ThumbnailsProps {
  place: Place;
  ids: readonly number[];
  /** Ids of all photos that are picked out, here and elsewhere. */
  selected: readonly number[];
  /** Of all classes. */
  labels: readonly string[];
  /** All photos are drawn, whether they are in view or not. */
  whole: boolean;
  /** The control in use is about to go. */
  onEmptied: () => void;
}

/**
 * The photos of a card. Press one to pick it, with Shift all from the last one on; Ctrl+A and a frame drawn around them pick
 * many. Then move what is picked, or remove it, also by Delete. Enter or two presses show one large.
 */
export function Thumbnails({ place, ids, selected, labels, whole, onEmptied }: ThumbnailsProps) {
  const label = place ?? text.answer.none;
  const count = ids.length;
  const [enlarged, setEnlarged] = useState<number | null>(null);
  /** Where a range begins: the photo that was picked, or gone to, last. */
  const start = useRef<number | null>(null);
  const extend = (from: number, to: number) => {
    start.current ??= from;
    const [first, last] = [start.current, to].toSorted((a, b) => a - b) as [number, number];
    select(ids.slice(first, last + 1));
  };
  const { stop, go, tabIndex, handlers } = useRoving(count, 0, (from, to, shift) => {
    if (shift) extend(from, to);
    else start.current = to;
  });
  const { list, draw } = useWindow<HTMLUListElement>({ count, stop, whole });
  const frame = useFrame(count, (places) => pick(places.flatMap((at) => ids[at] ?? [])));
  const chosen = new Set(selected);
  const framed = new Set(frame.framed);
  const picked = ids.filter((id) => chosen.has(id));
  const at = enlarged === null ? -1 : ids.indexOf(enlarged);

  const press = (event: MouseEvent, index: number, id: number) => {
    if (event.shiftKey) return extend(index, index);
    start.current = index;
    toggleSelected(id);
  };
  const clear = () => {
    start.current = null;
    select([]);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const id = ids[placeOf(event.target)];
    if (id !== undefined && event.key === "Enter") setEnlarged(id);
    else if (event.key === "Escape") clear();
    else if (event.key === "Delete" && picked.length > 0) {
      onEmptied();
      removePhotos(picked);
    } else if (event.key === "a" && (event.ctrlKey || event.metaKey)) select(ids);
    else return handlers.onKeyDown(event);
    event.preventDefault();
  };
  const close = () => {
    setEnlarged(null);
    go(list.current, at);
  };

  return (
    <>
      <ul
        class={frame.style ? "thumbnails thumbnails-framed" : "thumbnails"}
        aria-label={text.card.pictures(label)}
        ref={list}
        style={frame.style ?? {}}
        {...handlers}
        {...frame.handlers}
        onKeyDown={onKeyDown}
      >
        {draw(
          (index, inView) => {
            const id = ids[index] as number;
            const url = inView ? thumbnailOf(id) : undefined;
            return (
              <li key={id} {...placed(index, count)}>
                <button
                  type="button"
                  class="thumbnail"
                  aria-label={text.card.photo(index + 1, label)}
                  aria-pressed={chosen.has(id) || framed.has(index)}
                  tabIndex={tabIndex(index)}
                  onClick={(event) => press(event, index, id)}
                  onDblClick={() => setEnlarged(id)}
                >
                  {url && <img src={url} alt="" width="80" height="80" draggable={false} />}
                </button>
              </li>
            );
          },
          (height, key) => (
            <li key={key} class="thumbnails-space" aria-hidden="true" style={{ height }} />
          ),
        )}
      </ul>
      <Picked
        ids={picked}
        places={[...labels, null].filter((other) => other !== place)}
        name={text.card.movePicked(label)}
        onEmptied={onEmptied}
        onEnlarge={setEnlarged}
        onAll={picked.length < count ? () => select(ids) : undefined}
      />
      {at >= 0 && (
        <Enlarged
          name={text.card.photo(at + 1, label)}
          url={thumbnailOf(ids[at] as number)}
          place={at}
          count={count}
          onShow={(to) => setEnlarged(ids[to] ?? null)}
          onClose={close}
        />
      )}
    </>
  );
}
