/// <reference lib="esnext.disposable" preserve="true" />
import { abortable } from "./abort.js";
import {
  BYTES,
  COUNT,
  COUNTS,
  check,
  checkOptions,
  FLAG,
  FUNCTION,
  type Kinds,
  ROW,
  ROWS,
  SIGNAL,
  STREAMS,
  STRICTNESS,
  TEXT,
  WASM,
} from "./check.js";
import { answerOf, atMost, concatenate, exampleId } from "./convert.js";
import type { CoreClassifier, CoreTogether } from "./core-module.js";
import { disposable } from "./disposable.js";
import { guarded, HandfulError } from "./errors.js";
import { type Head, headOf, headParts } from "./heads.js";
import { readEach } from "./labels.js";
import { Learning } from "./learning.js";
import { Listeners } from "./listeners.js";
import { inSlices, slice } from "./slices.js";
import { Steps } from "./steps.js";
import type {
  Answer,
  AssignOptions,
  CallOptions,
  ClassSummary,
  ExampleSummary,
  Neighbour,
  Opinion,
  Quality,
  Streams,
  TextEncoding,
} from "./types.js";
import { loadCore, type WasmInput } from "./wasm.js";

/**
 * How to get at the core module.
 *
 * @example
 * ```ts
 * import type { CoreOptions } from "handful/core";
 * import core from "handful/wasm/core?url";
 *
 * const options: CoreOptions = { core, signal: AbortSignal.timeout(10_000) };
 * const classifier = await FeatureClassifier.load(bytes, options);
 * ```
 */
export interface CoreOptions extends Pick<CallOptions, "signal"> {
  /** The core's WebAssembly; see `init`. Only the first load looks at it. */
  readonly core?: WasmInput | undefined;
}

/** @internal */
export const CORE_OPTIONS: Kinds<CoreOptions> = { core: WASM, signal: SIGNAL };

/** @internal */
export const ASSIGN_OPTIONS: Kinds<AssignOptions> = { counts: COUNTS, signal: SIGNAL };

/**
 * Options of {@link FeatureClassifier.create}.
 *
 * @example
 * ```ts
 * import type { FeatureClassifierOptions } from "handful/core";
 *
 * const options: FeatureClassifierOptions = { streams: [{ name: "aux", dim: 384 }], encoderId: "mine-1" };
 * const classifier = await FeatureClassifier.create(options);
 * ```
 */
export interface FeatureClassifierOptions extends CoreOptions {
  /** The parts of a feature row, in any order; rows have them in the order of {@link FeatureClassifier.streams}. */
  readonly streams: Streams;
  /** What identifies the encoder of the features, if you want it saved with the set. */
  readonly encoderId?: string | undefined;
}

let stepsOf: (set: FeatureClassifier) => Steps | undefined;

/** @internal Resolves when no transaction of a set runs. */
export async function whole(set: FeatureClassifier): Promise<void> {
  await stepsOf(set)?.whole();
}

/**
 * A labelled set of feature rows that answers for new rows. For those who bring their own encoder; `Classifier`
 * adds images to it.
 *
 * Every change takes effect at once, is one step of undo (or part of one, see {@link named} and {@link transaction}), and either happens wholly
 * or throws a {@link HandfulError} and leaves the set as it was. Labels are trimmed, unique, and 1 to 200 characters long;
 * they are text, whatever they look like. Those that look the same are the same, whichever way Unicode spells them; the
 * first spelling is shown. After {@link dispose} every method throws the code `disposed`.
 *
 * In the examples of its members, `classifier` was just loaded and knows apples and pears by four photos of each: 0 to 3 and 4 to 7.
 *
 * @example
 * ```ts
 * const classifier = await FeatureClassifier.create({ streams: [{ name: "clip", dim: 512 }] });
 * classifier.addFeatures(appleRow, "apple");
 * classifier.addFeatures(pearRow, "pear");
 * console.log(classifier.predictFeatures(rows[2]).label); // apple
 * ```
 */
export class FeatureClassifier implements Disposable {
  static {
    disposable(FeatureClassifier);
    stepsOf = (set) => (#steps in set ? set.#steps : undefined);
  }

  /** The same as {@link dispose}, for `using`, in engines that have it. */
  declare readonly [Symbol.dispose]: () => void;
  readonly #streams: Streams;
  readonly #encoderId: string | undefined;
  #core: CoreClassifier | undefined;
  #classes: readonly ClassSummary[] | undefined;
  #examples: readonly ExampleSummary[] | undefined;
  #negatives: readonly number[] | undefined;
  #unlabelled: readonly number[] | undefined;
  readonly #listeners = new Listeners();
  readonly #learning = new Learning(
    () => this.#core,
    () => this.#listeners.tell(),
  );
  readonly #steps = new Steps({ core: () => this.#core, change: (act) => this.change(act) });
  #endReading: (() => void) | undefined;

  /** Use {@link FeatureClassifier.create} or {@link FeatureClassifier.load}. */
  protected constructor(core: CoreClassifier) {
    this.#core = core;
    this.#streams = core.streams();
    this.#encoderId = core.encoder();
    this.#learning.changed(core);
  }

  /**
   * An empty set.
   * @throws {@link HandfulError} with code `parameter` for streams that cannot be, or one of those of `init`.
   *
   * @example
   * ```ts
   * const classifier = await FeatureClassifier.create({ streams: [{ name: "clip", dim: 512 }] });
   * console.log(classifier.classes.length); // 0
   * ```
   */
  static async create(options: FeatureClassifierOptions): Promise<FeatureClassifier> {
    checkOptions("options", options, { ...CORE_OPTIONS, streams: STREAMS, encoderId: TEXT });
    const Core = await abortable(loadCore(options.core), options.signal);
    return new FeatureClassifier(guarded(() => new Core(options.streams, options.encoderId)));
  }

