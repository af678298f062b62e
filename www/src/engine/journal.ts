/**
 * Which steps of the classifier belong to one action of the person. Adding five photos is five steps for the
 * classifier and one for whoever presses Undo.
 */

/** One action: its number and what it did, in words of the language that is spoken when they are read. */
export interface Group {
  readonly id: number;
  readonly words: () => string;
}

const done: Group[] = [];
const undone: Group[] = [];

/** One step was made. Nothing can be redone after it. */
export function recordStep(group: Group): void {
  done.push(group);
  undone.length = 0;
}

export function lastDone(): Group | null {
  return done.at(-1) ?? null;
}

export function lastUndone(): Group | null {
  return undone.at(-1) ?? null;
}

/** Takes back the steps of the last group; `step` undoes one and says whether it could. */
export function undoGroup(step: () => boolean): Group | null {
  return transfer(done, undone, step);
}

export function redoGroup(step: () => boolean): Group | null {
  return transfer(undone, done, step);
}

export function forgetSteps(): void {
  done.length = 0;
  undone.length = 0;
}

function transfer(from: Group[], to: Group[], step: () => boolean): Group | null {
  const group = from.at(-1);
  if (!group) return null;
  while (from.at(-1)?.id === group.id && step()) {
    from.pop();
    to.push(group);
  }
  // The classifier remembers a limited number of steps: what it has forgotten cannot be taken back.
  if (from.at(-1)?.id === group.id) from.length = 0;
  return group;
}
