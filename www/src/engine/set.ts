/** The support set in use: every change goes through here, is recorded for Undo, shown, and saved. */
import type { FeatureClassifier, HeadName } from "handful";
import { freshId, getState, set, update } from "../state/live";
import { withSet } from "../state/updates";
import { createAutosave } from "../store/autosave";
import { forgetSteps, type Group, lastDone, lastUndone, recordStep, redoGroup, undoGroup } from "./journal";
import { forgetThumbnails, keepThumbnails, thumbnailsOf } from "./thumbnails";

let classifier: FeatureClassifier | null = null;
let keeping = true;
const listeners = new Set<() => void>();

const autosave = createAutosave(
  () => ({
    bytes: currentSet().save(),
    thumbnails: thumbnailsOf(getState().examples.map((example) => example.id)),
  }),
  (storage) => set({ storage }),
);

/** The set now. Only for actions on things that the page shows, which means that there is one. */
export function currentSet(): FeatureClassifier {
  if (!classifier) throw new Error("no set is open");
  return classifier;
}

/** Leaves the database alone from now on: what could not be read must not be overwritten. */
export function keepNothing(): void {
  keeping = false;
}

/** Called after every change of the set. */
export function onSetChange(listener: () => void): void {
  listeners.add(listener);
}

/** Takes a set into use and shows it; `stored` are the thumbnails that the database holds of it. */
export function adoptSet(next: FeatureClassifier, stored: ReadonlyMap<number, Blob>): void {
  classifier = next;
  keepThumbnails(stored);
  autosave.knows(stored.keys());
  show();
}

/** Puts the set away, so that the page shows none. */
export function dropSet(): void {
  classifier?.dispose();
  classifier = null;
  forgetSteps();
  forgetThumbnails();
  set({
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
export function newGroup(text: string): Group {
  return { id: freshId(), text };
}

/** Makes one step of the classifier. What it throws has changed nothing. */
export function step<Result>(group: Group, edit: (set: FeatureClassifier) => Result): Result {
  const result = edit(currentSet());
  recordStep(group);
  changed();
  return result;
}

export function undo(): Group | null {
  const group = undoGroup(() => currentSet().undo());
  if (group) changed();
  return group;
}

export function redo(): Group | null {
  const group = redoGroup(() => currentSet().redo());
  if (group) changed();
  return group;
}

/** Changes how answers are computed. That is saved with the set, but it is no step of Undo. */
export function setHead(head: HeadName): void {
  currentSet().head = head;
  changed();
}

function changed(): void {
  show();
  if (keeping) autosave.request();
}

function show(): void {
  const { classes, examples, head } = currentSet();
  update((state) => ({
    ...withSet(state, classes, examples, freshId),
    head,
    undo: lastDone()?.text ?? null,
    redo: lastUndone()?.text ?? null,
  }));
  for (const listener of listeners) listener();
}
