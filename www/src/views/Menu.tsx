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

/** A small panel of buttons. Escape, a press or focus elsewhere, or choosing something closes it. */
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
    const onEscape = (event: KeyboardEvent) => {
      if (event.key !== "Escape") return;
      setOpen(false);
      trigger.current?.focus();
    };
    document.addEventListener("pointerdown", leave);
    document.addEventListener("focusin", leave);
    document.addEventListener("keydown", onEscape);
    return () => {
      document.removeEventListener("pointerdown", leave);
      document.removeEventListener("focusin", leave);
      document.removeEventListener("keydown", onEscape);
    };
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