  /**
   * A set that {@link save} wrote, of this version or an earlier one.
   * @throws {@link HandfulError} with code `format`, or one of those of `init`.
   *
   * @example
   * ```ts
   * const copy = await FeatureClassifier.load(classifier.save());
   * console.log(copy.examples.length); // 8
   * ```
   */
  static async load(bytes: Uint8Array, options: CoreOptions = {}): Promise<FeatureClassifier> {
    check("bytes", bytes, BYTES);
    checkOptions("options", options, CORE_OPTIONS);
    const Core = await abortable(loadCore(options.core), options.signal);
    return new FeatureClassifier(guarded(() => Core.load(bytes)));
  }

  /**
   * The parts of a feature row, in its order: `clip` first if there is one, the others by name.
   *
   * @example
   * ```ts
   * const width = classifier.streams.reduce((sum, { dim }) => sum + dim, 0);
   * console.log(width === appleRow.length); // true
   * ```
   */
  get streams(): Streams {
    return this.#streams;
  }

  /**
   * What identifies the encoder that made the features; `undefined` where nobody said.
   *
   * @example
   * ```ts
   * console.log(classifier.encoderId); // mine-1
   * ```
   */
  get encoderId(): string | undefined {
    return this.#encoderId;
  }

  /**
   * The classes in the order in which they came. The same array until the set changes.
   *
   * @example
   * ```ts
   * console.log(classifier.classes.map(({ label, count }) => `${count} × ${label}`)); // ["4 × apple", "4 × pear"]
   * ```
   */
  get classes(): readonly ClassSummary[] {
    const core = this.core;
    this.#classes ??= core.classes();
    return this.#classes;
  }

  /**
   * The label, as it stands in {@link classes}, of the class that a text names: texts that look the same are one label, however
   * Unicode spells them, as in the name of a folder. `undefined` where there is none.
   *
   * @example
   * ```ts
   * classifier.addClass("café");
   * console.log(classifier.labelOf("cafe\u0301")); // café
   * console.log(classifier.labelOf("tea")); // undefined
   * ```
   */
  labelOf(text: string): string | undefined {
    check("text", text, TEXT);
    return this.core.labelOf(text);
  }

  /**
   * The examples by id. The same array until the set changes.
   *
   * @example
   * ```ts
   * const pears = classifier.examples.filter(({ label }) => label === "pear");
   * console.log(pears.map(({ id }) => id)); // [4, 5, 6, 7]
   * ```
   */
  get examples(): readonly ExampleSummary[] {
    const core = this.core;
    this.#examples ??= core.examples();
    return this.#examples;
  }

  /**
   * Ids of the negatives, in order; see {@link addNegativeFeatures}. The same array until the set changes.
   *
   * @example
   * ```ts
   * classifier.addNegativeFeatures(tableRow);
   * console.log(classifier.negatives); // [8]
   * ```
   */
  get negatives(): readonly number[] {
    const core = this.core;
    this.#negatives ??= [...core.negatives()];
    return this.#negatives;
  }

  /**
   * Ids of the unlabelled photos, in order; see {@link addUnlabelledFeatures}. The same array until the set changes.
   *
   * @example
   * ```ts
   * for (const row of rows) classifier.addUnlabelledFeatures(row);
   * console.log(classifier.unlabelled.length); // 24
   * ```
   */
  get unlabelled(): readonly number[] {
    const core = this.core;
    this.#unlabelled ??= [...core.unlabelled()];
    return this.#unlabelled;
  }

  /**
   * The feature row of a photo of the set, of whatever kind: an example, a negative or an unlabelled one. To be drawn or compared elsewhere.
   *
   * @returns A copy: all streams one after another, as {@link streams} orders them, each at unit length.
   * @throws {@link HandfulError} with code `unknown-example`.
   *
   * @example
   * ```ts
   * const row = classifier.featuresOf(0);
   * console.log(row.length); // 512
   * ```
   */
  featuresOf(id: number): Float32Array {
    const core = this.core;
    return guarded(() => core.featuresOf(exampleId(id)));
  }

  /**
   * Settled once answers count all unlabelled photos: at once where nothing is to be learned. Learning begins a moment after a change
   * and takes slices of a few milliseconds between other tasks; listeners of {@link subscribe} are told when it is done. A change meanwhile
   * prolongs it; {@link dispose} ends it.
   *
   * @example
   * ```ts
   * for (const row of rows) classifier.addUnlabelledFeatures(row);
   * await classifier.learned;
   * console.log(classifier.predictFeatures(appleRow).label); // apple
   * ```
   */
  get learned(): Promise<void> {
    void this.core; // says `disposed`
    return this.#learning.done;
  }

  /**
   * Adds a class without examples.
   * @throws {@link HandfulError} with code `empty-label`, `label-too-long`, `duplicate-label`, or `too-many-items` when all
   * ids are used up.
   *
   * @example
   * ```ts
   * classifier.addClass("plum");
   * console.log(classifier.classes.map(({ label }) => label)); // ["apple", "pear", "plum"]
   * ```
   */
  addClass(label: string): void {
    check("label", label, TEXT);
    this.change((core) => core.addClass(label));
  }

