/** The support set in use: every change goes through here, is recorded for Undo, shown, and saved. */
import type { FeatureClassifier, HeadName } from "handful";
import { freshId, getState, set, update } from "../state/live";
import { withSet } from "../state/updates";
import { type Autosave, createAutosave } from "../store/autosave";
import { forgetSteps, type Group, lastDone, lastUndone, recordStep, redoGroup, undoGroup } from "./journal";
import { forgetThumbnails, keepThumbnails, thumbnailsOf } from "./thumbnails";

let classifier: FeatureClassifier | null = null;
let keeping = true;
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

/** Takes a set into use and shows it; `stored` are the thumbnails that the database holds of it. */
export function adoptSet(next: FeatureClassifier, stored: ReadonlyMap<number, Blob>): void {
  classifier = next;
  // Other changes come by themselves: what a name means is found out a moment later.
  next.subscribe(() => {
    if (!changing) changed();
  });
  keepThumbnails(stored);
  autosave = createAutosave(
    getState().setId,
    new Set(stored.keys()),
    () => ({
      bytes: currentSet().save(),
      thumbnails: thumbnailsOf(getState().examples.map((example) => example.id)),
    }),
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

/** Starts an action: all steps made under it are undone together. */
export function newGroup(words: () => string): Group {
  return { id: freshId(), words };
}

/** Makes one step of the classifier. What it throws has changed nothing. */
export function step<Result>(group: Group, edit: (set: FeatureClassifier) => Result): Result {
  const result = change(edit);
  recordStep(group);
  changed();
  return result;
}

export function undo(): Group | null {
  const group = undoGroup(() => change((set) => set.undo()));
  if (group) changed();
  return group;
}

export function redo(): Group | null {
  const group = redoGroup(() => change((set) => set.redo()));
  if (group) changed();
  return group;
}

/** Changes how answers are computed. That is saved with the set, but it is no step of Undo. */
export function setHead(head: HeadName): void {
  change((set) => {
    set.head = head;
  });
  changed();
}

/** Resolves when everything that was changed is saved, or could not be. */
export async function saved(): Promise<void> {
  await autosave?.settled();
}

/** Shows the set again, when something that it is shown with has changed. */
export function refresh(): void {
  if (classifier) show();
}

function change<Result>(edit: (set: FeatureClassifier) => Result): Result {
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
}

function show(): void {
  const { classes, examples, head } = currentSet();
  update((state) => ({
    ...withSet(state, classes, examples, freshId),
    head,
    undo: lastDone()?.words() ?? null,
    redo: lastUndone()?.words() ?? null,
  }));
  for (const listener of listeners) listener();
}
