import { useLayoutEffect, useRef, useState } from "preact/hooks";
import { Dots } from "./icons";

interface Props {
  name: string;
  /** The words on its button; three dots where there are none. */
  words?: string;
  items: readonly { words: string; run: () => void }[];
}

/** Pixels between the panel and the edge of the window. */
const EDGE = 8;

/**
 * A small panel of buttons, to be gone through by Tab, arrows or first letters. Escape, a press or focus elsewhere, or choosing
 * something closes it.
 */
export function Menu({ name, words, items }: Props) {
  const [open, setOpen] = useState(false);
  const root = useRef<HTMLDivElement>(null);
  const trigger = useRef<HTMLButtonElement>(null);
  const panel = useRef<HTMLDivElement>(null);

  // Inside the window: it hangs from the right end of its button, which may be far to the left, or far down.
  useLayoutEffect(() => {
    const box = panel.current?.getBoundingClientRect();
    if (!open || !panel.current || !box) return;
    const { clientWidth } = document.documentElement;
    const [left, right] = [EDGE - box.left, clientWidth - EDGE - box.right];
    panel.current.style.translate = `${Math.max(left, Math.min(0, right))}px`;
    panel.current.scrollIntoView({ block: "nearest" });
  }, [open]);

  // Before the next key press, which may be Escape.
  useLayoutEffect(() => {
    if (!open) return;
    const leave = (event: Event) => {
      if (event.target instanceof Node && !root.current?.contains(event.target)) setOpen(false);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key === "Escape") {
        setOpen(false);
        trigger.current?.focus();
        return;
      }
      if (event.ctrlKey || event.metaKey || event.altKey) return;
      const buttons = Array.from(panel.current?.querySelectorAll("button") ?? []);
      const words = buttons.map(({ innerText }) => innerText.toLowerCase());
      const place = buttons.indexOf(event.target as HTMLButtonElement);
      const goal = buttons[placeAfter(place, event.key.toLowerCase(), words)];
      if (!goal) return;
      event.preventDefault();
      goal.focus();
    };
    const stop = new AbortController();
    const { signal } = stop;
    document.addEventListener("pointerdown", leave, { signal });
    document.addEventListener("focusin", leave, { signal });
    document.addEventListener("keydown", onKeyDown, { signal });
    return () => stop.abort();
  }, [open]);

  return (
    <div class="menu" ref={root}>
      <button
        type="button"
        class={words ? "button" : "button button-quiet button-round"}
        ref={trigger}
        aria-label={name}
        aria-expanded={open}
        onClick={() => setOpen(!open)}
      >
        {words ?? <Dots />}
      </button>
      {open && (
        <div class="menu-panel" ref={panel}>
          {items.map((item, place) => (
            <button
              key={place}
              type="button"
              class="menu-item"
              onClick={() => {
                setOpen(false);
                // Focus stays here unless `run` knows a better place.
                trigger.current?.focus();
                item.run();
              }}
            >
              {item.words}
            </button>
          ))}
        </div>
      )}
    </div>
  );
}

/** Where a key leads from an item, or from the button at -1 that opens the panel; -1 where it leads nowhere. */
function placeAfter(place: number, key: string, words: readonly string[]): number {
  const { length } = words;
  const next = (place + 1) % length;
  if (key === "arrowdown") return next;
  if (key === "arrowup") return place > 0 ? place - 1 : length - 1;
  if (key === "home") return 0;
  if (key === "end") return length - 1;
  const begins = (at: number) => key.length === 1 && words[at]?.startsWith(key);
  return words.map((_, i) => (next + i) % length).find(begins) ?? -1;
}
