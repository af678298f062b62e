/** The one state of the page, and who is told when it changes. */
import { type AppState, INITIAL } from "./state";

let state = INITIAL;
const listeners = new Set<() => void>();

export function getState(): AppState {
  return state;
}

export function update(change: (state: AppState) => AppState): void {
  const next = change(state);
  if (next === state) return;
  state = next;
  for (const listener of listeners) listener();
}

/** Sets some keys. */
export function set(part: Partial<AppState>): void {
  update((state) => ({ ...state, ...part }));
}

export function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  return () => listeners.delete(listener);
}

/** Tells what a part of the state is, whenever that is another one. */
export function follow<Part>(partOf: (state: AppState) => Part, tell: (part: Part) => void): void {
  let last = partOf(state);
  subscribe(() => {
    const now = partOf(state);
    if (now === last) return;
    last = now;
    tell(now);
  });
}

let lastId = 0;

/** A number that no other thing on this page has. */
export function freshId(): number {
  lastId += 1;
  return lastId;
}
