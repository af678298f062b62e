import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { linesOf } from "./windowed";

/** What an item of a list says of its place: the items around it may not be drawn. */
export function placed(place: number, count: number) {
  return { "aria-posinset": place + 1, "aria-setsize": count };
}

/**
 * Buttons in a list that is one stop of the Tab key: arrows, Home and End go from one to the next. Its items are {@link placed}.
 * @param onMove - Is told from where to where such a key led, and whether Shift was held.
 */
export function useRoving(
  count: number,
  first = 0,
  onMove: (from: number, to: number, shift: boolean) => void = () => {},
) {
  const [{ at }, setAt] = useState({ at: first });
  const stop = Math.max(0, Math.min(at, count - 1));
  /** The list whose stop gets the focus when it is drawn. */
  const moving = useRef<HTMLElement | null>(null);
  useLayoutEffect(() => {
    moving.current?.querySelector<HTMLElement>("button[tabindex='0']")?.focus();
    moving.current = null;
  });
  const go = (list: HTMLElement | null, place: number) => {
    moving.current = list;
    setAt({ at: place });
  };
  return {
    /** The place that Tab leads to: it is always to be drawn. */
    stop,
    go,
    /** Of the button at a place. */
    tabIndex: (place: number) => (place === stop ? 0 : -1),
    /** Of the list. */
    handlers: {
      onFocusIn: ({ target }: FocusEvent) => {
        const place = placeOf(target);
        if (place >= 0) setAt((before) => (before.at === place ? before : { at: place }));
      },
      onKeyDown: (event: KeyboardEvent) => {
        const list = event.currentTarget as HTMLElement;
        const place = placeOf(event.target);
        const next = neighbour(place, count, linesOf(list).columns, event.key);
        if (place < 0 || next === undefined) return;
        event.preventDefault();
        go(list, next);
        onMove(place, next, event.shiftKey);
      },
    },
  };
}

/** Of the item that something is in; -1 outside of all. */
export function placeOf(target: EventTarget | null): number {
  const item = target instanceof Element ? target.closest("[aria-posinset]") : null;
  return Number(item?.getAttribute("aria-posinset") ?? 0) - 1;
}

/** Where a key leads from a place. */
function neighbour(place: number, count: number, columns: number, key: string): number | undefined {
  const last = count - 1;
  // The last line may be short.
  const below = Math.floor(last / columns) > Math.floor(place / columns);
  return {
    ArrowLeft: Math.max(0, place - 1),
    ArrowRight: Math.min(last, place + 1),
    Home: 0,
    End: last,
    ArrowUp: place < columns ? place : place - columns,
    ArrowDown: below ? Math.min(last, place + columns) : place,
  }[key];
}
