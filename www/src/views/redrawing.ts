/** When the page is drawn again. */
import { Component, type ComponentType, createElement } from "preact";
import { useEffect, useState } from "preact/hooks";
import { getState, subscribe } from "../state/live";
import type { AppState } from "../state/state";
import { text } from "../text";

/** Whether a finger or a mouse presses a button now. */
let pressed = false;
const released = new Set<() => void>();

addEventListener("pointerdown", ({ target }) => {
  pressed = target instanceof Element && target.closest("button, a, summary") !== null;
});

// The click comes after this event.
for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, () => setTimeout(release));

function release(): void {
  if (!pressed) return;
  pressed = false;
  for (const draw of released) draw();
}

/** Redraws once for any number of changes made together, and not while a button is pressed: it would move away. */
export function useRestingState(): AppState {
  return useDrawn(false);
}

/** Redraws while a button is pressed too: for what stays where it is. */
export function useLiveState(): AppState {
  return useDrawn(true);
}

function useDrawn(always: boolean): AppState {
  const [state, setState] = useState(getState);
  useEffect(() => {
    const draw = () => {
      if (always || !pressed) setState(getState());
    };
    draw();
    released.add(draw);
    const end = subscribe(draw);
    return () => {
      released.delete(draw);
      end();
    };
  }, [always]);
  return state;
}

/** A view that is drawn again only when one of its props is another one, or all words are. */
export function steady<Props extends object>(View: ComponentType<Props>): ComponentType<Props> {
  return class extends Component<Props> {
    #words = text;

    override shouldComponentUpdate(next: Props): boolean {
      const [before, spoken] = [this.props as Props, this.#words];
      this.#words = text;
      const names = Object.keys(next) as (keyof Props)[];
      return spoken !== text || names.some((name) => before[name] !== next[name]);
    }

    override render(props: Props) {
      return createElement(View, props);
    }
  };
}
