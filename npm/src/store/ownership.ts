// One tab at a time works on a set, held by a lock, so that two never overwrite each other. A tab that wants a set that is
// open elsewhere waits in line: it gets the set when the other tab closes or hands it over. Where there are no locks (plain http,
// old browsers) it asks the other tabs again and again, until none answers.

/** Milliseconds after which a set that cannot be had is said to be open elsewhere: a reload needs a moment. */
const MOMENT = 500;
/** Milliseconds in which a tab that is alive hands a set over or says why not: longer than it waits for its storage. */
const PATIENCE = 6000;
/** Milliseconds in which a tab answers that is asked whether it has a set. */
const ANSWER = 250;

type Message =
  | { readonly kind: "hand-over"; readonly set: string }
  /** The tab that owns the set cannot let it go. */
  | { readonly kind: "kept"; readonly set: string }
  /** Who has the set? Of those who ask at once the one with the lowest ticket gets it. */
  | { readonly kind: "who"; readonly set: string; readonly ticket: number }
  /** Not the one who has asked with that ticket. */
  | { readonly kind: "not-you"; readonly ticket: number }
  /** The set was taken from a tab that did not answer. */
  | { readonly kind: "taken"; readonly set: string }
  /** The list of sets has changed. */
  | { readonly kind: "list" };

/** What a tab does that owns a set. */
export interface Owner {
  /** Another tab wants it: gives whether it was let go. */
  handOver(): Promise<boolean>;
  /** Another tab has taken it. */
  lose(): void;
}

/** What happens while a set is waited for. */
export interface Line {
  readonly signal: AbortSignal;
  /** Another tab has it; `takeOver` asks for it, and takes it from one that does not answer. False where that tab keeps it. */
  readonly onElsewhere: (takeOver: () => Promise<boolean>) => void;
}

/** Whether somebody else has a set is being asked. */
interface Question {
  readonly set: string;
  readonly ticket: number;
  answer(taken: boolean): void;
}

/** The locks of one store, and what its tabs tell each other. */
export class Ownership {
  readonly #store: string;
  readonly #channel: BroadcastChannel | undefined;
  readonly #owners = new Map<string, Owner>();
  readonly #turns = new Map<Turn, string>();
  readonly #questions = new Set<Question>();

  /** @param onList - Another tab has changed the list of sets. */
  constructor(store: string, onList: () => void) {
    this.#store = store;
    if (!globalThis.BroadcastChannel) return;
    this.#channel = new BroadcastChannel(store);
    // A server that draws pages may end with a store made.
    (this.#channel as { unref?: () => void }).unref?.();
    this.#channel.onmessage = ({ data }: MessageEvent<Message>) => {
      if (data.kind === "list") onList();
      else void this.#answer(data);
    };
  }

  /** Tells the other tabs that the list of sets has changed. */
  announceList(): void {
    this.#tell({ kind: "list" });
  }

  /** Waits until this tab owns a set; gives what lets it go. */
  async own(set: string, owner: Owner, line: Line): Promise<() => void> {
    const turn = new Turn(this.#lock(set), line, {
      ask: () => this.#tell({ kind: "hand-over", set }),
      isTaken: () => this.#isTaken(set),
      onTaken: () => this.#tell({ kind: "taken", set }),
      onOwned: () => this.#owners.set(set, owner),
      onLost: () => owner.lose(),
    });
    this.#turns.set(turn, set);
    try {
      const release = await turn.come();
      return () => {
        if (this.#owners.get(set) === owner) this.#owners.delete(set);
        release();
      };
    } finally {
      this.#turns.delete(turn);
    }
  }

  /** Does something with a set that nobody has open; gives false where somebody has. */
  async alone(set: string, act: () => Promise<void>): Promise<boolean> {
    const locks = globalThis.navigator?.locks;
    if (!locks) {
      const free = !(await this.#isTaken(set));
      if (free) await act();
      return free;
    }
    let free = false;
    try {
      // What was let go a moment ago is not free yet.
      await locks.request(this.#lock(set), { signal: AbortSignal.timeout(MOMENT) }, () => {
        free = true;
        return act();
      });
    } catch (error) {
      if (free) throw error;
    }
    return free;
  }

