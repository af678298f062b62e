import { abortable } from "../abort.js";
import { check, checkOptions, FUNCTION, type Kinds, RECORD, SIGNAL, TEXT } from "../check.js";
import { HandfulError } from "../errors.js";
import { FeatureClassifier } from "../feature-classifier.js";
import { inspect } from "../inspect.js";
import { Listeners } from "../listeners.js";
import { type Content, Database, type Named, type Stored } from "./database.js";
import type { SetFile } from "./file.js";
import { type Owner, Ownership } from "./ownership.js";
import { Persistence } from "./persistence.js";
import { PICTURES } from "./picture.js";
import { type Control, StoredSet } from "./set.js";
import { type Failure, failed, storageError } from "./state.js";

/** Milliseconds for which a removed set can be had back. */
const DAY = 24 * 60 * 60 * 1000;
/** Milliseconds after which storage that does not answer is told. */
const PATIENCE = 5000;

/**
 * Options of a {@link Store}.
 *
 * @example
 * ```ts
 * import type { StoreOptions } from "handful/store";
 *
 * const options: StoreOptions = { name: "orchard" };
 * const store = new Store(options);
 * ```
 */
export interface StoreOptions {
  /**
   * Name of the database. Pages of one origin that say the same name have the same sets, so two programs that share an origin
   * want two. Default: `handful`.
   */
  readonly name?: string | undefined;
}

/** A set in the list of a {@link Store}; see {@link Store.list}. */
export interface SetInfo {
  /** No other set has it. */
  readonly id: string;
  /** What a person calls it; empty where nobody gave it a name. */
  readonly name: string;
}

/**
 * Makes the classifier of a set: `Classifier`, `FeatureClassifier`, or an object of yours.
 *
 * @example
 * ```ts
 * import { FeatureClassifier } from "handful/core";
 * import type { SetKind } from "handful/store";
 *
 * const kind: SetKind<FeatureClassifier, unknown> = {
 *   create: () => FeatureClassifier.create({ streams: [{ name: "aux", dim: 384 }] }),
 *   load: (bytes) => FeatureClassifier.load(bytes),
 * };
 * const set = await store.openOrCreate("Fruit", kind);
 * ```
 */
export interface SetKind<Made extends FeatureClassifier, Options> {
  /** An empty set. */
  create(options: Options): Promise<Made>;
  /** A set that was stored. */
  load(bytes: Uint8Array, options: NoInfer<Options>): Promise<Made>;
}

/** Why a set is not open yet, as `onWait` of {@link Store.open} is told. */
export type Waiting =
  /** The browser's storage has not answered for five seconds. */
  | { readonly reason: "storage" }
  | {
      /** Another tab has it, or another part of this page. It comes when that lets it go. */
      readonly reason: "elsewhere";
      /**
       * Has the other tab save it and hand it over; from one that does not answer for six seconds it is taken. False where the
       * other tab cannot save it, and so keeps it for now.
       */
      readonly takeOver: () => Promise<boolean>;
    };

/**
 * Options of {@link Store.open} and {@link Store.openOrCreate}.
 *
 * @example
 * ```ts
 * import type { OpenOptions } from "handful/store";
 *
 * const options: OpenOptions = {
 *   onWait: (waiting) => {
 *     if (waiting.reason === "elsewhere") heading.onclick = () => waiting.takeOver();
 *   },
 * };
 * const set = await store.openOrCreate("Fruit", Classifier, options);
 * ```
 */
export interface OpenOptions {
  /** Stops the waiting; the call then rejects with `signal.reason`. */
  readonly signal?: AbortSignal | undefined;
  /** Told when the set is not to be had at once. */
  readonly onWait?: ((waiting: Waiting) => void) | undefined;
}

const OPTIONS: Kinds<OpenOptions> = { signal: SIGNAL, onWait: FUNCTION };

const KIND = {
  wanted: "a class or an object with `create` and `load`",
  holds: (value: unknown): boolean => {
    const { create, load } = (value ?? {}) as Partial<SetKind<FeatureClassifier, unknown>>;
    return typeof create === "function" && typeof load === "function";
  },
};

