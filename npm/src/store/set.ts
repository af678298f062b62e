import { check, describe, FLAG, RECORD } from "../check.js";
import { disposable } from "../disposable.js";
import { HandfulError } from "../errors.js";
import { type FeatureClassifier, whole } from "../feature-classifier.js";
import { Listeners } from "../listeners.js";
import { Autosave } from "./autosave.js";
import type { Database, Picture, Stored } from "./database.js";
import type { SetFile } from "./file.js";
import { PICTURE, PICTURES, photosOf } from "./picture.js";
import type { Failure, SaveState } from "./state.js";

/** What its store tells a set that is open. */
export interface Control {
  rename(name: string): void;
  /** The database may have lost it: it is written again. */
  rewrite(): void;
  /** Another tab has it now. */
  lose(): void;
}

/** What a set is made of. */
export interface Parts<Classifier> {
  readonly id: string;
  readonly name: string;
  readonly classifier: Classifier;
  /** What was stored of it. */
  readonly content: Stored | undefined;
  /** Why nobody knows that: then nothing is written, so that nothing is lost. */
  readonly failure: Failure | undefined;
  readonly database: Database;
  readonly release: () => void;
  readonly connect: (control: Control) => void;
}

/**
 * A set that is open: its classifier, whose every change is saved by itself, and small pictures of its photos. Opened by
 * `Store`. No other tab has it meanwhile; when one takes it over, or after {@link dispose}, the classifier is disposed of.
 *
 * @example
 * ```ts
 * const { features, thumbnail } = await encoder.encode(photo, { thumbnail: 224 });
 * const id = set.classifier.addFeatures(features, "apple");
 * if (thumbnail) set.setPicture(id, thumbnail);
 * set.subscribe(() => {
 *   heading.textContent = set.state.kind; // saving, then saved
 * });
 * ```
 */
export class StoredSet<Classifier extends FeatureClassifier = FeatureClassifier> implements Disposable {
  static {
    disposable(StoredSet);
  }

  /** The same as {@link dispose}, for `using`, in engines that have it. */
  declare readonly [Symbol.dispose]: () => void;
  /** No other set has it; it stays the same when the set is renamed. */
  readonly id: string;
  /** Change it as you like: undo, redo and whole transactions are saved as any change. */
  readonly classifier: Classifier;
  readonly #pictures: Map<number, Picture>;
  readonly #autosave: Autosave;
  readonly #release: () => void;
  readonly #listeners = new Listeners();
  /** What is stored is not known, so nothing of this is kept. */
  readonly #unread: boolean;
  #changed = false;
  #savesPictures = true;
  #name: string;
  #state: SaveState;
  #ended = false;

