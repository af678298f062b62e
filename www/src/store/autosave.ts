/**
 * Saves a set after every change: one write at a time, and whatever changed meanwhile goes into the next. What could not
 * be written is tried again until it is.
 */
import type { StorageStatus } from "../state/state";
import { reconnect, type Snapshot, writeSet } from "./database";

/** Milliseconds after which a write that has not ended is told. */
const PATIENCE = 5000;
/** Milliseconds until a failed write is tried again: at first, and at most. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [1000, 8000];

export interface Autosave {
  /** Something changed. */
  request(): void;
  /** Whether all is written, once that is known. */
  settled(): Promise<boolean>;
  /** Writes and reports nothing from now on. */
  stop(): void;
}

type Reason = Extract<StorageStatus, { kind: "failed" }>["reason"];

export function createAutosave(
  set: string,
  snapshot: () => Snapshot,
  report: (status: StorageStatus) => void,
): Autosave {
  let dirty = false;
  let stopped = false;
  let running = false;
  let failing = false;
  let pause = FIRST_PAUSE;
  let retry: ReturnType<typeof setTimeout> | undefined;
  let waiting: ((saved: boolean) => void)[] = [];

  function settle(saved: boolean): void {
    for (const resolve of waiting) resolve(saved);
    waiting = [];
  }

  function fail(reason: Reason): void {
    failing = true;
    if (!stopped) report({ kind: "failed", reason });
    settle(false);
  }

  async function write(): Promise<void> {
    const now = snapshot();
    try {
      await writeSet(set, now);
    } catch {
      // A connection that was lost is no news, where another one can be had.
      await reconnect();
      if (!stopped) await writeSet(set, now);
    }
  }

  async function run(): Promise<void> {
    running = true;
    while (dirty && !stopped) {
      dirty = false;
      const late = setInterval(fail, PATIENCE, "slow");
      try {
        await write();
        clearTimeout(retry);
        failing = false;
        pause = FIRST_PAUSE;
        if (dirty || stopped) continue;
        report({ kind: "saved" });
        settle(true);
      } catch (error) {
        console.warn("the set could not be saved", error);
        fail(reasonOf(error));
        clearTimeout(retry);
        if (!stopped) retry = setTimeout(again, pause);
      } finally {
        clearInterval(late);
      }
    }
    running = false;
  }

  function again(): void {
    pause = Math.min(2 * pause, LONGEST_PAUSE);
    request();
  }

  function request(): void {
    dirty = true;
    // That it failed is true until it is saved.
    if (!failing) report({ kind: "saving" });
    if (!running) void run();
  }

  return {
    request,
    async settled() {
      if (!dirty && !running && !failing) return true;
      if (!running) request();
      return new Promise((resolve) => waiting.push(resolve));
    },
    stop() {
      stopped = true;
      clearTimeout(retry);
      settle(false);
    },
  };
}

export function reasonOf(error: unknown): Reason {
  const name = error instanceof Error ? error.name : "";
  if (name === "QuotaExceededError") return "full";
  if (name === "VersionError") return "newer";
  return ["SecurityError", "InvalidStateError", "NotAllowedError", "ReferenceError"].includes(name)
    ? "blocked"
    : "failed";
}