const MADE = {
  wanted: "a classifier",
  holds: (value: unknown): boolean => value instanceof FeatureClassifier,
};

/** Why the opening of a set is given up: another tab wants it. */
const AWAY = new Error("another tab has the set");

/** A set that is open here, or about to be. */
class Open implements Owner {
  readonly giveUp: AbortController = new AbortController();
  set: StoredSet | undefined;
  control: Control | undefined;

  async handOver(): Promise<boolean> {
    if (this.set && !(await this.set.saved())) return false;
    this.lose();
    return true;
  }

  lose(): void {
    this.giveUp.abort(AWAY);
    this.control?.lose();
  }
}

/** What is stored of a set, or why that is not known. */
interface Found {
  readonly named?: Named | undefined;
  readonly content?: Stored | undefined;
  readonly failure?: Failure;
}

/**
 * The sets that this browser keeps for the page, in IndexedDB. Nothing is opened before it is asked for.
 *
 * Each change of an open set is saved by itself, and is tried again where that fails; {@link StoredSet.state} tells. One tab at
 * a time has a set, so two never overwrite each other. Where the browser throws all away with the page open, it is written again.
 * From ten examples on the browser is asked to keep what is stored for good, which may show a question: see {@link persisted}.
 *
 * What is stored is read by later versions of the package too.
 *
 * @example
 * ```ts
 * import { Classifier } from "handful";
 * import { Store } from "handful/store";
 *
 * const store = new Store();
 * const set = await store.openOrCreate("Fruit", Classifier);
 * set.subscribe(() => console.log(set.state.kind)); // saving, saved
 * await set.classifier.addExamples(applePhotos, "apple");
 * ```
 */
export class Store {
  readonly #database: Database;
  readonly #ownership: Ownership;
  readonly #persistence: Persistence;
  readonly #listeners = new Listeners();
  readonly #open = new Map<string, Open>();

  constructor(options: StoreOptions = {}) {
    checkOptions("options", options, { name: TEXT });
    const { name = "handful" } = options;
    const tell = (): void => this.#listeners.tell();
    this.#database = new Database(name, () => void this.#writeAgain());
    this.#ownership = new Ownership(name, tell);
    this.#persistence = new Persistence(tell);
  }

  /**
   * Whether the browser has promised to keep what is stored; `undefined` before it was asked.
   *
   * @example
   * ```ts
   * if (store.persisted === false) heading.textContent = "The browser may throw sets away: save a file now and then.";
   * ```
   */
  get persisted(): boolean | undefined {
    return this.#persistence.granted;
  }

  /**
   * The sets that are stored or have a name, in the order of their names.
   * @throws {@link HandfulError} with code `storage`.
   *
   * @example
   * ```ts
   * for (const { id, name } of await store.list()) console.log(id, name);
   * ```
   */
  async list(): Promise<readonly SetInfo[]> {
    const all = await this.#all();
    return all.filter(({ deletedAt }) => deletedAt === undefined).map(({ id, name }) => ({ id, name }));
  }

  /**
   * The sets that were removed within a day and can be had back, the last one first. Older ones are forgotten.
   * @throws {@link HandfulError} with code `storage`.
   *
   * @example
   * ```ts
   * const [last] = await store.removed();
   * if (last) await store.restore(last.id);
   * ```
   */
  async removed(): Promise<readonly SetInfo[]> {
    const all = await this.#all();
    const gone = all.filter(({ deletedAt }) => deletedAt !== undefined);
    gone.sort((a, b) => (b.deletedAt ?? 0) - (a.deletedAt ?? 0));
    return gone.map(({ id, name }) => ({ id, name }));
  }

