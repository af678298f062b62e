// Steps of undo: the core tells them apart by numbers, its marks; callers give them names.
import type { HeadName } from "./types.js";

/** Steps whose names are remembered, many more than can be taken back. */
const REMEMBERED = 1000;

/** The names of steps. */
export class StepNames {
  readonly #names = new Map<number, string>();
  #last = 0;

  /** A new mark, for a step of this name. */
  mark(name: string): number {
    this.#last += 1;
    this.#names.set(this.#last, name);
    this.#names.delete(this.#last - REMEMBERED);
    return this.#last;
  }

  /** The name of the step with a mark. */
  of(mark: number | undefined): string | undefined {
    return mark === undefined ? undefined : this.#names.get(mark);
  }
}

/** Something that was thrown. */
export interface Failure {
  readonly error: unknown;
}

/** How a set answers. */
export interface Settings {
  readonly head: HeadName;
  readonly fields: string;
  readonly strictness: number;
}

/** A step that is being made, by one caller and those who join. */
export class Transaction {
  readonly mark: number;
  /** Of before it: what is no step, so that taking a step back leaves it as it is. */
  readonly settings: Settings;
  /** Resolves when the last caller has left and what follows from that is done. */
  readonly ended: Promise<void>;
  end: () => void = () => {};
  /** How many are at work. */
  callers = 0;
  /** The first failure of any of them. */
  failure: Failure | undefined;

  constructor(mark: number, settings: Settings) {
    this.mark = mark;
    this.settings = settings;
    this.ended = new Promise((resolve) => {
      this.end = resolve;
    });
  }
}

/** Whether something was begun that ends later. */
export function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
