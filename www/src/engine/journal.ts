/**
 * What the steps of the classifier did, in words. It knows each by its mark. Adding five photos is one action of the
 * person and one step, unless something else was done in between: then it is two.
 */
import { freshId } from "../state/live";

/** One action: what it did to so many photos, in words of the language that is spoken when they are read. */
export interface Action {
  readonly words: (photos: number) => string;
}

/** A step of an action, and by how many photos it changed the set. */
export interface Step {
  readonly mark: number;
  readonly action: Action;
  photos: number;
}

/** More than the classifier can take back. */
const REMEMBERED = 1000;

/** By their marks, which grow with time. */
const steps = new Map<number, Step>();

/** The step with a mark. */
export function stepOf(mark: number | undefined): Step | null {
  return (mark !== undefined && steps.get(mark)) || null;
}

/** The step that a change of an action belongs to: the last one, given by its mark, where that is of the same action. */
export function nextStep(action: Action, last: number | undefined): Step {
  const step = stepOf(last);
  if (step?.action === action) return step;
  const mark = freshId();
  const next = { mark, action, photos: 0 };
  steps.set(mark, next);
  return next;
}

/** A step was made after the one marked `last`: whatever was undone in between cannot be redone any more. */
export function recordStep({ mark }: Step, last = 0): void {
  for (const other of steps.keys()) if (other > last && other < mark) steps.delete(other);
  const [oldest] = steps.keys();
  if (steps.size > REMEMBERED && oldest !== undefined) steps.delete(oldest);
}

export function wordsOf({ action, photos }: Step): string {
  return action.words(Math.abs(photos));
}

export function forgetSteps(): void {
  steps.clear();
}