  /**
   * Opens the set of a name, or an empty one that gets it. Of several sets of one name it is the first in {@link list}.
   *
   * @param kind - Makes its classifier: `Classifier`, `FeatureClassifier`, or an object of yours with `create` and `load`.
   * @param options - Handed on to `create` or `load`, such as `{ encoder }`; also those of {@link open}.
   * @throws {@link HandfulError} with one of the codes of {@link open}.
   *
   * @example
   * ```ts
   * const set = await store.openOrCreate("Fruit", Classifier, { encoder, onProgress });
   * await set.classifier.addExample(photo, "apple");
   * ```
   */
  async openOrCreate<Made extends FeatureClassifier, Options>(
    name: string,
    kind: SetKind<Made, Options>,
    options?: NoInfer<Options> & OpenOptions,
  ): Promise<StoredSet<Made>> {
    check("name", name, TEXT);
    checkOpening(kind, options);
    const id = newId();
    const named = await this.#patiently(async () => ({ id: await this.#database.named(name, id) }), options);
    if ("id" in named) return this.open(named.id, kind, options);
    return this.#openInTurn(id, kind, options, async () => ({ ...named, named: { id, name } }));
  }

  /**
   * Opens a set, as soon as no other tab has it; one that is not stored yet is empty, and stored at its first change.
   *
   * Where the storage cannot be read, an empty set is opened all the same, so that the page works: its `state` is `failed` with
   * the reason, and nothing of it is kept, so that nothing is overwritten that may be there.
   *
   * @param id - From {@link list}, {@link create}, or a name of yours for a set that is always the same.
   * @param kind - Makes its classifier: `Classifier`, `FeatureClassifier`, or an object of yours with `create` and `load`.
   * @param options - Handed on to `create` or `load`, such as `{ encoder }`.
   * @throws {@link HandfulError} with code `unknown-set` for one that was removed, `parameter`, or whatever `create` or `load` throws; then
   * what is stored stays as it is. The reason of an abort.
   *
   * @example
   * ```ts
   * const set = await store.open("fruit", Classifier, { encoder, signal });
   * heading.textContent = `${set.classifier.examples.length} examples`;
   * ```
   */
  async open<Made extends FeatureClassifier, Options>(
    id: string,
    kind: SetKind<Made, Options>,
    options?: NoInfer<Options> & OpenOptions,
  ): Promise<StoredSet<Made>> {
    check("id", id, TEXT);
    checkOpening(kind, options);
    return this.#openInTurn(id, kind, options, () => this.#patiently(() => this.#database.read(id), options));
  }

  /**
   * Adds a set without opening it.
   *
   * @param set - Its name, and what {@link readSetFile} gave or `save` wrote; without `bytes` it is empty.
   * @returns Its id.
   * @throws {@link HandfulError} with code `format` for bytes that are no set, `parameter` or `storage`.
   *
   * @example
   * ```ts
   * const id = await store.create({ name: "Fruit", bytes: classifier.save() });
   * const set = await store.open(id, Classifier);
   * ```
   */
  async create(set: Pick<SetFile, "name"> & Partial<SetFile>): Promise<string> {
    check("set", set, RECORD);
    const { name, bytes, pictures = new Map() } = set;
    check("set.name", name, TEXT);
    check("set.pictures", pictures, PICTURES);
    if (bytes !== undefined) inspect(bytes);
    const id = newId();
    if (bytes) await this.#ask(this.#database.write(id, { name, bytes, pictures }));
    else await this.#ask(this.#database.change(id, true, () => ({ id, name })));
    this.#changed();
    return id;
  }

  /**
   * Gives a set another name. Two may have the same.
   * @throws {@link HandfulError} with code `unknown-set` or `storage`.
   *
   * @example
   * ```ts
   * await store.rename(set.id, "Fruit of the garden");
   * heading.textContent = set.name; // Fruit of the garden
   * ```
   */
  async rename(id: string, name: string): Promise<void> {
    check("name", name, TEXT);
    await this.#change(id, (now) => ({ ...now, name }));
    this.#open.get(id)?.control?.rename(name);
    this.#changed();
  }

  /**
   * Removes a set; for a day {@link restore} brings it back. One that is open here is saved and disposed of first.
   *
   * @throws {@link HandfulError} with code `unknown-set`, `set-in-use` where another tab has it open, or `storage`, also for
   * a set that is open and cannot be saved: it stays, since elsewhere it would be lost.
   *
   * @example
   * ```ts
   * await store.remove(id);
   * for (const { name } of await store.removed()) heading.append(`${name} can be had back. `);
   * ```
   */
  async remove(id: string): Promise<void> {
    check("id", id, TEXT);
    await this.#putAway(id, () => this.#change(id, (now) => ({ ...now, deletedAt: Date.now() })));
  }

