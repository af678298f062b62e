/** Photos on their way into the set: in their order, and a bad one never stops the rest. */
import { type EncodeResult, HandfulError } from "handful";
import { getState, set } from "../state/live";
import type { Code, Place } from "../state/state";
import { photoCode } from "./codes";
import type { Action } from "./journal";
import { tellLeftOut } from "./problems";
import { setOpened } from "./session";
import { currentSet, onSetDropped, openedSet, stepOn } from "./set";
import { THUMBNAIL_SIDE } from "./thumbnails";

export interface Photo {
  name: string;
  source: Blob | ImageBitmap;
}

/** What a photo is now. */
export interface Learnt {
  /** Of the example, or of the photo beside the classes. */
  id: number;
  /** The class had one that shows the same already, and got no other. */
  known: boolean;
}

interface Waiting extends Photo {
  place: Place;
  action: Action;
  /** Called with null where the photo was left out. */
  settle: (learnt: Learnt | null) => void;
}

let queue: Waiting[] = [];
let running = false;
let settled = 0;
/** Ends what looks at photos for the set that is open. */
let looking = new AbortController();

/** Teaches photos of a class that exists, or of none. Resolves when each is in the set, or was left out. */
export async function teach(photos: readonly Photo[], place: Place, action: Action): Promise<Learnt[]> {
  const results = photos.map(
    (photo) =>
      new Promise<Learnt | null>((settle) => {
        queue.push({ ...photo, place, action, settle });
      }),
  );
  showProgress();
  if (!running) void run();
  const learnt = await Promise.all(results);
  return learnt.filter((photo) => photo !== null);
}

/** Photos that wait for `from` now wait for `to`; for null, they are left out. */
export function retarget(from: string, to: string | null): void {
  if (to === null) leaveOut((item) => item.place === from, "unknown-class");
  else for (const item of queue) if (item.place === from) item.place = to;
}

/** Drops the photos of one action that still wait. */
export function cancelAction(action: Action): void {
  drop((item) => item.action === action);
}

export function cancelTeaching(): void {
  drop(() => true);
}

onSetDropped(() => {
  // They were meant for the classes of that set.
  leaveOut(() => true, "set-left");
  // The next set may have another encoder.
  looking.abort();
});

/** Drops photos that still wait, and says so: nobody is to think that they are there. */
function leaveOut(matches: (item: Waiting) => boolean, code: Code): void {
  const left = queue.filter(matches);
  tellLeftOut(
    left.map(({ name }) => name),
    code,
  );
  drop(matches);
}

function drop(matches: (item: Waiting) => boolean): void {
  const dropped = queue.filter(matches);
  queue = queue.filter((item) => !matches(item));
  for (const item of dropped) item.settle(null);
  showProgress();
}

async function run(): Promise<void> {
  running = true;
  while (queue.length > 0) await learnAll();
  running = false;
  settled = 0;
  showProgress();
}

/** Learns what waits, and what comes meanwhile, until there is no more or the set is dropped. */
async function learnAll(): Promise<void> {
  const encoder = await setOpened();
  looking = new AbortController();
  const { signal } = looking;
  const begun: Waiting[] = [];
  const photos = {
    size: queue.length,
    *[Symbol.iterator]() {
      const next = (): Waiting | undefined => queue.find((item) => !begun.includes(item));
      for (let item = next(); item; item = next()) {
        begun.push(item);
        yield item.source;
      }
    },
  };
  try {
    for await (const seen of encoder.encodeMany(photos, { thumbnail: THUMBNAIL_SIDE, signal })) {
      // The set may be about to be dropped, and its photos with it.
      await setOpened();
      const item = begun[seen.index] as Waiting;
      finish(item, () => learnWaiting(item, seen));
    }
  } catch (error) {
    const [item] = queue;
    if (!signal.aborted && item)
      finish(item, () => {
        throw error;
      });
  }
}

function finish(item: Waiting, work: () => Learnt | null): void {
  let learnt: Learnt | null = null;
  try {
    learnt = work();
  } catch (error) {
    tellLeftOut([item.name], photoCode(error, item.name));
  }
  // It may have been dropped, and then it is settled already.
  if (queue[0] === item) queue.shift();
  item.settle(learnt);
  settled += 1;
  showProgress();
}

function learnWaiting(item: Waiting, seen: EncodeResult): Learnt | null {
  const { place, action } = item;
  if (!queue.includes(item)) return null;
  if (place !== null && !getState().classes.some(({ label }) => label === place))
    throw new HandfulError("unknown-class", `${place} was taken back`);
  return learn(seen, place, action);
}

/** Teaches a photo that was looked at. Throws what went wrong with it. */
export function learn({ features, thumbnail, error }: EncodeResult, place: Place, action: Action): Learnt {
  if (error) throw error;
  const same = place === null ? undefined : currentSet().duplicateOf(features, place);
  if (same !== undefined) return { id: same, known: true };
  return stepOn(action, (classifier) => {
    const id =
      place === null ? classifier.addNegativeFeatures(features) : classifier.addFeatures(features, place);
    if (thumbnail) openedSet().setPicture(id, thumbnail);
    return { id, known: false };
  });
}

function showProgress(): void {
  const total = settled + queue.length;
  set({ teaching: queue.length > 0 ? { done: settled, total } : null });
}
