/** The support set in use: every change goes through here, is recorded for Undo and shown. */
import type { FeatureClassifier, HeadName } from "handful";
import type { StoredSet } from "handful/store";
import { freshId, getState, set, update } from "../state/live";
import { NO_SET, type Source } from "../state/state";
import { withSet } from "../state/updates";
import {
  type Action,
  forgetSteps,
  newStep,
  originOf,
  recordStep,
  type Step,
  stepOf,
  wordsOf,
} from "./journal";
import { adoptThumbnails, bytesOf, forgetThumbnails } from "./thumbnails";

let opened: StoredSet | null = null;
/** A change is being made here, and shown when it is complete. */
let changing = false;
const listeners = new Set<() => void>();
const dropped = new Set<() => void>();

/** The set now. Only for actions on things that the page shows, which means that there is one. */
export function openedSet(): StoredSet {
  if (!opened) throw new Error("no set is open");
  return opened;
}

/** What it was taught. */
export function currentSet(): FeatureClassifier {
  return openedSet().classifier;
}

/** Called after every change of the set. */
export function onSetChange(listener: () => void): void {
  listeners.add(listener);
}

/** Called before a set is put away. */
export function onSetDropped(listener: () => void): void {
  dropped.add(listener);
}

/** Takes a set into use and shows it. */
export function adoptSet(next: StoredSet): void {
  opened = next;
  next.savesPictures = getState().keepPictures ?? true;
  adoptThumbnails(next.pictures);
  // Other changes come by themselves: what a name means is found out a moment later.
  next.classifier.subscribe(() => {
    if (!changing) show();
  });
  next.subscribe(() => tell(next));
  tell(next);
  show();
}

function tell({ state }: StoredSet): void {
  if (state.kind === "elsewhere") return;
  if (state.kind !== "failed") set({ storage: state });
  else set({ storage: { kind: "failed", reason: state.reason } });
  if (state.kind === "failed" && state.cause) console.warn("the set is not saved", state.cause);
}

/** Puts the set away, so that the page shows none. */
export function dropSet(): void {
  for (const listener of dropped) listener();
  opened?.dispose();
  opened = null;
  forgetSteps();
  forgetThumbnails();
  set(NO_SET);
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
  const { undoName: last } = now;
  const before = photosIn(now);
  const result = change(edit);
  own.photos += photosIn(now) - before;
  if (now.undoName !== last) recordStep(own, last);
  show();
  return result;
}

function photosIn({ examples, negatives }: FeatureClassifier): number {
  return examples.length + negatives.length;
}

/** Takes the last step back, and gives it. */
export function undo(): Step | null {
  const last = stepOf(currentSet().undoName);
  if (!change((set) => set.undo())) return null;
  show();
  return last;
}

export function redo(): Step | null {
  const next = stepOf(currentSet().redoName);
  if (!change((set) => set.redo())) return null;
  show();
  return next;
}

/** The head of a set without the hyper-parameters that somebody else's program may have given it. */
export function headName({ head }: FeatureClassifier): HeadName {
  return typeof head === "string" ? head : head.name;
}

/** What answers are computed with now. */
export function sourceNow(): Source {
  return {
    head: getState().head,
    encoder: opened?.classifier.encoderId ?? "",
    date: new Date().toISOString(),
  };
}

/** Changes how answers are computed. That is saved with the set, but it is no step of Undo. */
export function setHead(head: HeadName): void {
  change((set) => {
    set.head = head;
  });
  show();
}

/** Changes how soon a photo is none of the classes: saved with the set too, and no step. */
export function setStrictness(share: number): void {
  change((set) => {
    set.strictness = share;
  });
  show();
}

/** Whether everything that was changed is saved, once that is known. */
export async function saved(): Promise<boolean> {
  return (await opened?.saved()) ?? true;
}

/** Changes whether the browser keeps the pictures of the open set. */
export function savePictures(keep: boolean): void {
  if (opened) opened.savesPictures = keep;
}

/** Shows the set again, when something that it is shown with has changed. */
export function refresh(): void {
  if (opened) show();
}

function change<Result>(edit: Edit<Result>): Result {
  changing = true;
  try {
    return edit(currentSet());
  } finally {
    changing = false;
  }
}

function show(): void {
  const set = currentSet();
  const { classes, examples, negatives, unlabelled, undoName, redoName } = set;
  const [undoable, redoable] = [stepOf(undoName), stepOf(redoName)];
  const origin = originOf(openedSet().id);
  update((state) => ({
    ...withSet(state, classes, examples, negatives, unlabelled, freshId),
    pictureBytes: bytesOf(openedSet().pictures),
    head: headName(set),
    strictness: set.strictness,
    undo: undoable ? wordsOf(undoable) : (origin?.action.words(0) ?? null),
    redo: redoable && wordsOf(redoable),
  }));
  for (const listener of listeners) listener();
}
