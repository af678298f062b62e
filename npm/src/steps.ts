// Steps of undo: the core tells them apart by numbers, its marks; callers give them names, and put many changes into one.
import type { CoreClassifier } from "./core-module.js";
import type { HeadName } from "./types.js";

/** Steps whose names are remembered, many more than can be taken back. */
const REMEMBERED = 1000;

/** The names of steps. */
class StepNames {
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
interface Failure {
  readonly error: unknown;
}

/** How a set answers. */
interface Settings {
  readonly head: HeadName;
  readonly fields: string;
  readonly strictness: number;
}

/** A step that is being made, by one caller and those who join. */
class Transaction {
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

/** The set whose steps they are. */
interface Stepping {
  /** None once it was disposed of. */
  core(): CoreClassifier | undefined;
  /** Makes a change, and tells of it. */
  change(act: (core: CoreClassifier) => unknown): void;
}

/** The steps of a set. */
export class Steps {
  readonly #set: Stepping;
  readonly #names = new StepNames();
  /** Mark of the changes within {@link named}. */
  #mark: number | undefined;
  #transaction: Transaction | undefined;
  /** Mark of the transaction that was taken back last: it cannot be redone. */
  #takenBack = 0;

  constructor(set: Stepping) {
    this.#set = set;
  }

  /** Resolves when no transaction runs. */
  async whole(): Promise<void> {
    while (this.#transaction) await this.#transaction.ended;
  }

  canUndo(core: CoreClassifier): boolean {
    return !this.#transaction && core.canUndo();
  }

  canRedo(core: CoreClassifier): boolean {
    return !this.#transaction && core.canRedo() && core.redoMark() !== this.#takenBack;
  }

  /** The name of the step with a mark. */
  nameOf(mark: number | undefined): string | undefined {
    return this.#names.of(mark);
  }

  /** Makes changes under a name. */
  named<T>(core: CoreClassifier, name: string, act: () => T): T {
    if (this.#mark !== undefined || this.#transaction) return act();
    const last = core.undoMark();
    this.#mark = last !== undefined && this.#names.of(last) === name ? last : this.#names.mark(name);
    core.mark(this.#mark);
    try {
      return act();
    } finally {
      this.#mark = undefined;
      if (!this.#transaction) this.#set.core()?.mark(undefined);
    }
  }

  /** Makes changes that are one step, wholly or not at all. */
  transaction<T>(core: CoreClassifier, name: string, act: () => T): T {
    const first = this.#transaction === undefined;
    this.#transaction ??= this.#begin(core, name);
    const mine = this.#transaction;
    mine.callers += 1;
    let result: T;
    try {
      result = act();
    } catch (error) {
      this.#leave(mine, { error });
      throw error;
    }
    if (isPromise(result)) return this.#settle(mine, first, result) as T;
    this.#leave(mine);
    if (first && mine.failure) throw mine.failure.error;
    return result;
  }

  #begin(core: CoreClassifier, name: string): Transaction {
    const mine = new Transaction(this.#names.mark(name), settingsOf(core));
    core.mark(mine.mark);
    return mine;
  }

  /** One caller is done; with the last one the transaction ends. */
  #leave(mine: Transaction, failure?: Failure): void {
    mine.failure ??= failure;
    mine.callers -= 1;
    if (mine.callers > 0) return;
    this.#transaction = undefined;
    const core = this.#set.core();
    core?.mark(this.#mark);
    if (mine.failure && core) this.#takeBack(core, mine);
    mine.end();
  }

  async #settle(mine: Transaction, first: boolean, result: PromiseLike<unknown>): Promise<unknown> {
    let failure: Failure | undefined;
    const value = await Promise.resolve(result).catch((error: unknown) => {
      failure = { error };
    });
    this.#leave(mine, failure);
    if (first) {
      await mine.ended;
      failure = mine.failure;
    }
    if (failure) throw failure.error;
    return value;
  }

  #takeBack(core: CoreClassifier, { mark, settings }: Transaction): void {
    if (core.undoMark() === mark) {
      this.#takenBack = mark;
      this.#set.change(() => core.undo());
    }
    const { head, fields, strictness } = settings;
    const now = settingsOf(core);
    if (now.head !== head || now.fields !== fields) this.#set.change(() => core.setHead(head, fields));
    if (now.strictness !== strictness) this.#set.change(() => core.setStrictness(strictness));
  }
}

function settingsOf(core: CoreClassifier): Settings {
  return { head: core.head(), fields: core.headFields(), strictness: core.strictness() };
}

/** Whether something was begun that ends later. */
function isPromise(value: unknown): value is PromiseLike<unknown> {
  return typeof value === "object" && value !== null && "then" in value && typeof value.then === "function";
}