  /**
   * Puts a set in the place of another one, in one step: it gets that one's name, and that one is removed, so that for a day
   * {@link restore} brings it back. One that is open here is saved and disposed of first. For a set that was taught anew with another encoder;
   * see `Classifier.reencode`. What is changed in the old one meanwhile stays with that.
   *
   * @param set - What `save` wrote, and its pictures.
   * @returns The id of the new set.
   * @throws {@link HandfulError} with code `format` for bytes that are no set, `parameter`, or one of those of {@link remove}.
   *
   * @example
   * ```ts
   * const now = await store.replace(id, { bytes: classifier.save(), pictures });
   * // and back:
   * await store.restore(id);
   * await store.remove(now);
   * ```
   */
  async replace(id: string, set: Pick<SetFile, "bytes" | "pictures">): Promise<string> {
    check("id", id, TEXT);
    check("set", set, RECORD);
    const { bytes, pictures } = set;
    check("set.pictures", pictures, PICTURES);
    inspect(bytes);
    const now = newId();
    await this.#putAway(id, async () => {
      if (!(await this.#ask(this.#database.replace(id, now, { bytes, pictures })))) throw unknown(id);
    });
    return now;
  }

  /**
   * Brings a removed set back.
   * @throws {@link HandfulError} with code `unknown-set` or `storage`.
   *
   * @example
   * ```ts
   * await store.remove(id);
   * await store.restore(id); // within a day
   * ```
   */
  async restore(id: string): Promise<void> {
    await this.#change(id, ({ name }) => ({ id, name }));
    this.#changed();
  }

  /**
   * Removes a set for good, one that cannot be opened too. One that is open here is disposed of.
   * @throws {@link HandfulError} with code `set-in-use` where another tab has it open, or `storage`.
   *
   * @example
   * ```ts
   * for (const { id } of await store.removed()) await store.forget(id);
   * ```
   */
  async forget(id: string): Promise<void> {
    check("id", id, TEXT);
    this.#open.get(id)?.set?.dispose();
    await this.#alone(id, () => this.#ask(this.#database.clear(id)));
    this.#changed();
  }