  /**
   * Gives a class another label; its examples stay.
   * @throws {@link HandfulError} with code `unknown-class` or one of those of {@link addClass}.
   *
   * @example
   * ```ts
   * classifier.renameClass("apple", "Braeburn");
   * console.log(classifier.examples[0]?.label); // Braeburn
   * ```
   */
  renameClass(label: string, to: string): void {
    check("label", label, TEXT);
    check("to", to, TEXT);
    this.change((core) => core.renameClass(label, to));
  }

  /**
   * Removes a class with its examples.
   * @throws {@link HandfulError} with code `unknown-class`.
   *
   * @example
   * ```ts
   * classifier.removeClass("pear");
   * console.log(classifier.examples.length); // 4
   * ```
   */
  removeClass(label: string): void {
    check("label", label, TEXT);
    this.change((core) => core.removeClass(label));
  }

  /**
   * Moves all examples of the class `from` to the class `into` and removes `from`.
   * @throws {@link HandfulError} with code `unknown-class`, or `duplicate-label` when both are the same class.
   *
   * @example
   * ```ts
   * classifier.mergeClasses("pear", "apple");
   * console.log(classifier.classes.map(({ label, count }) => `${count} × ${label}`)); // ["8 × apple"]
   * ```
   */
  mergeClasses(from: string, into: string): void {
    check("from", from, TEXT);
    check("into", into, TEXT);
    this.change((core) => core.mergeClasses(from, into));
  }

  /**
   * Lets a class take part in answers, or not: its examples and its text wait until it does again.
   * @throws {@link HandfulError} with code `unknown-class`.
   *
   * @example
   * ```ts
   * classifier.addFeatures(tableRow, "empty table");
   * classifier.setEnabled("pear", false);
   * console.log(classifier.predictFeatures(appleRow).scores.map(({ label }) => label)); // ["apple", "empty table"]
   * ```
   */
  setEnabled(label: string, enabled: boolean): void {
    check("label", label, TEXT);
    check("enabled", enabled, FLAG);
    this.change((core) => core.setEnabled(label, enabled));
  }

  /**
   * Sets the text row of a class, so that it can be recognised before it has examples; `undefined` leaves it without
   * one. Either holds whatever the label means and however it changes.
   * The row comes from the text half of the model whose image half made the stream `clip`.
   *
   * @param features - As long as the stream `clip`, of any scale.
   * @throws {@link HandfulError} with code `unknown-class`, `shape`, `not-finite` or `zero-feature`.
   *
   * @example
   * ```ts
   * const { features } = await encoder.encodeText("plum");
   * classifier.addClass("plum");
   * classifier.setText("plum", features);
   * console.log(classifier.classes.at(-1)?.hasText); // true
   * ```
   */
  setText(label: string, features: Float32Array | undefined): void {
    check("label", label, TEXT);
    if (features !== undefined) check("features", features, ROW);
    this.change((core) => core.setText(label, features));
  }

  /**
   * Looks at each label from now on: what is understood is the text of the class, as {@link setText} would set it, but
   * follows the label through renaming and undo and is no step of its own. Two classes with such labels can be told apart
   * before they have examples. `hasText` in {@link classes} says which were understood; listeners are told.
   *
   * @param encodeText - The text half of the model whose image half made the stream `clip`, such as `Encoder.encodeText`.
   * A label is understood from a confidence of a half on. When it rejects, the label is looked at again after a change.
   * @param onError - Told why a label could not be read.
   *
   * @example
   * ```ts
   * classifier.readLabels(
   *   (label) => encoder.encodeText(label, { onProgress }),
   *   (error, label) => console.warn(label, error),
   * );
   * classifier.addClass("plum"); // is recognised as soon as its label was read
   * ```
   */
  readLabels(
    encodeText: (label: string) => Promise<TextEncoding>,
    onError?: (error: unknown, label: string) => void,
  ): void {
    check("encodeText", encodeText, FUNCTION);
    if (onError !== undefined) check("onError", onError, FUNCTION);
    this.#endReading?.();
    const understood = (label: string, features: Float32Array): void =>
      this.change((core) => core.setMeaning(label, features));
    this.#endReading = readEach(this, encodeText, understood, onError);
  }

  /**
   * Looks at no label any more and forgets what was understood, in a loaded set too; texts of {@link setText} stay. It is
   * no step of undo, and {@link readLabels} may be called again.
   *
   * @example
   * ```ts
   * classifier.readLabels((label) => encoder.encodeText(label));
   * classifier.forgetLabels();
   * console.log(classifier.classes.some(({ hasText }) => hasText)); // false
   * ```
   */
  forgetLabels(): void {
    this.#endReading?.();
    this.#endReading = undefined;
    this.change((core) => core.forgetMeanings());
  }

  /**
   * Adds an example, and its class if that is new.
   *
   * @param features - One row: all streams one after another, of any scale.
   * @returns The id of the example.
   * @throws {@link HandfulError} with code `shape`, `not-finite`, `zero-feature`, `empty-label`, `label-too-long`, or
   * `too-many-items` when all ids are used up.
   *
   * @example
   * ```ts
   * const id = classifier.addFeatures(appleRow, "apple");
   * console.log(id, classifier.examples.length); // 8 9
   * ```
   */
  addFeatures(features: Float32Array, label: string): number {
    check("features", features, ROW);
    check("label", label, TEXT);
    return this.change((core) => core.addExample(label, features));
  }

  /**
   * Removes an example; its class stays.
   * @throws {@link HandfulError} with code `unknown-example`.
   *
   * @example
   * ```ts
   * const id = classifier.addFeatures(appleRow, "pear"); // a slip
   * classifier.removeExample(id);
   * console.log(classifier.examples.length); // 8
   * ```
   */
  removeExample(id: number): void {
    this.change((core) => core.removeExample(exampleId(id)));
  }

