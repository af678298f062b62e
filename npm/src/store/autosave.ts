// Saves a set after every change: one write at a time, and whatever changed meanwhile goes into the next. What could not be
// written is tried again until it is.
import type { Database, Snapshot, Written } from "./database.js";
import { failed, type SaveState } from "./state.js";

/** Milliseconds after which a write that has not ended is told. */
const PATIENCE = 5000;
/** Milliseconds until a failed write is tried again: at first, and at most. */
const [FIRST_PAUSE, LONGEST_PAUSE] = [1000, 8000];

/** What is saved, where, and who is told. */
export interface Saved {
  readonly set: string;
  readonly database: Database;
  /** What is stored of it, if anything. */
  readonly last: Written | undefined;
  readonly snapshot: () => Snapshot;
  /** Resolves when the set is not in the middle of a change. */
  readonly whole: () => Promise<void>;
  readonly report: (state: SaveState) => void;
}

/** The saving of one set. */
export class Autosave {
  readonly #saved: Saved;
  #dirty = false;
  #stopped = false;
  #running = false;
  #failing = false;
  #pause = FIRST_PAUSE;
  #retry: ReturnType<typeof setTimeout> | undefined;
  #waiting: ((saved: boolean) => void)[] = [];
  #last: Written | undefined;

  constructor(saved: Saved) {
    this.#saved = saved;
    this.#last = saved.last;
  }

  /** Something changed. */
  request(): void {
    if (this.#stopped) return;
    this.#dirty = true;
    // That it failed is true until it is saved.
    if (!this.#failing) this.#saved.report({ kind: "saving" });
    if (!this.#running) void this.#run();
  }

  /** Whether all is written, once that is known. */
  async settled(): Promise<boolean> {
    if (!this.#dirty && !this.#running && !this.#failing) return true;
    if (this.#stopped) return false;
    if (!this.#running) this.request();
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  /** Writes and reports nothing from now on. */
  stop(): void {
    this.#stopped = true;
    clearTimeout(this.#retry);
    this.#settle(false);
  }

  async #run(): Promise<void> {
    this.#running = true;
    while (this.#dirty && !this.#stopped) {
      // Changes that are made at once are written at once.
      await this.#saved.whole();
      if (this.#stopped) break;
      this.#dirty = false;
      const late = setInterval(
        () => this.#fail({ kind: "failed", reason: "slow", cause: undefined }),
        PATIENCE,
      );
      try {
        await this.#write();
        clearTimeout(this.#retry);
        this.#failing = false;
        this.#pause = FIRST_PAUSE;
        if (this.#dirty || this.#stopped) continue;
        this.#saved.report({ kind: "saved" });
        this.#settle(true);
      } catch (error) {
        this.#fail(failed(error));
        clearTimeout(this.#retry);
        if (!this.#stopped) this.#retry = setTimeout(() => this.#again(), this.#pause);
      } finally {
        clearInterval(late);
      }
    }
    this.#running = false;
  }

  async #write(): Promise<void> {
    const { set, database, snapshot } = this.#saved;
    const now = snapshot();
    try {
      this.#last = await database.write(set, now, this.#last);
    } catch {
      // A connection that was lost is no news, where another one can be had.
      await database.reconnect();
      if (!this.#stopped) this.#last = await database.write(set, now, this.#last);
    }
  }

  #again(): void {
    this.#pause = Math.min(2 * this.#pause, LONGEST_PAUSE);
    this.request();
  }

  #fail(state: SaveState): void {
    this.#failing = true;
    if (!this.#stopped) this.#saved.report(state);
    this.#settle(false);
  }

  #settle(saved: boolean): void {
    for (const resolve of this.#waiting) resolve(saved);
    this.#waiting = [];
  }
}
