import type {
  Answer,
  ClassSummary,
  ExampleSummary,
  HeadName,
  Neighbour,
  Opinion,
  Quality,
  Streams,
} from "./types.js";

/**
 * The classifier as the core module exports it. Private: {@link FeatureClassifier} is the API.
 * @internal
 */
export interface CoreClassifier {
  streams(): Streams;
  encoder(): string | undefined;
  classes(): ClassSummary[];
  examples(): ExampleSummary[];
  addClass(label: string): void;
  renameClass(label: string, to: string): void;
  removeClass(label: string): void;
  mergeClasses(from: string, into: string): void;
  setEnabled(label: string, enabled: boolean): void;
  setText(label: string, row: Float32Array | undefined): void;
  setMeaning(label: string, row: Float32Array): void;
  forgetMeanings(): void;
  addExample(label: string, features: Float32Array): number;
  removeExample(id: number): void;
  moveExample(id: number, label: string): void;
  addNegative(features: Float32Array): number;
  removeNegative(id: number): void;
  negatives(): Uint32Array;
  addUnlabelled(features: Float32Array): number;
  removeUnlabelled(id: number): void;
  labelUnlabelled(id: number, label: string): void;
  unlabelled(): Uint32Array;
  suggestUnlabelled(count: number): Uint32Array;
  learnUnlabelled(): boolean;
  observe(label: string, features: Float32Array): void;
  observed(): number;
  forget(label: string): boolean;
  mark(mark: number | undefined): void;
  undoMark(): number | undefined;
  redoMark(): number | undefined;
  canUndo(): boolean;
  canRedo(): boolean;
  undo(): boolean;
  redo(): boolean;
  head(): HeadName;
  headFields(): string;
  setHead(name: HeadName, fields: string): void;
  strictness(): number;
  setStrictness(share: number): void;
  prepare(): boolean;
  predict(row: Float32Array): Found;
  askTogether(rows: Float32Array): CoreTogether;
  askAssigned(rows: Float32Array, counts: Uint32Array | undefined): CoreTogether;
  explain(row: Float32Array): Opinion[];
  nearest(row: Float32Array, count: number): Neighbour[];
  featuresOf(id: number): Float32Array;
  labelOf(text: string): string | undefined;
  duplicateOf(label: string, row: Float32Array): number | undefined;
  suggest(rows: Float32Array, count: number): Uint32Array;
  merge(bytes: Uint8Array): Uint32Array;
  quality(): Quality;
  exportWeights(): Uint8Array<ArrayBuffer>;
  exportOnnx(): Uint8Array<ArrayBuffer>;
  save(): Uint8Array<ArrayBuffer>;
  free(): void;
}

/**
 * What the core says of a feature row.
 * @internal
 */
export type Found = Pick<Answer, "head" | "scores" | "candidates" | "foreign" | "pValue" | "unscored">;

/**
 * Feature rows that are asked about together.
 * @internal
 */
export interface CoreTogether {
  step(): boolean;
  answers(): Found[];
  free(): void;
}

/** @internal */
export interface CoreConstructor {
  new (streams: Streams, encoder?: string): CoreClassifier;
  checkLabel(label: string): void;
  load(bytes: Uint8Array): CoreClassifier;
}