  /**
   * Adds a negative: a photo that shows none of the classes, such as the empty table or an empty hand. What is like it is said to be
   * `foreign` rather than one of the classes. It counts neither for a class nor against one: the scores stay as they are.
   *
   * @param features - One row: all streams one after another, of any scale.
   * @returns The id of the negative, which no example has; see {@link negatives}.
   * @throws {@link HandfulError} with code `shape`, `not-finite`, `zero-feature`, or `too-many-items` when all ids are used up.
   *
   * @example
   * ```ts
   * const id = classifier.addNegativeFeatures(tableRow);
   * console.log(id, classifier.predictFeatures(tableRow).foreign); // 8 true
   * ```
   */
  addNegativeFeatures(features: Float32Array): number {
    check("features", features, ROW);
    return this.change((core) => core.addNegative(features));
  }

  /**
   * Removes a negative.
   * @throws {@link HandfulError} with code `unknown-example`.
   *
   * @example
   * ```ts
   * const id = classifier.addNegativeFeatures(tableRow);
   * classifier.removeNegative(id);
   * console.log(classifier.negatives); // []
   * ```
   */
  removeNegative(id: number): void {
    this.change((core) => core.removeNegative(exampleId(id)));
  }

  /**
   * Adds a photo that nobody has labelled, of one of the classes or of none, to a pile beside the examples. From 20 of them on, answers of
   * the automatic head learn from them: photos that are alike are of the same class, which tells much where a class has one example
   * or two. Until all is {@link learned}, answers are as before, or without the pile where the classes have changed.
   *
   * @param features - One row: all streams one after another, of any scale.
   * @returns The id of the photo, which no example has; see {@link unlabelled}.
   * @throws {@link HandfulError} with code `shape`, `not-finite`, `zero-feature`, or `too-many-items` where there are 1,000 or when all ids
   * are used up.
   *
   * @example
   * ```ts
   * const ids = rows.map((row) => classifier.addUnlabelledFeatures(row));
   * await classifier.learned;
   * console.log(ids.length, classifier.examples.length); // 24 8
   * ```
   */
  addUnlabelledFeatures(features: Float32Array): number {
    check("features", features, ROW);
    return this.change((core) => core.addUnlabelled(features));
  }

  /**
   * Removes an unlabelled photo.
   * @throws {@link HandfulError} with code `unknown-example`.
   *
   * @example
   * ```ts
   * const id = classifier.addUnlabelledFeatures(tableRow);
   * classifier.removeUnlabelled(id);
   * console.log(classifier.unlabelled); // []
   * ```
   */
  removeUnlabelled(id: number): void {
    this.change((core) => core.removeUnlabelled(exampleId(id)));
  }

  /**
   * Learns a row in order, from a stream that may be endless: the head `uer` takes a step at once, together with rows that it draws from its
   * memory, and may take this one into it. The memory has 1,000 rows, or as many as `memory` of the head says; the set keeps the row
   * nowhere else. A class that is new is added.
   *
   * {@link head} must be `uer`. The first row finds it fitted to the examples of the set; from then on it answers by what was observed, and
   * examples that come or go are for other heads. While one of these is chosen, what was observed waits; {@link save} writes it in any case.
   * For other hyper-parameters of `uer`, {@link forget} all classes first.
   *
   * Observing is no step of undo and is not taken back with a {@link transaction}; a class that it adds is a step. Renaming and
   * {@link setEnabled} are as ever. A class that is removed, or merged into another, takes with it what was observed of it, and undo brings
   * both back. Once no class is left of which something was observed, `uer` is fitted to the examples again. {@link merge} brings the other set's classes and photos, not what it has observed.
   *
   * No row is held out, so probabilities are those that are learned with, `foreign` is false, and {@link evaluate} knows no accuracy.
   *
   * @example
   * ```ts
   * classifier.head = "uer";
   * for (const [i, row] of rows.entries()) classifier.observeFeatures(row, i % 2 === 0 ? "apple" : "pear");
   * console.log(classifier.observed, classifier.predictFeatures(appleRow).label); // 32 apple
   * ```
   * @param features - One row: all streams one after another, of any scale.
   * @throws {@link HandfulError} with code `parameter` where the head is another, or one of those of {@link addFeatures}.
   */
  observeFeatures(features: Float32Array, label: string): void {
    check("features", features, ROW);
    check("label", label, TEXT);
    this.change((core) => core.observe(label, features));
  }

  /**
   * How many rows were observed, the examples among them that were learned before the first one; 0 where none was. See
   * {@link observeFeatures}.
   *
   * @example
   * ```ts
   * classifier.head = "uer";
   * for (const row of rows) classifier.observeFeatures(row, "fruit");
   * console.log(classifier.observed, classifier.examples.length); // 32 8
   * ```
   */
  get observed(): number {
    return this.core.observed();
  }

  /**
   * Forgets what was observed of a class, its rows in memory among it. The class stays, with its examples; `uer` does not score it until it
   * is observed again. It is no step of undo.
   *
   * @returns Whether anything was observed of the class.
   * @throws {@link HandfulError} with code `unknown-class`.
   *
   * @example
   * ```ts
   * classifier.head = "uer";
   * classifier.observeFeatures(tableRow, "empty table");
   * console.log(classifier.forget("empty table")); // true
   * console.log(classifier.predictFeatures(appleRow).unscored); // ["empty table"]
   * ```
   */
  forget(label: string): boolean {
    check("label", label, TEXT);
    return this.change((core) => core.forget(label));
  }

