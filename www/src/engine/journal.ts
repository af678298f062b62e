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

/** How a set came to be, where that can be taken back: it took the place of another one. */
export interface Origin {
  /** Id of the set. */
  readonly set: string;
  /** Id of the set whose place it took. */
  readonly before: string;
  readonly action: Action;
}

let origin: Origin | null = null;

/** The last one can be taken back, once no step of the set is left. */
export function recordOrigin(made: Origin): void {
  origin = made;
}

export function originOf(set: string): Origin | null {
  return origin?.set === set ? origin : null;
}

export function forgetSteps(): void {
  steps.clear();
}
