/** Opens the package, and the set that this browser used last. */
import { type Encoder, FeatureClassifier, fromEarlierEncoder, init } from "handful";
import { getState, set } from "../state/live";
import type { Code } from "../state/state";
import { reasonOf } from "../store/autosave";
import {
  clearSet,
  FIRST_SET,
  type NamedSet,
  onDatabaseLost,
  readNames,
  readSet,
  reconnect,
  type StoredSet,
} from "../store/database";
import { keepPreference, readPreferences } from "../store/preferences";
import { codeOf } from "./codes";
import { encoderOf, keepOnly, loadShipped, neededEncoder, withdrawNeed } from "./encoders";
import { followNames } from "./names";
import { demand, disown, isElsewhere, onRequests, own } from "./ownership";
import { adoptSet, currentSet, dropSet, keepNothing, saved } from "./set";

/** Milliseconds after which a set that cannot be had is said to be open elsewhere: a reload needs a moment. */
const MOMENT = 500;
/** Milliseconds after which storage that does not answer is told. */
const PATIENCE = 5000;
/** Milliseconds for which a deleted set can be had back. */
const DAY = 24 * 60 * 60 * 1000;

const core = Promise.withResolvers<void>();
let opened = Promise.withResolvers<Encoder>();
let exchanging: Promise<unknown> = Promise.resolve();
/** Number of the last request to open a set: what belongs to an earlier one is dropped. */
let round = 0;

let unusable: Uint8Array | null = null;

/** Waits until the set can be changed; gives what looks at its photos. */
export async function setOpened(): Promise<Encoder> {
  await exchanging;
  return opened.promise;
}

/** Does something after which another set may be open: what is given to the page meanwhile waits for that one. */
export function exchangeBy<Result>(work: () => Promise<Result>): Promise<Result> {
  const result = work();
  exchanging = Promise.allSettled([exchanging, result]);
  return result;
}

export async function start(): Promise<void> {
  onRequests({
    putAway,
    listChanged: () => void readList(),
    refused: () => set({ set: { kind: "elsewhere", kept: true } }),
  });
  onDatabaseLost(() => void saved().then(readList));
  await Promise.all([loadEngine(), exchange(readPreferences().set ?? FIRST_SET)]);
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

/**
 * Reads the names of all sets, and forgets those that were deleted long ago. Where that fails, the open set is the only
 * one, and autosave tells why.
 */
export async function readList(): Promise<void> {
  try {
    const all = await readNames();
    const deleted = all.flatMap((named) => (named.deletedAt === undefined ? [] : [named]));
    const kept = ({ deletedAt }: NamedSet) => Date.now() - (deletedAt ?? 0) < DAY;
    set({
      sets: all.filter((named) => !deleted.includes(named)),
      deletedSets: deleted.filter(kept).sort((a, b) => (b.deletedAt ?? 0) - (a.deletedAt ?? 0)),
    });
    for (const named of deleted) if (!kept(named)) await clearSet(named.id);
  } catch (error) {
    console.warn("the list of sets could not be read", error);
  }
}

/**
 * Puts the open set away and opens another one, as soon as no other tab works on it. False where the open one cannot be
 * put away, because it is not saved.
 */
export async function openSet(id: string): Promise<boolean> {
  if (!(await saved())) return false;
  void exchange(id);
  return true;
}

async function exchange(id: string): Promise<void> {
  // The classes of another set are not to be expected.
  if (getState().setId !== id) set({ expected: [] });
  close();
  round += 1;
  const mine = round;
  keepPreference({ set: id });
  // The one that was put away may have been saved for the first time.
  void readList();
  set({ setId: id, set: { kind: "opening" } });
  const late = setTimeout(async () => {
    if ((await isElsewhere()) && mine === round) set({ set: { kind: "elsewhere", kept: false } });
  }, MOMENT);
  await own(id);
  clearTimeout(late);
  if (mine !== round) return;
  set({ set: { kind: "opening" } });
  const found = await find(id);
  await core.promise;
  if (mine !== round) return;
  if (found.id !== id) await exchange(found.id);
  else if (found.stored) await openStored(found.stored);
  else await openNew();
}

/** Takes the set over from the tab that works on it. */
export function workHere(): void {
  demand();
}

function close(): void {
  opened = getState().set.kind === "open" ? Promise.withResolvers<Encoder>() : opened;
  unusable = null;
  withdrawNeed();
  dropSet();
  disown();
}

/**
 * Another tab wants the set, or has taken it: it is waited for until that tab lets it go. False where it is not saved, and
 * so cannot be given away.
 */
async function putAway(stolen: boolean): Promise<boolean> {
  // What was stolen is written by the other tab now.
  if (stolen) dropSet();
  const given = await openSet(getState().setId);
  if (given) set({ set: { kind: "elsewhere", kept: false } });
  return given;
}

/** What is stored of a set; of another one, where this one was deleted or never was. */
async function find(id: string): Promise<{ id: string; stored: StoredSet | null }> {
  const late = setInterval(() => set({ storage: { kind: "failed", reason: "slow" } }), PATIENCE);
  const read = async () => {
    const which = await orElse(id);
    return { id: which, stored: which === id ? await readSet(id) : null };
  };
  try {
    // A connection that was lost is no news, where another one can be had.
    const found = await read().catch(() => reconnect().then(read));
    set({ storage: { kind: "idle" } });
    return found;
  } catch (error) {
    console.warn("the stored set could not be read", error);
    keepNothing();
    set({ storage: { kind: "failed", reason: reasonOf(error) } });
    return { id, stored: null };
  } finally {
    clearInterval(late);
  }
}

/** A set itself, unless it was deleted, or is not there where others are. */
async function orElse(id: string): Promise<string> {
  const all = await readNames();
  const here = all.find((stored) => stored.id === id);
  if (here && here.deletedAt === undefined) return id;
  const other = all.find(({ deletedAt }) => deletedAt === undefined);
  return other?.id ?? (here ? crypto.randomUUID() : id);
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