  /**
   * Makes an unlabelled photo an example, and adds its class if that is new. It keeps its id.
   * @throws {@link HandfulError} with code `unknown-example`, `empty-label`, `label-too-long`, or `too-many-items` when all ids are used up.
   *
   * @example
   * ```ts
   * const id = classifier.addUnlabelledFeatures(pearRow);
   * classifier.labelUnlabelled(id, "pear");
   * console.log(classifier.unlabelled.length, classifier.examples.length); // 0 9
   * ```
   */
  labelUnlabelled(id: number, label: string): void {
    check("label", label, TEXT);
    this.change((core) => core.labelUnlabelled(exampleId(id), label));
  }

  /**
   * Moves an example to another class, which must be there.
   * @throws {@link HandfulError} with code `unknown-example` or `unknown-class`.
   *
   * @example
   * ```ts
   * const id = classifier.addFeatures(appleRow, "pear"); // a slip
   * classifier.moveExample(id, "apple");
   * console.log(classifier.classes.map(({ label, count }) => `${count} × ${label}`)); // ["5 × apple", "4 × pear"]
   * ```
   */
  moveExample(id: number, label: string): void {
    check("label", label, TEXT);
    this.change((core) => core.moveExample(exampleId(id), label));
  }

  /**
   * Adds a set that {@link save} wrote, such as somebody else's. Classes with the same label become one; an example that
   * its class has already is left out, so two people who began with the same file do not count it twice.
   *
   * @returns Of each photo that was added the id that it has here, by the id that it has there.
   * @throws {@link HandfulError} with code `format`, or `other-encoder` for a set of another encoder.
   *
   * @example
   * ```ts
   * const theirs = await FeatureClassifier.load(bytes);
   * theirs.addFeatures(tableRow, "empty table");
   * const added = classifier.merge(theirs.save());
   * console.log(added.size, classifier.examples.length); // 1 9
   * ```
   */
  merge(bytes: Uint8Array): ReadonlyMap<number, number> {
    check("bytes", bytes, BYTES);
    const ids = this.change((core) => core.merge(bytes));
    const added = new Map<number, number>();
    for (let i = 0; i + 1 < ids.length; i += 2) added.set(ids[i] as number, ids[i + 1] as number);
    return added;
  }

  /**
   * Whether {@link undo} has something to take back.
   *
   * @example
   * ```ts
   * classifier.addClass("plum");
   * console.log(classifier.canUndo); // true
   * classifier.undo();
   * console.log(classifier.canUndo); // false
   * ```
   */
  get canUndo(): boolean {
    return this.#steps.canUndo(this.core);
  }

  /**
   * Whether {@link redo} has something to do again.
   *
   * @example
   * ```ts
   * classifier.addClass("plum");
   * classifier.undo();
   * console.log(classifier.canRedo); // true
   * ```
   */
  get canRedo(): boolean {
    return this.#steps.canRedo(this.core);
  }

  /**
   * Makes changes under a name: those that follow one another under the same name are one step of undo, whatever their
   * number, also those of a later call. Within another call, or while a {@link transaction} runs, the name of that counts.
   *
   * @param act - Makes the changes before it returns. When it throws, those that it has made stay.
   * @returns What `act` returns.
   *
   * @example
   * ```ts
   * classifier.named("teach pears", () => {
   *   for (const row of rows.slice(0, 3)) classifier.addFeatures(row, "pear");
   * });
   * classifier.undo();
   * console.log(classifier.examples.length); // 8
   * ```
   */
  named<T>(name: string, act: () => T): T {
    check("name", name, TEXT);
    check("act", act, FUNCTION);
    return this.#steps.named(this.core, name, act);
  }

  /**
   * Makes changes that are one step of undo and happen wholly or not at all: when `act` throws, the set and its head are as
   * they were before, and the error is passed on. As after any change, what {@link undo} had taken back before is not to be
   * redone any more.
   *
   * `act` may be asynchronous; then the transaction runs until its promise is settled. Whoever changes the set meanwhile takes
   * part: those changes are of the same step, and are taken back with it. {@link undo} and {@link redo} do nothing meanwhile.
   * Where that is not wanted, wait first and change then: nobody comes between the changes of an `act` that returns no promise.
   *
   * A transaction within another one, or begun while another one runs, joins it, under its name. The first one then ends with
   * the last that has joined, and when any of them throws, all is taken back: the first one throws that error too, even if its
   * `act` has caught it. Within {@link named} it is a step of its own.
   *
   * @param name - What {@link undoName} says of the step.
   * @returns What `act` returns.
   *
   * @example
   * ```ts
   * const rows: Float32Array[] = [];
   * for (const photo of applePhotos) rows.push((await encoder.encode(photo)).features);
   * classifier.transaction("import", () => {
   *   for (const row of rows) classifier.addFeatures(row, "apple");
   * });
   * console.log(`Undo ${classifier.undoName}`); // Undo import
   * ```
   */
  transaction<T>(name: string, act: () => T): T {
    check("name", name, TEXT);
    check("act", act, FUNCTION);
    return this.#steps.transaction(this.core, name, act);
  }

  /**
   * The name of the step that {@link undo} would take back; `undefined` where it has none, or there is no such step.
   *
   * @example
   * ```ts
   * classifier.named("add plums", () => classifier.addClass("plum"));
   * console.log(`Undo ${classifier.undoName}`); // Undo add plums
   * ```
   */
  get undoName(): string | undefined {
    return this.canUndo ? this.#steps.nameOf(this.core.undoMark()) : undefined;
  }