  /** @internal Use `Store.open` or `Store.openOrCreate`. */
  constructor({ id, name, classifier, content, failure, database, release, connect }: Parts<Classifier>) {
    this.id = id;
    this.classifier = classifier;
    this.#name = name;
    this.#pictures = new Map(content?.pictures);
    this.#release = release;
    this.#unread = failure !== undefined;
    this.#state = failure ?? { kind: content ? "saved" : "idle" };
    this.#autosave = new Autosave({
      set: id,
      database,
      last: content,
      snapshot: () => ({ name: this.#name, bytes: classifier.save(), pictures: this.#present() }),
      whole: () => whole(classifier),
      report: (state) => this.#report(state),
    });
    classifier.subscribe(() => this.#change());
    connect({
      rename: (to) => {
        this.#name = to;
      },
      rewrite: () => {
        if (this.#state.kind !== "idle") this.#change();
      },
      lose: () => {
        if (this.#ended) return;
        this.dispose();
        this.#report({ kind: "elsewhere" });
      },
    });
  }

  /**
   * What a person calls it; empty where nobody gave it a name. `Store.rename` changes it.
   *
   * @example
   * ```ts
   * heading.textContent = set.name || "a set without a name";
   * ```
   */
  get name(): string {
    return this.#name;
  }

  /**
   * Whether it is saved, and if not, why.
   *
   * @example
   * ```ts
   * const { state } = set;
   * if (state.kind === "failed") heading.textContent = `It is not saved: ${state.reason}.`;
   * ```
   */
  get state(): SaveState {
    return this.#state;
  }

  /**
   * JPEG files under the ids of their photos: examples, negatives and unlabelled ones. Those of photos that were removed are
   * here too, because undo can bring them back; they are not saved.
   *
   * @example
   * ```ts
   * const [first] = set.classifier.examples;
   * const picture = first && set.pictures.get(first.id);
   * if (picture) link.href = URL.createObjectURL(new Blob([picture], { type: "image/jpeg" }));
   * ```
   */
  get pictures(): ReadonlyMap<number, Uint8Array<ArrayBuffer>> {
    return this.#pictures;
  }

  /**
   * Whether the browser stores the pictures with the set; true in a set that was just opened. When it becomes false, the stored ones are
   * deleted, and {@link pictures} has them until the set is disposed of. Without pictures, the set cannot be taught anew
   * for another encoder.
   *
   * @throws {@link HandfulError} with code `parameter` for anything but a boolean.
   *
   * @example
   * ```ts
   * set.savesPictures = false;
   * if (await set.saved()) heading.textContent = "No pictures are stored.";
   * ```
   */
  get savesPictures(): boolean {
    return this.#savesPictures;
  }

  set savesPictures(saves: boolean) {
    check("savesPictures", saves, FLAG);
    if (saves === this.#savesPictures) return;
    this.#savesPictures = saves;
    if (this.#pictures.size > 0) this.#change();
  }

  /**
   * Keeps a small picture beside an example, a negative or an unlabelled photo. It goes and comes with the photo, and is saved
   * together with it where both are added at once, without an `await` in between.
   *
   * @param id - Of the photo.
   * @param picture - A JPEG file of at most 1,024 pixels a side and 262,144 bytes, as `Encoder.encode` gives with `thumbnail`.
   * @throws {@link HandfulError} with code `unknown-example`, or `parameter` for what is no such picture, or where the
   * photo has one.
   *
   * @example
   * ```ts
   * const { features, thumbnail } = await encoder.encode(photo, { thumbnail: 96 });
   * const id = set.classifier.addFeatures(features, "apple");
   * if (thumbnail) set.setPicture(id, thumbnail);
   * ```
   */
  setPicture(id: number, picture: Uint8Array<ArrayBuffer>): void {
    check("picture", picture, PICTURE);
    if (!photosOf(this.classifier).has(id))
      throw new HandfulError("unknown-example", `there is no photo with id ${describe(id)}`);
    if (this.#pictures.has(id))
      throw new HandfulError("parameter", `The photo with id ${id} has a picture already.`);
    this.#pictures.set(id, picture);
    this.#change();
  }

  /**
   * Adds the classes, photos and pictures of a file, as `merge` of the classifier adds a set.
   *
   * @param file - What `readSetFile` gave.
   * @returns Of each photo that was added the id that it has here, by the id that it has there.
   * @throws {@link HandfulError} with code `format`, or `other-encoder` for a set of another encoder.
   *
   * @example
   * ```ts
   * const added = set.merge(await readSetFile(file));
   * console.log(`${added.size} photos came with ${file.name}.`);
   * ```
   */
  merge(file: Pick<SetFile, "bytes" | "pictures">): ReadonlyMap<number, number> {
    check("file", file, RECORD);
    check("file.pictures", file.pictures, PICTURES);
    const added = this.classifier.merge(file.bytes);
    for (const [there, here] of added) {
      const picture = file.pictures.get(there);
      if (picture) this.#pictures.set(here, picture);
    }
    this.#change();
    return added;
  }

  /**
   * Whether everything that was changed is saved, once that is known: when it is written, or could not be.
   *
   * @example
   * ```ts
   * if (!(await set.saved())) heading.textContent = "Something could not be saved.";
   * ```
   */
  async saved(): Promise<boolean> {
    return this.#unread ? !this.#changed : this.#autosave.settled();
  }

  /**
   * Calls `listener` when {@link state} has changed; changes of the set are told by the classifier.
   * @returns A function that ends it.
   *
   * @example
   * ```ts
   * const end = set.subscribe(() => {
   *   heading.textContent = set.state.kind;
   * });
   * set.classifier.addClass("plum"); // saving, then saved
   * ```
   */
  subscribe(listener: () => void): () => void {
    return this.#listeners.add(listener);
  }

  /**
   * Lets the set go: another tab can have it, and the classifier's memory is freed. What is not saved is lost, so wait for
   * {@link saved} before. Doing it twice is fine.
   *
   * @example
   * ```ts
   * const set = await store.openOrCreate("Fruit", Classifier);
   * set.classifier.addClass("plum");
   * if (await set.saved()) set.dispose();
   * ```
   */
  dispose(): void {
    if (this.#ended) return;
    this.#ended = true;
    this.#autosave.stop();
    this.classifier.dispose();
    this.#release();
  }

  #change(): void {
    this.#changed = true;
    if (!this.#unread) this.#autosave.request();
  }

  #report(state: SaveState): void {
    this.#state = state;
    this.#listeners.tell();
  }

  #present(): Map<number, Picture> {
    if (!this.#savesPictures) return new Map();
    const ids = photosOf(this.classifier);
    return new Map(Array.from(this.#pictures).filter(([id]) => ids.has(id)));
  }
}