  async #answer(message: Exclude<Message, { kind: "list" }>): Promise<void> {
    if (message.kind === "not-you") {
      for (const { ticket, answer } of this.#questions) if (ticket === message.ticket) answer(true);
      return;
    }
    const { kind, set } = message;
    const owner = this.#owners.get(set);
    if (kind === "kept") {
      for (const [turn, wanted] of this.#turns) if (wanted === set) turn.refused();
    } else if (kind === "taken") {
      owner?.lose();
    } else if (kind === "who") {
      const { ticket } = message;
      const before = Array.from(this.#questions).some((own) => own.set === set && own.ticket < ticket);
      if (owner || before) this.#tell({ kind: "not-you", ticket });
    } else if (owner && !(await owner.handOver())) {
      this.#tell({ kind: "kept", set });
    }
  }

  /** Asks the other tabs whether one of them has a set. */
  async #isTaken(set: string): Promise<boolean> {
    if (!this.#channel) return false;
    return new Promise((resolve) => {
      const answer = (taken: boolean): void => {
        clearTimeout(late);
        this.#questions.delete(question);
        resolve(taken);
      };
      const late = setTimeout(() => answer(false), ANSWER);
      const question = { set, ticket: Math.random(), answer };
      this.#questions.add(question);
      this.#tell({ kind: "who", set, ticket: question.ticket });
    });
  }

  #tell(message: Message): void {
    this.#channel?.postMessage(message);
  }

  #lock(set: string): string {
    return `${this.#store}-set-${set}`;
  }
}

interface Steps {
  /** Asks the other tabs to hand it over. */
  readonly ask: () => void;
  /** Asks the other tabs whether one has it. */
  readonly isTaken: () => Promise<boolean>;
  /** Tells them that it was taken, where no lock does. */
  readonly onTaken: () => void;
  readonly onOwned: () => void;
  readonly onLost: () => void;
}

/** A place in the line for a lock. */
class Turn {
  readonly #lock: string;
  readonly #line: Line;
  readonly #steps: Steps;
  /** Ends the waiting in line. */
  readonly #leave = new AbortController();
  #owned = false;
  /** Without locks: what the other tabs said. */
  #taken = false;
  #release: (release: () => void) => void = () => {};
  #answer: (given: boolean) => void = () => {};

  constructor(lock: string, line: Line, steps: Steps) {
    this.#lock = lock;
    this.#line = line;
    this.#steps = steps;
  }

  /** Resolves with what releases the lock. */
  async come(): Promise<() => void> {
    const { signal, onElsewhere } = this.#line;
    signal.throwIfAborted();
    let stop = (): void => {};
    const coming = new Promise<() => void>((resolve, reject) => {
      this.#release = resolve;
      stop = () => {
        this.#leave.abort();
        reject(signal.reason);
      };
    });
    signal.addEventListener("abort", stop);
    const late = setTimeout(async () => {
      if (await this.#isElsewhere()) onElsewhere(() => this.#takeOver());
    }, MOMENT);
    void this.#hold({ signal: this.#leave.signal });
    try {
      return await coming;
    } finally {
      clearTimeout(late);
      signal.removeEventListener("abort", stop);
      this.#answer(this.#owned);
    }
  }

  /** The tab that owns it cannot let it go. */
  refused(): void {
    this.#answer(false);
  }

  async #hold(options: LockOptions): Promise<void> {
    const locks = globalThis.navigator?.locks;
    if (!locks) return this.#holdByAsking(options.steal);
    let mine = false;
    try {
      await locks.request(this.#lock, options, () => {
        if (this.#line.signal.aborted) return;
        mine = true;
        return new Promise<void>((release) => this.#own(release));
      });
    } catch {
      // WebKit tells a page that goes away the same as one that has lost it; such a page sees no next task.
      await new Promise((next) => setTimeout(next));
      if (mine) this.#steps.onLost();
      // It was not waited for to the end, or nothing can be locked here.
      else if (!this.#leave.signal.aborted || options.steal) this.#own(() => {});
    }
  }

  async #holdByAsking(steal = false): Promise<void> {
    if (steal) this.#steps.onTaken();
    while (!steal && !this.#leave.signal.aborted) {
      this.#taken = await this.#steps.isTaken();
      if (!this.#taken) break;
      await new Promise((next) => setTimeout(next, MOMENT));
    }
    if (steal || !this.#leave.signal.aborted) this.#own(() => {});
  }

  #own(release: () => void): void {
    this.#owned = true;
    this.#steps.onOwned();
    this.#release(release);
  }

  /** Whether another tab has it. A slow page may only not have come to know yet that its own is free. */
  async #isElsewhere(): Promise<boolean> {
    const { held = [] } = (await globalThis.navigator?.locks?.query()) ?? {};
    const taken = this.#taken || held.some(({ name }) => name === this.#lock);
    return !this.#owned && !this.#line.signal.aborted && taken;
  }

  async #takeOver(): Promise<boolean> {
    const over = (): boolean => this.#owned || this.#line.signal.aborted;
    if (over()) return this.#owned;
    const steal = setTimeout(() => {
      if (over()) return;
      this.#leave.abort();
      void this.#hold({ steal: true });
    }, PATIENCE);
    const given = new Promise<boolean>((answer) => {
      this.#answer = answer;
    });
    this.#steps.ask();
    return given.finally(() => clearTimeout(steal));
  }
}