  /**
   * The name of the step that {@link redo} would do again; `undefined` where it has none, or there is no such step.
   *
   * @example
   * ```ts
   * classifier.named("add plums", () => classifier.addClass("plum"));
   * classifier.undo();
   * console.log(`Redo ${classifier.redoName}`); // Redo add plums
   * ```
   */
  get redoName(): string | undefined {
    return this.canRedo ? this.#steps.nameOf(this.core.redoMark()) : undefined;
  }

  /**
   * Takes the last step back; the last 100 can be. Returns false where there is none, or a {@link transaction} runs.
   *
   * @example
   * ```ts
   * classifier.removeClass("pear");
   * console.log(classifier.undo(), classifier.examples.length); // true 8
   * ```
   */
  undo(): boolean {
    return this.canUndo && this.change((core) => core.undo());
  }

  /**
   * Does again what {@link undo} took back. Returns false where there is nothing, or a {@link transaction} runs.
   *
   * @example
   * ```ts
   * classifier.removeClass("pear");
   * classifier.undo();
   * console.log(classifier.redo(), classifier.examples.length); // true 4
   * ```
   */
  redo(): boolean {
    return this.canRedo && this.change((core) => core.redo());
  }

  /**
   * How answers are computed: the name of a head, or an object with its name and hyper-parameters of its own, such as
   * `{ name: "knn", k: 3 }`; those that are left out have their defaults. It is saved with the set. Default: `auto`.
   *
   * What is read is the plain name where every hyper-parameter is as by default, else an object with those that are not.
   * @throws {@link HandfulError} with code `parameter` when set to a name that no head has, or with a hyper-parameter that the
   * head does not have, that is outside its range, or with which it has not observed (see {@link observeFeatures}).
   *
   * @example
   * ```ts
   * classifier.head = { name: "knn", k: 3 };
   * console.log(classifier.predictFeatures(appleRow).head); // knn
   * classifier.head = "auto";
   * ```
   */
  get head(): Head {
    const core = this.core;
    return headOf(core.head(), core.headFields());
  }

  set head(head: Head) {
    const [name, fields] = headParts(head);
    this.change((core) => core.setHead(name, fields));
  }

  /**
   * The share of images of known classes that may be `foreign`, from 0 to 0.5: the more, the more strangers are told; with 0 nothing is
   * `foreign`. {@link evaluate} tells which of the examples are refused. Like {@link head} it is saved with the set and no step of
   * undo. Default: 0.05, one in twenty.
   *
   * @throws {@link HandfulError} with code `parameter` when set to anything else.
   *
   * @example
   * ```ts
   * classifier.strictness = 0;
   * console.log(classifier.predictFeatures(tableRow).foreign); // false
   * ```
   */
  get strictness(): number {
    return this.core.strictness();
  }

  set strictness(share: number) {
    check("strictness", share, STRICTNESS);
    this.change((core) => core.setStrictness(share));
  }

  /**
   * Which class a feature row belongs to.
   *
   * @param features - One row: all streams one after another, of any scale.
   * @throws {@link HandfulError} with code `not-enough-examples` while fewer than two classes can be scored,
   * `shape`, `not-finite` or `zero-feature`.
   *
   * @example
   * ```ts
   * const { label, foreign, runnerUp } = classifier.predictFeatures(appleRow);
   * console.log(label, foreign, runnerUp.label); // apple false pear
   * ```
   */
  predictFeatures(features: Float32Array): Answer {
    check("features", features, ROW);
    const core = this.core;
    const start = performance.now();
    const found = guarded(() => core.predict(features));
    const classify = performance.now() - start;
    return answerOf(found, classify);
  }

  /**
   * Readies the next answer in slices that leave the page time for others: what a set was just loaded with, or has gained in great numbers,
   * is else learned from at the next question, which takes most of a second at 5,000 examples. Methods that take images do so by
   * themselves.
   *
   * @throws {@link HandfulError} with code `disposed`; the reason of an abort.
   *
   * @example
   * ```ts
   * const large = await FeatureClassifier.load(bytes);
   * await large.prepare();
   * console.log(large.predictFeatures(appleRow).label); // apple
   * ```
   */
  async prepare(options: Pick<CallOptions, "signal"> = {}): Promise<void> {
    checkOptions("options", options, { signal: SIGNAL });
    options.signal?.throwIfAborted();
    // Most sets need a step at most.
    if (!slice(() => this.core.prepare())) await inSlices(() => this.core.prepare(), options.signal);
  }

  /**
   * Which classes many feature rows belong to. From 20 rows on the automatic head lets them help each other: those that are
   * alike are of the same class, which tells much where a class has one example or two; unlabelled photos of the set count with
   * them. The set as it is when they are handed over answers. It takes longer than asking one by one, in slices that leave the page time for
   * others, once the set is ready, see {@link prepare}.
   *
   * @param rows - Each as for {@link addFeatures}.
   * @returns An answer for each row, in order.
   * @throws {@link HandfulError} with code `not-enough-examples` while fewer than two classes can be scored,
   * `shape`, `not-finite`, `zero-feature` or `disposed`; the reason of an abort.
   *
   * @example
   * ```ts
   * const answers = await classifier.predictFeaturesTogether(rows, { signal });
   * console.log(answers.slice(0, 2).map(({ label }) => label)); // ["apple", "pear"]
   * ```
   */
  async predictFeaturesTogether(
    rows: readonly Float32Array[],
    options: Pick<CallOptions, "signal"> = {},
  ): Promise<Answer[]> {
    check("rows", rows, ROWS);
    checkOptions("options", options, { signal: SIGNAL });
    options.signal?.throwIfAborted();
    const core = this.core;
    const asked = guarded(() => core.askTogether(concatenate(rows)));
    return this.#together(asked, rows.length, options.signal);
  }

