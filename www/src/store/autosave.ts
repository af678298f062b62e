/** Saves after every change: one write at a time, and whatever changed meanwhile goes into the next. */
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
  /** Says which thumbnails the database holds already. */
  knows(ids: Iterable<number>): void;
}

export function createAutosave(snapshot: () => Snapshot, report: (status: StorageStatus) => void): Autosave {
  const stored = new Set<number>();
  let dirty = false;
  let running = false;

  async function write(): Promise<void> {
    const { bytes, thumbnails } = snapshot();
    const added = new Map([...thumbnails].filter(([id]) => !stored.has(id)));
    const removed = [...stored].filter((id) => !thumbnails.has(id));
    await writeSet({ bytes, added, removed });
    for (const id of removed) stored.delete(id);
    for (const id of added.keys()) stored.add(id);
    if (thumbnails.size > 0) askToPersist();
  }

  async function run(): Promise<void> {
    running = true;
    while (dirty) {
      dirty = false;
      try {
        await write();
        if (!dirty) report({ kind: "saved" });
      } catch (error) {
        console.warn("the set could not be saved", error);
        report({ kind: "failed", reason: reasonOf(error) });
      }
    }
    running = false;
  }

  return {
    request() {
      dirty = true;
      report({ kind: "saving" });
      if (!running) void run();
    },
    knows(ids) {
      for (const id of ids) stored.add(id);
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

let asked = false;

/** Asks the browser once not to evict what was kept. A refusal changes nothing. */
function askToPersist(): void {
  if (asked) return;
  asked = true;
  navigator.storage?.persist?.().catch(() => {});
}
