/**
 * One tab at a time works on a set, held by a lock, so that two never overwrite each other. A tab that wants a set
 * that is open elsewhere waits in line: it gets the set when the other tab closes or hands it over.
 */

/** Milliseconds in which a tab that is alive hands a set over. */
const PATIENCE = 3000;

type Message = { kind: "hand-over"; set: string } | { kind: "list" };

const channel = typeof BroadcastChannel === "undefined" ? null : new BroadcastChannel("handful");

interface Held {
  readonly set: string;
  readonly release: () => void;
}

let held: Held | null = null;
/** The set that this tab waits for, and how the waiting ends. */
let wanted: { set: string; owned: PromiseWithResolvers<void>; stop: AbortController } | null = null;
let putAway: (stolen: boolean) => Promise<void> = async () => {};

/**
 * Says how this tab puts its set away when another tab wants it or has stolen it, and what to do when the list of sets
 * has changed.
 */
export function onRequests(put: (stolen: boolean) => Promise<void>, listChanged: () => void): void {
  putAway = put;
  channel?.addEventListener("message", ({ data }: MessageEvent<Message>) => {
    if (data.kind === "list") listChanged();
    else if (data.set === held?.set) void putAway(false);
  });
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

/** Asks the tab that owns the wanted set to hand it over, and takes it from one that does not answer. */
export function demand(): void {
  const now = wanted;
  if (!now) return;
  channel?.postMessage({ kind: "hand-over", set: now.set } satisfies Message);
  setTimeout(() => {
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

async function hold(set: string, owned: PromiseWithResolvers<void>, options: LockOptions): Promise<void> {
  let mine: Held | null = null;
  try {
    await navigator.locks.request(`handful-set-${set}`, options, () => {
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
      await putAway(true);
    }
  }
}