  /**
   * Which class each of many feature rows belongs to, where it is known how many each class holds at most: `counts`, or one each. The answers
   * are those of the likeliest way to share all rows out; from 20 rows on the automatic head learns from them first. `probability` and `scores`
   * compare the best ways that have the row in each class: one that could as well be elsewhere is near a half. A row that shows
   * none of the classes takes the place of another one; whether it looks `foreign` is said all the same. The set as it is when they are
   * handed over answers, in slices that leave the page time for others.
   *
   * @param rows - Each as for {@link addFeatures}; at most 1,000.
   * @returns An answer for each row, in order.
   * @throws {@link HandfulError} with code `parameter` for more rows than the classes hold or a count of a class that cannot be recognised,
   * `unknown-class`, `duplicate-label` for one that is counted twice, or one of those of {@link predictFeaturesTogether}.
   *
   * @example
   * ```ts
   * const [first, second] = await classifier.assignFeatures([appleRow, pearRow]);
   * console.log(first.label, second.label); // apple pear
   * const sorted = await classifier.assignFeatures(rows, { counts: { apple: 12, pear: 12 } });
   * console.log(sorted.filter(({ label }) => label === "pear").length); // 12
   * ```
   */
  async assignFeatures(rows: readonly Float32Array[], options: AssignOptions = {}): Promise<Answer[]> {
    check("rows", rows, ROWS);
    checkOptions("options", options, ASSIGN_OPTIONS);
    options.signal?.throwIfAborted();
    const core = this.core;
    const counts = options.counts && this.#inOrder(options.counts);
    const asked = guarded(() => core.askAssigned(concatenate(rows), counts));
    return this.#together(asked, rows.length, options.signal);
  }

