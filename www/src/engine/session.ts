/** Opens the package, and the set that this browser used last. */
import { type Encoder, FeatureClassifier, fromEarlierEncoder, HandfulError, init } from "handful";
import type { SetFile, StoredSet, Waiting } from "handful/store";
import { deferred } from "../lately";
import { getState, set } from "../state/live";
import type { Code } from "../state/state";
import { keepPreference, readPreferences } from "../store/preferences";
import { FIRST_SET, newSetId, store } from "../store/sets";
import { codeOf } from "./codes";
import { encoderOf, keepOnly, loadShipped, neededEncoder, withdrawNeed } from "./encoders";
import { followNames } from "./names";
import { adoptSet, currentSet, dropSet, openedSet, saved } from "./set";

const core = deferred<void>();
let opened = deferred<Encoder>();
let exchanging: Promise<unknown> = Promise.resolve();
/** Of the last set that was to be opened: what belongs to an earlier one is dropped. */
let opening = new AbortController();
/** Asks the tab that has the wanted set for it. */
let takeOver: (() => Promise<boolean>) | null = null;

type Saved = Pick<SetFile, "bytes" | "pictures">;

let unusable: Saved | null = null;

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
  store.subscribe(() => {
    // The browser may have cleared the preferences too.
    keepPreference({ set: getState().setId });
    set({ persisted: store.persisted ?? null });
    void readList();
  });
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

/** Reads the names of all sets. Where that fails, the open set is the only one, and its state tells why. */
export async function readList(): Promise<void> {
  try {
    const [sets, deletedSets] = await Promise.all([store.list(), store.removed()]);
    set({ sets, deletedSets });
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
  const { signal } = opening;
  keepPreference({ set: id });
  // The one that was put away may have been saved for the first time.
  void readList();
  set({ setId: id, set: { kind: "opening" } });
  let bytes: Uint8Array<ArrayBuffer> | null = null;
  const kind = {
    async load(stored: Uint8Array<ArrayBuffer>): Promise<FeatureClassifier> {
      bytes = stored;
      began(signal);
      await core.promise;
      return FeatureClassifier.load(stored);
    },
    async create(): Promise<FeatureClassifier> {
      began(signal);
      if ((await orElse(id)) !== id) throw new HandfulError("unknown-set", "there are other sets");
      set({ encoder: "shipped" });
      const encoder = await neededEncoder("shipped");
      return FeatureClassifier.create({ streams: encoder.streams, encoderId: encoder.id });
    },
  };
  let next: StoredSet;
  try {
    next = await store.open(id, kind, { signal, onWait });
  } catch (error) {
    if (signal.aborted) return;
    const code = codeOf(error);
    if (code === "unknown-set") return exchange(await orElse(id));
    if (!bytes) throw error;
    return refuse({ bytes, pictures: new Map() }, code);
  }
  if (signal.aborted) next.dispose();
  else await use(next, signal);
}

/** The set is here and can be read: whatever was told of waiting for it is over. */
function began(signal: AbortSignal): void {
  signal.throwIfAborted();
  set({ set: { kind: "opening" }, storage: { kind: "idle" } });
}

function onWait(waiting: Waiting): void {
  if (waiting.reason === "storage") {
    set({ set: { kind: "opening" }, storage: { kind: "failed", reason: "slow" } });
  } else {
    ({ takeOver } = waiting);
    set({ set: { kind: "elsewhere", kept: false } });
  }
}

/** Takes the set over from the tab that works on it. */
export async function workHere(): Promise<void> {
  const { signal } = opening;
  const given = await takeOver?.();
  if (given === false && !signal.aborted) set({ set: { kind: "elsewhere", kept: true } });
}

function close(): void {
  opened = getState().set.kind === "open" ? deferred<Encoder>() : opened;
  unusable = null;
  takeOver = null;
  withdrawNeed();
  dropSet();
  opening.abort();
  opening = new AbortController();
}

/** A set itself, unless it was deleted, or is not there where others are. */
async function orElse(id: string): Promise<string> {
  try {
    const [sets, deleted] = await Promise.all([store.list(), store.removed()]);
    if (sets.some((stored) => stored.id === id)) return id;
    return sets[0]?.id ?? (deleted.some((gone) => gone.id === id) ? newSetId() : id);
  } catch {
    // Nobody knows; the state of the set tells why.
    return id;
  }
}

/** Shows a set as soon as the core is there; the encoder, when it comes, must be the one that made it. */
async function use(next: StoredSet, signal: AbortSignal): Promise<void> {
  adoptSet(next);
  // It is waited for until the other tab lets it go.
  next.subscribe(() => {
    if (next.state.kind === "elsewhere") void exchange(next.id);
  });
  const name = encoderOf(currentSet());
  set({ encoder: name });
  const encoder = await neededEncoder(name);
  if (signal.aborted) return;
  if (encoder.fits(currentSet())) {
    finishOpening(encoder);
  } else {
    const code = fromEarlierEncoder(currentSet()) ? "earlier-encoder" : "other-encoder";
    const left = setAsSaved();
    dropSet();
    refuse(left, code);
  }
}

function finishOpening(encoder: Encoder): void {
  set({ set: { kind: "open" } });
  keepOnly(encoder);
  followNames(encoder);
  opened.resolve(encoder);
}

/** Leaves a stored set where it is, and tells the person. */
function refuse(stored: Saved, code: Code): void {
  unusable = stored;
  set({ set: { kind: "unusable", code, pictures: stored.pictures.size > 0 } });
}

/** The stored set that cannot be used here, to be saved as a file. */
export function unusableSet(): Saved | null {
  return unusable;
}

/** The set that the page has, whether it can be used or not. */
export function setAsSaved(): Saved {
  if (unusable) return unusable;
  const { classifier, pictures } = openedSet();
  return { bytes: classifier.save(), pictures };
}

/** Gives up a stored set that cannot be used, and opens an empty one. */
export async function startAnew(): Promise<void> {
  if (!unusable) return;
  unusable = null;
  const { setId } = getState();
  set({ set: { kind: "opening" } });
  await store.forget(setId).catch((error) => console.warn("the set could not be deleted", error));
  await exchange(setId);
}
