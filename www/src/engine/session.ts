/** Opens the package, and the set that this browser used last. */
import { type Encoder, FeatureClassifier, fromEarlierEncoder, init } from "handful";
import { getState, set } from "../state/live";
import type { Code } from "../state/state";
import { reasonOf } from "../store/autosave";
import { clearSet, FIRST_SET, readNames, readSet, type StoredSet } from "../store/database";
import { keepPreference, readPreferences } from "../store/preferences";
import { codeOf } from "./codes";
import { encoderOf, keepOnly, loadShipped, neededEncoder, withdrawNeed } from "./encoders";
import { followNames } from "./names";
import { demand, disown, onRequests, own } from "./ownership";
import { adoptSet, currentSet, dropSet, keepNothing, saved } from "./set";

/** Milliseconds after which a set that cannot be had is said to be open elsewhere: a reload needs a moment. */
const MOMENT = 500;

const core = Promise.withResolvers<void>();
let opened = Promise.withResolvers<Encoder>();
/** Number of the last request to open a set: what belongs to an earlier one is dropped. */
let round = 0;

let unusable: Uint8Array | null = null;

/** Waits until the set can be changed; gives what looks at its photos. */
export function setOpened(): Promise<Encoder> {
  return opened.promise;
}

export async function start(): Promise<void> {
  onRequests(putAway, () => void readList());
  await Promise.all([loadEngine(), openSet(readPreferences().set ?? FIRST_SET)]);
}

/** Loads both WebAssembly modules and the model; after a failure it may be called again. */
export async function loadEngine(): Promise<void> {
  set({ engine: { kind: "loading", done: 0, total: 0 } });
  // When one half fails, the other is not waited for, nor heard any more.
  const stop = new AbortController();
  try {
    const [loaded] = await Promise.all([
      loadShipped(stop.signal, (done, total) => {
        if (!stop.signal.aborted) set({ engine: { kind: "loading", done, total } });
      }),
      init().then(core.resolve),
    ]);
    set({ engine: { kind: "ready", name: loaded.name, names: loaded.textReady } });
  } catch (error) {
    stop.abort();
    set({ engine: { kind: "failed", code: codeOf(error) } });
  }
}

/** Reads the names of all sets. Where that fails, the open set is the only one, and autosave tells why. */
export async function readList(): Promise<void> {
  try {
    set({ sets: await readNames() });
  } catch (error) {
    console.warn("the list of sets could not be read", error);
  }
}

/** Puts the open set away and opens another one, as soon as no other tab works on it. */
export async function openSet(id: string): Promise<void> {
  // The classes of another set are not to be expected.
  if (getState().setId !== id) set({ expected: [] });
  await close();
  round += 1;
  const mine = round;
  keepPreference({ set: id });
  // The one that was put away may have been saved for the first time.
  void readList();
  set({ setId: id, set: { kind: "opening" } });
  const late = setTimeout(() => {
    if (mine === round) set({ set: { kind: "elsewhere" } });
  }, MOMENT);
  await own(id);
  clearTimeout(late);
  if (mine !== round) return;
  set({ set: { kind: "opening" } });
  const stored = await readStored(id);
  await core.promise;
  if (mine !== round) return;
  if (stored) await openStored(stored);
  else await openNew();
}

/** Takes the set over from the tab that works on it. */
export function workHere(): void {
  demand();
}

async function close(): Promise<void> {
  await saved();
  opened = getState().set.kind === "open" ? Promise.withResolvers<Encoder>() : opened;
  unusable = null;
  withdrawNeed();
  dropSet();
  disown();
}

/** Another tab wants the set, or has taken it: it is waited for until that tab lets it go. */
async function putAway(stolen: boolean): Promise<void> {
  // What was stolen is written by the other tab now.
  if (stolen) dropSet();
  const id = getState().setId;
  const opening = openSet(id);
  set({ set: { kind: "elsewhere" } });
  await opening;
}

async function readStored(id: string): Promise<StoredSet | null> {
  try {
    return await readSet(id);
  } catch (error) {
    console.warn("the stored set could not be read", error);
    keepNothing();
    set({ storage: { kind: "failed", reason: reasonOf(error) } });
    return null;
  }
}

/** Shows a stored set as soon as the core is there; the encoder, when it comes, must be the one that made it. */
async function openStored({ bytes, thumbnails }: StoredSet): Promise<void> {
  const mine = round;
  try {
    const loaded = await FeatureClassifier.load(bytes);
    if (mine === round) adoptSet(loaded, thumbnails);
    else loaded.dispose();
  } catch (error) {
    if (mine === round) refuse(bytes, codeOf(error));
    return;
  }
  if (mine === round) set({ storage: { kind: "saved" } });
  const name = encoderOf(currentSet());
  set({ encoder: name });
  const encoder = await neededEncoder(name);
  if (mine !== round) return;
  if (encoder.fits(currentSet())) {
    finishOpening(encoder);
  } else {
    const left = currentSet();
    const code = fromEarlierEncoder(left) ? "earlier-encoder" : "other-encoder";
    const kept = left.save();
    dropSet();
    refuse(kept, code);
  }
}

async function openNew(): Promise<void> {
  const mine = round;
  set({ encoder: "shipped" });
  const encoder = await neededEncoder("shipped");
  const { streams, id } = encoder;
  const created = await FeatureClassifier.create({ streams, encoderId: id });
  if (mine !== round) {
    created.dispose();
    return;
  }
  adoptSet(created, new Map());
  finishOpening(encoder);
}

function finishOpening(encoder: Encoder): void {
  set({ set: { kind: "open" } });
  keepOnly(encoder);
  followNames(encoder);
  opened.resolve(encoder);
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
    await clearSet(getState().setId);
  } catch (error) {
    set({ storage: { kind: "failed", reason: reasonOf(error) } });
  }
  await openNew();
}
