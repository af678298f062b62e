import { useState } from "preact/hooks";

/** Buttons in a list that is one stop of the Tab key: arrows, Home and End go from one to the next. */
export function useRoving(count: number, first = 0) {
  const [at, setAt] = useState(first);
  const stop = Math.max(0, Math.min(at, count - 1));
  return {
    /** Of the button at a place. */
    tabIndex: (place: number) => (place === stop ? 0 : -1),
    /** Of the list. */
    handlers: {
      onFocusIn: ({ currentTarget, target }: FocusEvent) => {
        const place = buttonsOf(currentTarget).indexOf(target as HTMLElement);
        if (place >= 0) setAt(place);
      },
      onKeyDown: (event: KeyboardEvent) => {
        const buttons = buttonsOf(event.currentTarget);
        const next = neighbour(buttons, buttons.indexOf(event.target as HTMLElement), event.key);
        if (!next) return;
        event.preventDefault();
        next.focus();
      },
    },
  };
}

function buttonsOf(list: EventTarget | null): HTMLElement[] {
  return list instanceof HTMLElement ? Array.from(list.querySelectorAll("button")) : [];
}

/** Where a key leads from a place; up and down, to the nearest of the next row. */
function neighbour(buttons: readonly HTMLElement[], place: number, key: string): HTMLElement | undefined {
  const from = buttons[place];
  if (!from) return undefined;
  const aside = ({ offsetLeft }: HTMLElement) => Math.abs(offsetLeft - from.offsetLeft);
  const nearest = (row: readonly HTMLElement[]) => row.toSorted((a, b) => aside(a) - aside(b))[0];
  const top = ({ offsetTop }: HTMLElement) => offsetTop;
  switch (key) {
    case "ArrowLeft":
      return buttons[place - 1];
    case "ArrowRight":
      return buttons[place + 1];
    case "Home":
      return buttons[0];
    case "End":
      return buttons.at(-1);
    case "ArrowUp": {
      const above = buttons.filter((button) => top(button) < top(from));
      const row = Math.max(...above.map(top));
      return nearest(above.filter((button) => top(button) === row));
    }
    case "ArrowDown": {
      const below = buttons.filter((button) => top(button) > top(from));
      const row = Math.min(...below.map(top));
      return nearest(below.filter((button) => top(button) === row));
    }
  }
  return undefined;
}
