/** The support set in use: every change goes through here, is recorded for Undo, shown, and saved. */
import type { FeatureClassifier, HeadName } from "handful";
import { freshId, getState, set, update } from "../state/live";
import type { Source } from "../state/state";
import { withSet } from "../state/updates";
import { type Autosave, createAutosave } from "../store/autosave";
import { onDatabaseLost } from "../store/database";
import { keepPreference } from "../store/preferences";
import { type Action, forgetSteps, newStep, recordStep, type Step, stepOf, wordsOf } from "./journal";
import { forgetThumbnails, keepThumbnails, thumbnailsOf } from "./thumbnails";

let classifier: FeatureClassifier | null = null;
let keeping = true;
/** Something was changed that the database is not to hold. */
let unkept = false;
/** A change is being made here, and shown when it is complete. */
let changing = false;
const listeners = new Set<() => void>();

let autosave: Autosave | null = null;
const dropped = new Set<() => void>();

/** The set now. Only for actions on things that the page shows, which means that there is one. */
export function currentSet(): FeatureClassifier {
  if (!classifier) throw new Error("no set is open");
  return classifier;
}

/** Leaves the database alone until another set is opened: what could not be read must not be overwritten. */
export function keepNothing(): void {
  keeping = false;
}

/** Called after every change of the set. */
export function onSetChange(listener: () => void): void {
  listeners.add(listener);
}

/** Called before a set is put away. */
export function onSetDropped(listener: () => void): void {
  dropped.add(listener);
}

// What was said to be saved is so again as soon as there is a database. The browser may have cleared the preferences too.
onDatabaseLost(() => {
  const { setId, storage } = getState();
  keepPreference({ set: setId });
  if (keeping && storage.kind !== "idle") autosave?.request();
});

/** Takes a set into use and shows it, with the thumbnails of its examples. */
export function adoptSet(
  next: FeatureClassifier,
  thumbnails: ReadonlyMap<number, Uint8Array<ArrayBuffer>>,
): void {
  classifier = next;
  // Other changes come by themselves: what a name means is found out a moment later.
  next.subscribe(() => {
    if (!changing) changed();
  });
  keepThumbnails(thumbnails);
  const { setId } = getState();
  // The last one known, because the list may be lost before this set is written again.
  let name = "";
  autosave = createAutosave(
    setId,
    () => {
      name = getState().sets.find(({ id }) => id === setId)?.name || name;
      const thumbnails = thumbnailsOf(getState().examples.map(({ id }) => id));
      return { name, bytes: currentSet().save(), thumbnails };
    },
    (storage) => set({ storage }),
  );
  show();
}

/** Puts the set away, so that the page shows none. */
export function dropSet(): void {
  for (const listener of dropped) listener();
  autosave?.stop();
  autosave = null;
  classifier?.dispose();
  classifier = null;
  keeping = true;
  unkept = false;
  forgetSteps();
  forgetThumbnails();
  set({
    storage: { kind: "idle" },
    classes: [],
    examples: [],
    head: "auto",
    quality: null,
    selected: [],
    cameraClass: null,
    undo: null,
    redo: null,
  });
}

type Edit<Result> = (set: FeatureClassifier) => Result;

/** Makes changes that are an action of their own. When one of them throws, none is made. */
export function step<Result>(action: Action, edit: Edit<Result>): Result {
  const own = newStep(action);
  return record(own, (set) => set.transaction(own.name, () => edit(set)));
}

/** Makes one change of an action that goes on. It belongs to the last step, where that is of the same action. */
export function stepOn<Result>(action: Action, edit: Edit<Result>): Result {
  const last = stepOf(currentSet().undoName);
  const own = last?.action === action ? last : newStep(action);
  return record(own, (set) => set.named(own.name, () => edit(set)));
}

function record<Result>(own: Step, edit: Edit<Result>): Result {
  const now = currentSet();
  const { undoName: last, examples: before } = now;
  const result = change(edit);
  own.photos += now.examples.length - before.length;
  if (now.undoName !== last) recordStep(own, last);
  changed();
  return result;
}

/** Takes the last step back, and gives it. */
export function undo(): Step | null {
  const last = stepOf(currentSet().undoName);
  if (!change((set) => set.undo())) return null;
  changed();
  return last;
}

export function redo(): Step | null {
  const next = stepOf(currentSet().redoName);
  if (!change((set) => set.redo())) return null;
  changed();
  return next;
}

/** The head of a set without the hyper-parameters that somebody else's program may have given it. */
export function headName({ head }: FeatureClassifier): HeadName {
  return typeof head === "string" ? head : head.name;
}

/** What answers are computed with now. */
export function sourceNow(): Source {
  return { head: getState().head, encoder: classifier?.encoderId ?? "", date: new Date().toISOString() };
}

/** Changes how answers are computed. That is saved with the set, but it is no step of Undo. */
export function setHead(head: HeadName): void {
  change((set) => {
    set.head = head;
  });
  changed();
}

/** Whether everything that was changed is saved, once that is known. */
export async function saved(): Promise<boolean> {
  return !unkept && ((await autosave?.settled()) ?? true);
}

/** Shows the set again, when something that it is shown with has changed. */
export function refresh(): void {
  if (classifier) show();
}

function change<Result>(edit: Edit<Result>): Result {
  changing = true;
  try {
    return edit(currentSet());
  } finally {
    changing = false;
  }
}

function changed(): void {
  show();
  if (keeping) autosave?.request();
  else unkept = true;
}

function show(): void {
  const set = currentSet();
  const { classes, examples, undoName, redoName } = set;
  const [undoable, redoable] = [stepOf(undoName), stepOf(redoName)];
  update((state) => ({
    ...withSet(state, classes, examples, freshId),
    head: headName(set),
    undo: undoable && wordsOf(undoable),
    redo: redoable && wordsOf(redoable),
  }));
  for (const listener of listeners) listener();
}
