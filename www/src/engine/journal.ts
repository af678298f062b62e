/**
 * What the steps of the classifier did, in words. It knows each by its name. Adding five photos is one action of the
 * person and one step, unless something else was done in between: then it is two.
 */
import { freshId } from "../state/live";

/** One action: what it did to so many photos, in words of the language that is spoken when they are read. */
export interface Action {
  readonly words: (photos: number) => string;
}

/** A step of an action, and by how many photos it changed the set. */
export interface Step {
  /** Never shown; no other step has it. */
  readonly name: string;
  readonly action: Action;
  photos: number;
}

/** More than the classifier can take back. */
const REMEMBERED = 1000;

/** By their names, in the order of time. */
const steps = new Map<string, Step>();

/** The step with a name. */
export function stepOf(name: string | undefined): Step | null {
  return (name !== undefined && steps.get(name)) || null;
}

/** A new step of an action. */
export function newStep(action: Action): Step {
  const step = { name: String(freshId()), action, photos: 0 };
  steps.set(step.name, step);
  return step;
}

/** A step was made after the one named `last`: whatever was undone in between cannot be redone any more. */
export function recordStep({ name }: Step, last = ""): void {
  const names = [...steps.keys()];
  for (const other of names.slice(names.indexOf(last) + 1, names.indexOf(name))) steps.delete(other);
  const [oldest] = steps.keys();
  if (steps.size > REMEMBERED && oldest !== undefined) steps.delete(oldest);
}

export function wordsOf({ action, photos }: Step): string {
  return action.words(Math.abs(photos));
}

export function forgetSteps(): void {
  steps.clear();
}
