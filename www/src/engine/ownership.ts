/**
 * One tab at a time works on a set, held by a lock, so that two never overwrite each other. A tab that wants a set
 * that is open elsewhere waits in line: it gets the set when the other tab closes or hands it over.
 */

/** Milliseconds in which a tab that is alive hands a set over or says why not: longer than it waits for its storage. */
const PATIENCE = 6000;

type Message =
  | { kind: "hand-over"; set: string }
  /** The tab that owns the set cannot let it go. */
  | { kind: "kept"; set: string }
  | { kind: "list" };

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("handful");

interface Held {
  readonly set: string;
  readonly release: () => void;
}

let held: Held | null = null;
/** The set that this tab waits for, and how the waiting ends. */
let wanted: { set: string; owned: PromiseWithResolvers<void>; stop: AbortController } | null = null;
let asking: ReturnType<typeof setTimeout> | undefined;
let handlers: Handlers | null = null;

export interface Handlers {
  /** Puts the set away, because another tab wants it or has stolen it; gives whether it could. */
  putAway: (stolen: boolean) => Promise<boolean>;
  /** The list of sets has changed. */
  listChanged: () => void;
  /** The tab that owns the wanted set cannot let it go. */
  refused: () => void;
}

export function onRequests(given: Handlers): void {
  handlers = given;
  channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => void answer(data));
}

async function answer(message: Message): Promise<void> {
  if (message.kind === "list") {
    handlers?.listChanged();
  } else if (message.kind === "kept") {
    if (message.set !== wanted?.set) return;
    clearTimeout(asking);
    handlers?.refused();
  } else if (message.set === held?.set && !(await handlers?.putAway(false))) {
    channel?.postMessage({ kind: "kept", set: message.set } satisfies Message);
  }
}

/** Tells the other tabs that a set was added, renamed or removed. */
export function announceList(): void {
  channel?.postMessage({ kind: "list" } satisfies Message);
}

/** Resolves when this tab owns the set; never, when it wants another one meanwhile. */
export function own(set: string): Promise<void> {
  disown();
  const owned = Promise.withResolvers<void>();
  // Without locks (plain http, old browsers) every tab owns every set.
  if (!navigator.locks) return Promise.resolve();
  const stop = new AbortController();
  wanted = { set, owned, stop };
  void hold(set, owned, { signal: stop.signal });
  return owned.promise;
}

/** Whether another tab owns the wanted set. A slow page may only not have come to know yet that its own is free. */
export async function isElsewhere(): Promise<boolean> {
  const now = wanted;
  if (!now) return false;
  const { held: locks = [] } = await navigator.locks.query();
  return wanted === now && held === null && locks.some(({ name }) => name === nameOf(now.set));
}

/** Asks the tab that owns the wanted set to hand it over, and takes it from one that does not answer. */
export function demand(): void {
  const now = wanted;
  if (!now) return;
  channel?.postMessage({ kind: "hand-over", set: now.set } satisfies Message);
  clearTimeout(asking);
  asking = setTimeout(() => {
    if (wanted !== now || held) return;
    now.stop.abort();
    void hold(now.set, now.owned, { steal: true });
  }, PATIENCE);
}

/** Lets the set go, and stops waiting for one. */
export function disown(): void {
  wanted?.stop.abort();
  wanted = null;
  held?.release();
  held = null;
}

function nameOf(set: string): string {
  return `handful-set-${set}`;
}

async function hold(set: string, owned: PromiseWithResolvers<void>, options: LockOptions): Promise<void> {
  let mine: Held | null = null;
  try {
    await navigator.locks.request(nameOf(set), options, () => {
      const { promise, resolve } = Promise.withResolvers<void>();
      mine = { set, release: resolve };
      held = mine;
      owned.resolve();
      return promise;
    });
  } catch {
    // It was not waited for to the end, or another tab has stolen it.
    if (mine !== null && held === mine) {
      held = null;
      await handlers?.putAway(true);
    }
  }
}
