/** Opens the package and the stored set. */
import { Encoder, FeatureClassifier, init } from "handful";
import { set } from "../state/live";
import type { Code } from "../state/state";
import { reasonOf } from "../store/autosave";
import { clearSet, readSet, type StoredSet } from "../store/database";
import { codeOf } from "./codes";
import { adoptSet, currentSet, dropSet, keepNothing } from "./set";

const core = Promise.withResolvers<void>();
const encoder = Promise.withResolvers<Encoder>();
const opened = Promise.withResolvers<void>();

let unusable: Uint8Array | null = null;

/** The encoder, once it is there. */
export function encoderReady(): Promise<Encoder> {
  return encoder.promise;
}

/** Waits until the set can be changed. */
export function setOpened(): Promise<void> {
  return opened.promise;
}

export async function start(): Promise<void> {
  await Promise.all([loadEngine(), openSet()]);
}

/** Loads both WebAssembly modules and the model; after a failure it may be called again. */
export async function loadEngine(): Promise<void> {
  set({ engine: { kind: "loading", done: 0, total: 0 } });
  // When one half fails, the other is not waited for, nor heard any more.
  const stop = new AbortController();
  try {
    const [loaded] = await Promise.all([
      Encoder.load(undefined, {
        signal: stop.signal,
        onProgress: ({ stage, done, total }) => {
          if (stage === "download" && !stop.signal.aborted) set({ engine: { kind: "loading", done, total } });
        },
      }),
      init().then(core.resolve),
    ]);
    set({ engine: { kind: "ready", name: loaded.name } });
    encoder.resolve(loaded);
  } catch (error) {
    stop.abort();
    set({ engine: { kind: "failed", code: codeOf(error) } });
  }
}

async function openSet(): Promise<void> {
  const stored = await readStored();
  await core.promise;
  if (stored) await openStored(stored);
  else await openNew();
}

async function readStored(): Promise<StoredSet | null> {
  try {
    return await readSet();
  } catch (error) {
    console.warn("the stored set could not be read", error);
    keepNothing();
    set({ storage: { kind: "failed", reason: reasonOf(error) } });
    return null;
  }
}

/** Shows a stored set as soon as the core is there; the encoder, when it comes, must be the one that made it. */
async function openStored({ bytes, thumbnails }: StoredSet): Promise<void> {
  try {
    adoptSet(await FeatureClassifier.load(bytes), thumbnails);
  } catch (error) {
    refuse(bytes, codeOf(error));
    return;
  }
  set({ storage: { kind: "saved" } });
  if ((await encoder.promise).fits(currentSet())) {
    finishOpening();
  } else {
    const kept = currentSet().save();
    dropSet();
    refuse(kept, "other-encoder");
  }
}

async function openNew(): Promise<void> {
  const { streams, id } = await encoder.promise;
  adoptSet(await FeatureClassifier.create({ streams, encoderId: id }), new Map());
  finishOpening();
}

function finishOpening(): void {
  set({ set: { kind: "open" } });
  opened.resolve();
}

/** Leaves a stored set where it is, and tells the person. */
function refuse(bytes: Uint8Array, code: Code): void {
  unusable = bytes;
  set({ set: { kind: "unusable", code } });
}

/** The stored set that cannot be used here, to be saved as a file. */
export function unusableSet(): Uint8Array | null {
  return unusable;
}

/** Gives up a stored set that cannot be used, and opens an empty one. */
export async function startAnew(): Promise<void> {
  if (!unusable) return;
  unusable = null;
  set({ set: { kind: "opening" } });
  try {
    await clearSet();
  } catch (error) {
    set({ storage: { kind: "failed", reason: reasonOf(error) } });
  }
  await openNew();
}
