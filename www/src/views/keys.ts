/** The key that was pressed, or null for one that goes to an input method: its Enter only ends a composition. */
export function keyOf({ key, isComposing, keyCode }: KeyboardEvent): string | null {
  // Safari has ended the composition by then, and tells it only by this code.
  return isComposing || keyCode === 229 ? null : key;
}