  /**
   * Calls `listener` when the list of sets may have changed, here or in another tab, and when {@link persisted} has.
   * @returns A function that ends it.
   *
   * @example
   * ```ts
   * const end = store.subscribe(async () => {
   *   heading.textContent = `${(await store.list()).length} sets`;
   * });
   * ```
   */
  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  async #openInTurn<Made extends FeatureClassifier, Options>(
    id: string,
    kind: SetKind<Made, Options>,
    options: (Options & OpenOptions) | undefined,
    find: () => Promise<Found>,
  ): Promise<StoredSet<Made>> {
    const { signal, onWait }: OpenOptions = options ?? {};
    const make = async (content: Content | undefined): Promise<Made> => {
      const made = await (content
        ? kind.load(content.bytes, options as Options)
        : kind.create(options as Options));
      check(`what \`${content ? "load" : "create"}\` gave`, made, MADE);
      return made;
    };
    void this.#persistence.look();
    for (;;) {
      signal?.throwIfAborted();
      const opening = new Open();
      const stop = (): void => opening.giveUp.abort(signal?.reason);
      signal?.addEventListener("abort", stop);
      try {
        return await this.#openAs(opening, id, { find, make, onWait });
      } catch (error) {
        // Where another tab wanted it meanwhile, it is waited for again.
        if (error !== AWAY) throw error;
      } finally {
        signal?.removeEventListener("abort", stop);
      }
    }
  }

  async #openAs<Made extends FeatureClassifier>(
    open: Open,
    id: string,
    steps: {
      readonly find: () => Promise<Found>;
      readonly make: (content: Content | undefined) => Promise<Made>;
      readonly onWait: OpenOptions["onWait"];
    },
  ): Promise<StoredSet<Made>> {
    const { signal } = open.giveUp;
    const owned = await this.#ownership.own(id, open, {
      signal,
      onElsewhere: (takeOver) => steps.onWait?.({ reason: "elsewhere", takeOver }),
    });
    const release = (): void => {
      if (this.#open.get(id) === open) this.#open.delete(id);
      owned();
    };
    try {
      const { named, content, failure } = await abortable(steps.find(), signal);
      if (named?.deletedAt !== undefined)
        throw new HandfulError("unknown-set", `The set “${named.name || id}” was removed.`);
      const classifier = await unlessAborted(steps.make(content), signal);
      const set = new StoredSet({
        id,
        name: named?.name ?? "",
        classifier,
        content,
        failure,
        database: this.#database,
        release,
        connect: (control) => {
          open.control = control;
        },
      });
      open.set = set;
      this.#open.set(id, open);
      this.#persistence.watch(classifier);
      return set;
    } catch (error) {
      release();
      throw error;
    }
  }

  /** What the database says, or why it says nothing. */
  async #patiently<T>(ask: () => Promise<T>, options?: OpenOptions): Promise<T | { failure: Failure }> {
    const { signal, onWait } = options ?? {};
    const late = setTimeout(() => !signal?.aborted && onWait?.({ reason: "storage" }), PATIENCE);
    try {
      // A connection that was lost is no news, where another one can be had.
      return await ask().catch(() => this.#database.reconnect().then(ask));
    } catch (error) {
      return { failure: failed(error) };
    } finally {
      clearTimeout(late);
    }
  }

  /** All sets but those that were removed long ago: these are forgotten. */
  async #all(): Promise<Named[]> {
    const all = await this.#ask(this.#database.list());
    // The last name that is known stays, because the list may be lost before a set is written again.
    for (const { id, name } of all) if (name !== "") this.#open.get(id)?.control?.rename(name);
    const old = all.filter(({ deletedAt = Date.now() }) => Date.now() - deletedAt >= DAY);
    for (const { id } of old) await this.#ask(this.#database.clear(id));
    return all.filter((named) => !old.includes(named));
  }

  async #change(id: string, change: (now: Named) => Named): Promise<void> {
    check("id", id, TEXT);
    const there = await this.#ask(this.#database.change(id, this.#open.has(id), change));
    if (!there) throw unknown(id);
  }

  /** Does what removes a set, once all of it is saved. */
  async #putAway(id: string, remove: () => Promise<void>): Promise<void> {
    const set = this.#open.get(id)?.set;
    if (!set) await this.#alone(id, remove);
    else if (await set.saved()) await remove();
    else throw new HandfulError("storage", "The set cannot be removed, because it is not saved.");
    // What was changed meanwhile is had back too.
    await set?.saved();
    set?.dispose();
    this.#changed();
  }

  async #alone(id: string, act: () => Promise<void>): Promise<void> {
    if (await this.#ownership.alone(id, act)) return;
    throw new HandfulError("set-in-use", `The set with id ${id} is open in another tab.`);
  }

  async #ask<T>(answer: Promise<T>): Promise<T> {
    try {
      return await answer;
    } catch (error) {
      throw storageError(error);
    }
  }

  #changed(): void {
    this.#ownership.announceList();
    this.#listeners.tell();
  }

  /** What was said to be saved is so again as soon as there is a database. */
  async #writeAgain(): Promise<void> {
    const open = Array.from(this.#open.values());
    for (const { control } of open) control?.rewrite();
    await Promise.all(open.map(({ set }) => set?.saved()));
    this.#listeners.tell();
  }
}

function checkOpening(kind: unknown, options: OpenOptions | undefined): void {
  check("kind", kind, KIND);
  if (options !== undefined) checkOptions("options", options, OPTIONS);
}

/** What is being made, unless the signal fires before: then it is disposed of. */
async function unlessAborted<Made extends FeatureClassifier>(
  making: Promise<Made>,
  signal: AbortSignal,
): Promise<Made> {
  try {
    return await abortable(making, signal);
  } catch (error) {
    making.then(
      (late) => late.dispose(),
      () => {},
    );
    throw error;
  }
}

function unknown(id: string): HandfulError {
  return new HandfulError("unknown-set", `There is no set with id ${id}.`);
}

/** 32 hexadecimal digits that no other set has. */
function newId(): string {
  const digits = Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) =>
    byte.toString(16).padStart(2, "0"),
  );
  return digits.join("");
}
