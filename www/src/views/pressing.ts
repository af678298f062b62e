/** Whether a finger or a mouse presses a button now. */

let pressed = false;
const listeners = new Set<() => void>();

export function isPressed(): boolean {
  return pressed;
}

/** Called when a button was pressed and let go. */
export function onRelease(listener: () => void): void {
  listeners.add(listener);
}

function release(): void {
  if (!pressed) return;
  pressed = false;
  for (const listener of listeners) listener();
}

addEventListener("pointerdown", ({ target }) => {
  pressed = target instanceof Element && target.closest("button, a, summary") !== null;
});
// The click comes after this event.
for (const end of ["pointerup", "pointercancel", "blur"]) addEventListener(end, () => setTimeout(release));
