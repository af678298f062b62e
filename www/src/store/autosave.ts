/** Saves a set after every change: one write at a time, and whatever changed meanwhile goes into the next. */
import type { StorageStatus } from "../state/state";
import { writeSet } from "./database";

/** What there is to keep now. */
export interface Snapshot {
  bytes: Uint8Array;
  thumbnails: ReadonlyMap<number, Blob>;
}

export interface Autosave {
  /** Something changed. */
  request(): void;
  /** Resolves when nothing waits to be written any more. */
  settled(): Promise<void>;
  /** Writes and reports nothing from now on. */
  stop(): void;
}

/** `stored` are the ids of the thumbnails that the database holds already. */
export function createAutosave(
  set: string,
  stored: Set<number>,
  snapshot: () => Snapshot,
  report: (status: StorageStatus) => void,
): Autosave {
  let dirty = false;
  let stopped = false;
  let running: Promise<void> | null = null;

  async function write(): Promise<void> {
    const { bytes, thumbnails } = snapshot();
    const added = new Map([...thumbnails].filter(([id]) => !stored.has(id)));
    const removed = [...stored].filter((id) => !thumbnails.has(id));
    await writeSet(set, { bytes, added, removed });
    for (const id of removed) stored.delete(id);
    for (const id of added.keys()) stored.add(id);
  }

  async function run(): Promise<void> {
    while (dirty && !stopped) {
      dirty = false;
      try {
        await write();
        if (!dirty && !stopped) report({ kind: "saved" });
      } catch (error) {
        console.warn("the set could not be saved", error);
        if (!stopped) report({ kind: "failed", reason: reasonOf(error) });
      }
    }
    running = null;
  }

  return {
    request() {
      dirty = true;
      report({ kind: "saving" });
      running ??= run();
    },
    async settled() {
      await running;
    },
    stop() {
      stopped = true;
    },
  };
}

export function reasonOf(error: unknown): "blocked" | "full" | "failed" {
  const name = error instanceof Error ? error.name : "";
  if (name === "QuotaExceededError") return "full";
  return ["SecurityError", "InvalidStateError", "NotAllowedError", "ReferenceError"].includes(name)
    ? "blocked"
    : "failed";
}