  /** Counts in the order of the classes. */
  #inOrder(counts: Readonly<Record<string, number>>): Uint32Array {
    const ordered = new Uint32Array(this.classes.length);
    const counted = new Set<number>();
    for (const [text, count] of Object.entries(counts)) {
      const label = this.core.labelOf(text);
      const place = this.classes.findIndex((known) => known.label === label);
      if (place < 0)
        throw new HandfulError("unknown-class", `There is no class labelled “${text}” to count.`);
      if (counted.has(place))
        throw new HandfulError("duplicate-label", `The class “${text}” is counted twice, in two spellings.`);
      counted.add(place);
      ordered[place] = atMost(count);
    }
    return ordered;
  }

  /** The answers to so many rows, worked out a few milliseconds at a time. */
  async #together(asked: CoreTogether, rows: number, signal: AbortSignal | undefined): Promise<Answer[]> {
    try {
      const step = (): boolean => {
        void this.core; // says `disposed`
        return asked.step();
      };
      const busy = await inSlices(step, signal);
      return guarded(() => asked.answers()).map((found) => answerOf(found, busy / rows));
    } finally {
      asked.free();
    }
  }

  /**
   * What single heads say of a feature row: first those that the answer is made of, whose weights sum to 1, then texts alone (`zero_shot`),
   * `amu`, `naive_bayes` and `uer`. Each is fitted for the question, which takes longer than an answer. Heads that can score
   * fewer than two classes are left out.
   *
   * The default answer joins ridge regression, classes of a full covariance and texts; `kernel_ridge`, `naive_bayes_full` and
   * `zero_shot` are the heads nearest to these.
   *
   * @example
   * ```ts
   * for (const { head, scores, uncertainty, weight } of classifier.explainFeatures(appleRow))
   *   console.log(head, scores[0].label, uncertainty, weight);
   * ```
   * @param features - One row: all streams one after another, of any scale.
   * @throws {@link HandfulError} with one of the codes of {@link predictFeatures}.
   */
  explainFeatures(features: Float32Array): readonly Opinion[] {
    check("features", features, ROW);
    const core = this.core;
    return guarded(() => core.explain(features));
  }

  /**
   * The examples that are most like a feature row, the likest first: what an answer rests on.
   *
   * @param features - One row: all streams one after another, of any scale.
   * @throws {@link HandfulError} with code `shape`, `not-finite` or `zero-feature`.
   *
   * @example
   * ```ts
   * const neighbours = classifier.nearestFeatures(appleRow, 2);
   * console.log(neighbours.map(({ label }) => label)); // ["apple", "apple"]
   * ```
   */
  nearestFeatures(features: Float32Array, count: number): readonly Neighbour[] {
    check("features", features, ROW);
    check("count", count, COUNT);
    const core = this.core;
    return guarded(() => core.nearest(features, atMost(count)));
  }

  /**
   * The example of a class that shows the same as a feature row, so that the row would teach nothing new: a copy of the
   * image, another size of it, or the next frame of a still scene. `undefined` where there is none.
   *
   * @param features - One row: all streams one after another, of any scale. The same: a cosine above 0.999.
   * @throws {@link HandfulError} with code `shape`, `not-finite` or `zero-feature`.
   *
   * @example
   * ```ts
   * const id = classifier.addFeatures(appleRow, "apple");
   * console.log(classifier.duplicateOf(appleRow, "apple") === id); // true
   * console.log(classifier.duplicateOf(appleRow, "pear")); // undefined
   * ```
   */
  duplicateOf(features: Float32Array, label: string): number | undefined {
    check("features", features, ROW);
    check("label", label, TEXT);
    const core = this.core;
    return guarded(() => core.duplicateOf(label, features));
  }

  /**
   * What to label next: the places of the `count` feature rows of a pile that would teach most, the most wanted first. Those
   * are wanted that the set is unsure of and that are unlike all that is taught or wanted already.
   *
   * @param rows - Each as for {@link addFeatures}.
   * @throws {@link HandfulError} with code `shape`, `not-finite` or `zero-feature`.
   *
   * @example
   * ```ts
   * const places = classifier.suggestFeatures([appleRow, tableRow, pearRow], 1);
   * console.log(places); // [1]
   * ```
   */
  suggestFeatures(rows: readonly Float32Array[], count: number): number[] {
    check("rows", rows, ROWS);
    check("count", count, COUNT);
    const core = this.core;
    return [...guarded(() => core.suggest(concatenate(rows), atMost(count)))];
  }

  /**
   * Which unlabelled photos to label next: the ids of the `count` that would teach most, the most wanted first; see
   * {@link suggestFeatures} and {@link labelUnlabelled}.
   *
   * @example
   * ```ts
   * for (const row of rows) classifier.addUnlabelledFeatures(row);
   * const strange = classifier.addUnlabelledFeatures(tableRow);
   * console.log(classifier.suggestUnlabelled(1)[0] === strange); // true
   * ```
   */
  suggestUnlabelled(count: number): number[] {
    check("count", count, COUNT);
    const core = this.core;
    return [...guarded(() => core.suggestUnlabelled(atMost(count)))];
  }

  /**
   * How well the set works with the head that answers, judged by its own examples. It can take longer than an answer,
   * so ask when the set has changed, not for every image.
   *
   * @example
   * ```ts
   * const { accuracy, suspects } = classifier.evaluate();
   * console.log(accuracy?.value, suspects.length); // 1 0
   * ```
   */
  evaluate(): Quality {
    const core = this.core;
    return guarded(() => core.quality());
  }

  /**
   * The head that answers as a safetensors file of weights and bias, with what is needed to apply them. The automatic
   * head is none that can be written so; set {@link head} to one that can, such as `naive_bayes_full` or `logistic`.
   * @throws {@link HandfulError} with code `not-linear` for a head that is not weights times features.
   *
   * @example
   * ```ts
   * classifier.head = "logistic";
   * link.href = URL.createObjectURL(new Blob([classifier.exportWeights()]));
   * link.download = "weights.safetensors";
   * ```
   */
  exportWeights(): Uint8Array<ArrayBuffer> {
    const core = this.core;
    return guarded(() => core.exportWeights());
  }

  /**
   * The answer as an ONNX model: the encoder's features in; `scores`, `probabilities`, `p_value` and `foreign` out, as in an `Answer`. For the
   * automatic head, of which nothing is lost, and the heads of {@link exportWeights}. That of the automatic head holds a feature row of
   * every example, as a saved set does.
   * @throws {@link HandfulError} with code `not-linear` for another head, `not-enough-examples` where it could not answer.
   *
   * @example
   * ```ts
   * link.href = URL.createObjectURL(new Blob([classifier.exportOnnx()]));
   * link.download = "answer.onnx";
   * ```
   */
  exportOnnx(): Uint8Array<ArrayBuffer> {
    const core = this.core;
    return guarded(() => core.exportOnnx());
  }

  /**
   * The whole set as a versioned file, without its undo steps; {@link FeatureClassifier.load} reads it.
   *
   * @example
   * ```ts
   * link.href = URL.createObjectURL(new Blob([classifier.save()]));
   * link.download = "fruit.handful";
   * ```
   */
  save(): Uint8Array<ArrayBuffer> {
    const core = this.core;
    return guarded(() => core.save());
  }

  /**
   * Calls `listener` after every change of the set or of the head, and when unlabelled photos were learned from.
   * @returns A function that ends it.
   *
   * @example
   * ```ts
   * let changes = 0;
   * const end = classifier.subscribe(() => {
   *   changes += 1;
   * });
   * classifier.addClass("plum");
   * end();
   * classifier.addClass("fig");
   * console.log(changes); // 1
   * ```
   */
  subscribe(listener: () => void): () => void {
    void this.core; // says `disposed`
    return this.#listeners.add(listener);
  }

  /**
   * Frees the memory of the set. Doing it twice is fine.
   *
   * @example
   * ```ts
   * const guest = await FeatureClassifier.load(bytes);
   * console.log(guest.predictFeatures(appleRow).label); // apple
   * guest.dispose();
   * ```
   */
  dispose(): void {
    this.#endReading?.();
    this.#core?.free();
    this.#core = undefined;
    this.#classes = undefined;
    this.#examples = undefined;
    this.#negatives = undefined;
    this.#unlabelled = undefined;
    this.#listeners.clear();
  }

  /** @internal The core, or the error `disposed`. */
  protected get core(): CoreClassifier {
    if (!this.#core)
      throw new HandfulError("disposed", "This classifier has been disposed of; create a new one.");
    return this.#core;
  }

  /**
   * @internal Throws as {@link addClass} would for a label that can be none, before work is spent on it.
   */
  protected async checkLabel(label: string): Promise<void> {
    check("label", label, TEXT);
    const Core = await loadCore();
    guarded(() => Core.checkLabel(label));
  }

  /** @internal Whether there is a class with this label. */
  protected hasClass(label: string): boolean {
    return this.core.labelOf(label) !== undefined;
  }

  /** @internal Runs one change and tells the listeners; when it throws, nothing has changed. */
  protected change<T>(act: (core: CoreClassifier) => T): T {
    const core = this.core;
    const result = guarded(() => act(core));
    if (result === false) return result;
    this.#classes = undefined;
    this.#examples = undefined;
    this.#negatives = undefined;
    this.#unlabelled = undefined;
    this.#learning.changed(core);
    this.#listeners.tell();
    return result;
  }
}
