/** Photos on their way into the set: one after another, and a bad one never stops the rest. */
import { freshId, getState, set, update } from "../state/live";
import type { Place } from "../state/state";
import { withProblem } from "../state/updates";
import { photoCode } from "./codes";
import type { Action } from "./journal";
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

/** Photos that wait for `from` now wait for `to`; for null, they are dropped. */
export function retarget(from: string, to: string | null): void {
  for (const item of queue) if (item.place === from) item.place = to ?? item.place;
  if (to === null) drop((item) => item.place === from);
}

/** Drops the photos of one action that still wait. */
export function cancelAction(action: Action): void {
  drop((item) => item.action === action);
}

export function cancelTeaching(): void {
  drop(() => true);
}

// They were meant for the classes of that set.
onSetDropped(cancelTeaching);

function drop(matches: (item: Waiting) => boolean): void {
  const dropped = queue.filter(matches);
  queue = queue.filter((item) => !matches(item));
  for (const item of dropped) item.settle(null);
  showProgress();
}

async function run(): Promise<void> {
  running = true;
  for (let item = queue[0]; item; item = queue[0]) {
    const learnt = await learn(item);
    // While it was encoded it may have been dropped, and then it is settled already.
    if (queue[0] === item) queue.shift();
    item.settle(learnt);
    settled += 1;
    showProgress();
  }
  running = false;
  settled = 0;
  showProgress();
}

async function learn(item: Waiting): Promise<Learnt | null> {
  try {
    const encoder = await setOpened();
    const { features, thumbnail } = await encoder.encode(item.source, { thumbnail: THUMBNAIL_SIDE });
    const { place, action } = item;
    const there = place === null || getState().classes.some(({ label }) => label === place);
    if (!there || !queue.includes(item)) return null;
    const same = place === null ? undefined : currentSet().duplicateOf(features, place);
    if (same !== undefined) return { id: same, known: true };
    return stepOn(action, (classifier) => {
      const id =
        place === null ? classifier.addNegativeFeatures(features) : classifier.addFeatures(features, place);
      if (thumbnail) openedSet().setPicture(id, thumbnail);
      return { id, known: false };
    });
  } catch (error) {
    update((state) =>
      withProblem(state, { id: freshId(), name: item.name, code: photoCode(error, item.name) }),
    );
    return null;
  }
}

function showProgress(): void {
  const total = settled + queue.length;
  set({ teaching: queue.length > 0 ? { kind: "working", done: settled, total } : { kind: "idle" } });
}
