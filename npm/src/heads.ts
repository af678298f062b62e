import { check, FIELD, HEAD, oneOf } from "./check.js";
import { HEAD_NAMES, type HeadName } from "./types.js";

// What each field means is said at length in the Rust type of the head, in `src/heads`; names there are in snake case.

/**
 * What stands in for the text of a class that has examples but no text, where other classes have one.
 *
 * @example
 * ```ts
 * import type { MissingText } from "handful/core";
 *
 * const missingText: MissingText = "prototype";
 * classifier.head = { name: "zero_shot", missingText };
 * console.log(classifier.head); // { name: "zero_shot", missingText: "prototype" }
 * ```
 */
export type MissingText = "mean" | "prototype" | "exclude";

/**
 * Where directions are taken from: the origin, or the mean of all examples.
 *
 * @example
 * ```ts
 * import type { Center } from "handful/core";
 *
 * const center: Center = "support_mean";
 * classifier.head = { name: "prototype", center };
 * console.log(classifier.head); // { name: "prototype", center: "support_mean" }
 * ```
 */
export type Center = "none" | "support_mean";

/**
 * How likely each class is before a photo is seen: all alike, or by their examples, or by their examples and one more.
 *
 * @example
 * ```ts
 * import type { ClassPrior } from "handful/core";
 *
 * const prior: ClassPrior = "empirical";
 * classifier.head = { name: "naive_bayes", prior };
 * console.log(classifier.head); // { name: "naive_bayes", prior: "empirical" }
 * ```
 */
export type ClassPrior = "uniform" | "empirical" | "smoothed";

/**
 * What the strength of the bias for one photo is made from; `none` is 1 for every photo.
 *
 * @example
 * ```ts
 * import type { Uncertainty } from "handful/core";
 *
 * const uncertainty: Uncertainty = "entropy";
 * classifier.head = { name: "amu", uncertainty };
 * console.log(classifier.head); // { name: "amu", uncertainty: "entropy" }
 * ```
 */
export type Uncertainty =
  | "none"
  | "moment"
  | "entropy"
  | "energy"
  | "max"
  | "max_min"
  | "var"
  | "top5"
  | "moment_rel"
  | "logit_energy"
  | "max_logit"
  | "margin"
  | "moment_logit";

/**
 * Features that a bias is made from: all streams but `clip`, `clip`, or all.
 *
 * @example
 * ```ts
 * import type { Auxiliary } from "handful/core";
 *
 * const aux: Auxiliary = "clip";
 * classifier.head = { name: "amu", aux };
 * console.log(classifier.head); // { name: "amu", aux: "clip" }
 * ```
 */
export type Auxiliary = "other" | "clip" | "all";

/**
 * Logits of `uer`: by the angle between weights and features, or their product.
 *
 * @example
 * ```ts
 * import type { Factor } from "handful/core";
 *
 * const inference: Factor = "angle";
 * classifier.head = { name: "uer", inference };
 * console.log(classifier.head); // { name: "uer", inference: "angle" }
 * ```
 */
export type Factor = "angle" | "dot";

/**
 * Hyper-parameters of `zero_shot`.
 *
 * @example
 * ```ts
 * import type { ZeroShotFields } from "handful/core";
 *
 * const fields: ZeroShotFields = { logitScale: 50 };
 * classifier.head = { name: "zero_shot", ...fields };
 * console.log(classifier.head); // { name: "zero_shot", logitScale: 50 }
 * ```
 */
export interface ZeroShotFields {
  /** What the cosine with a text is multiplied by, 1e-6 to 1e6. Default: the `scale` of the stream `clip`. */
  readonly logitScale?: number | undefined;
  /** What stands in for the text of a class with examples. Default: `mean`. */
  readonly missingText?: MissingText | undefined;
}

/**
 * Hyper-parameters of `prototype`.
 *
 * @example
 * ```ts
 * import type { PrototypeFields } from "handful/core";
 *
 * const fields: PrototypeFields = { center: "support_mean" };
 * classifier.head = { name: "prototype", ...fields };
 * console.log(classifier.predictFeatures(appleRow).label); // apple
 * ```
 */
export interface PrototypeFields {
  /** What the cosine is multiplied by, 1e-6 to 1e6. Default: 100. */
  readonly logitScale?: number | undefined;
  /** Where directions are taken from. Default: `none`. */
  readonly center?: Center | undefined;
  /** Examples that the text of a class is worth, 0 to 1e6. Default: 0. */
  readonly textCount?: number | undefined;
}

/**
 * Hyper-parameters of `knn`.
 *
 * @example
 * ```ts
 * import type { KnnFields } from "handful/core";
 *
 * const fields: KnnFields = { k: 3 };
 * classifier.head = { name: "knn", ...fields };
 * console.log(classifier.predictFeatures(appleRow).label); // apple
 * ```
 */
export interface KnnFields {
  /** Neighbours that vote, a whole number from 1 to 1000. Default: 5. */
  readonly k?: number | undefined;
  /** How fast a vote fades with dissimilarity, 1e-6 to 1e6. Default: 0.07. */
  readonly tau?: number | undefined;
  /** Where similarities are taken from. Default: `none`. */
  readonly center?: Center | undefined;
}

/**
 * Hyper-parameters of `tip_adapter`.
 *
 * @example
 * ```ts
 * import type { TipAdapterFields } from "handful/core";
 *
 * const fields: TipAdapterFields = { alpha: 2, beta: 5.5 };
 * classifier.head = { name: "tip_adapter", ...fields };
 * console.log(classifier.head); // { name: "tip_adapter", alpha: 2, beta: 5.5 }
 * ```
 */
export interface TipAdapterFields {
  /** Weight of the likeness to the examples beside the text, 1e-6 to 1e6. Default: 1.17. */
  readonly alpha?: number | undefined;
  /** How fast that likeness fades, 1e-6 to 1e6. Default: 1. */
  readonly beta?: number | undefined;
  /** Whether the likenesses to the examples of a class are averaged; else they are summed. Default: true. */
  readonly perClassMean?: boolean | undefined;
}

/**
 * Hyper-parameters of `logistic`.
 *
 * @example
 * ```ts
 * import type { LogisticFields } from "handful/core";
 *
 * const fields: LogisticFields = { c: 10 };
 * classifier.head = { name: "logistic", ...fields };
 * console.log(classifier.predictFeatures(appleRow).label); // apple
 * ```
 */
export interface LogisticFields {
  /** Length of the features, 0.01 to 1000. Default: 10. */
  readonly scale?: number | undefined;
  /** Inverse of the penalty on the weights, 0.0001 to 10000. Default: 1. */
  readonly c?: number | undefined;
}

/**
 * Hyper-parameters of `naive_bayes`.
 *
 * @example
 * ```ts
 * import type { NaiveBayesFields } from "handful/core";
 *
 * const fields: NaiveBayesFields = { nu: 20, prior: "smoothed" };
 * classifier.head = { name: "naive_bayes", ...fields };
 * console.log(classifier.predictFeatures(appleRow).label); // apple
 * ```
 */
export interface NaiveBayesFields {
  /** Examples that a variance alike in all features is worth, 0 to 1e6. Default: 50. */
  readonly nu?: number | undefined;
  /** Share of that variance whatever the number of examples, 0 to 1. Default: from `nu`. */
  readonly eta?: number | undefined;
  /** Share of the mean variance that every feature has in addition, 1e-12 to 1. Default: 1e-6. */
  readonly floor?: number | undefined;
  /** What sums of squares are divided by: the examples, or the examples less the classes. Default: `examples`. */
  readonly dof?: "examples" | "classes" | undefined;
  /** How likely each class is beforehand. Default: `uniform`. */
  readonly prior?: ClassPrior | undefined;
  /** Examples that the common centre is worth beside those of a class, 0 to 1e6. Default: 1. */
  readonly centerCount?: number | undefined;
  /** Whether each feature is scaled to between 0 and 1 first. Default: false. */
  readonly minmax?: boolean | undefined;
  /** Examples that the text of a class is worth, 0 to 1e6. Default: 0. */
  readonly textCount?: number | undefined;
}

/**
 * Hyper-parameters of `naive_bayes_full`.
 *
 * @example
 * ```ts
 * import type { NaiveBayesFullFields } from "handful/core";
 *
 * const fields: NaiveBayesFullFields = { ridge: { fixed: 0.1 } };
 * classifier.head = { name: "naive_bayes_full", ...fields };
 * console.log(classifier.predictFeatures(appleRow).label); // apple
 * ```
 */
export interface NaiveBayesFullFields {
  /**
   * What keeps the covariance invertible: the rule of Kubokawa and Srivastava, that of Ledoit and Wolf, or a number of
   * 1e-6 to 1000. Default: `ks`.
   */
  readonly ridge?: "ks" | "ledoit_wolf" | { readonly fixed: number } | undefined;
  /** Whether what all classes have in common is taken out of the features first. Default: true. */
  readonly standardise?: boolean | undefined;
  /** How likely each class is beforehand. Default: `uniform`. */
  readonly prior?: ClassPrior | undefined;
  /** Examples that the common centre is worth beside those of a class, 0 to 1e6. Default: 1. */
  readonly centerCount?: number | undefined;
  /** Whether texts, where there are any, take part. Default: false. */
  readonly text?: boolean | undefined;
  /** Weight of the scores beside the text, 0 to 1000. Default: learned. */
  readonly alpha?: number | undefined;
}

/**
 * Hyper-parameters of `kernel_ridge`.
 *
 * @example
 * ```ts
 * import type { KernelRidgeFields } from "handful/core";
 *
 * const fields: KernelRidgeFields = { lambda: 1, balance: 0 };
 * classifier.head = { name: "kernel_ridge", ...fields };
 * console.log(classifier.predictFeatures(appleRow).label); // apple
 * ```
 */
export interface KernelRidgeFields {
  /** How fast likeness fades, 0 to 1e6. Default: by the number of examples. */
  readonly beta?: number | undefined;
  /** Ridge of the regression, 0.0001 to 1e6. Default: by the number of examples. */
  readonly lambda?: number | undefined;
  /** How much more an error counts in a class of few examples, 0 to 2. Default: 2. */
  readonly balance?: number | undefined;
  /** Weight of the examples beside the text, 1e-6 to 1e6. Default: learned. */
  readonly weight?: number | undefined;
  /** Whether what all classes have in common is taken out first where there is no text. Default: true. */
  readonly standardise?: boolean | undefined;
}

/**
 * Hyper-parameters of `amu`.
 *
 * @example
 * ```ts
 * import type { AmuFields } from "handful/core";
 *
 * const fields: AmuFields = { aux: "other", classBalance: true };
 * classifier.head = { name: "amu", ...fields };
 * console.log(classifier.head); // { name: "amu", aux: "other", classBalance: true }
 * ```
 */
export interface AmuFields {
  /** Strength of the bias, 0 to 1000. Default: learned. */
  readonly alpha?: number | undefined;
  /** Weight of the loss of text and bias together beside that of the bias alone, 0 to 1. Default: 0.35. */
  readonly lambda?: number | undefined;
  /** Weight of the ridge, 1e-6 to 1e6. Default: 1. */
  readonly mu?: number | undefined;
  /** What the strength of the bias for one photo is made from. Default: `moment_rel`. */
  readonly uncertainty?: Uncertainty | undefined;
  /** Exponent of that, 0 to 10. Default: 0.4. */
  readonly power?: number | undefined;
  /** Whether every class weighs the same, whatever its number of examples. Default: false. */
  readonly classBalance?: boolean | undefined;
  /** What stands in for the text of a class with examples. Default: `mean`. */
  readonly missingText?: MissingText | undefined;
  /** Features that the bias is made from. Default: `all`. */
  readonly aux?: Auxiliary | undefined;
}

/**
 * Hyper-parameters of `amu_published`.
 *
 * @example
 * ```ts
 * import type { AmuPublishedFields } from "handful/core";
 *
 * const fields: AmuPublishedFields = { epochs: 20, init: "class_mean" };
 * classifier.head = { name: "amu_published", ...fields };
 * console.log(classifier.head); // { name: "amu_published", epochs: 20, init: "class_mean" }
 * ```
 */
export interface AmuPublishedFields {
  /** Strength of the bias, 0 to 1000. Default: 0.5. */
  readonly alpha?: number | undefined;
  /** Weight of the loss of text and bias together beside that of the bias alone, 0 to 1. Default: 0.35. */
  readonly lambda?: number | undefined;
  /** What the strength of the bias for one photo is made from. Default: `none`. */
  readonly uncertainty?: Uncertainty | undefined;
  /** Exponent of that, 0 to 10. Default: 0.4. */
  readonly power?: number | undefined;
  /** The constant of the uncertainty `moment`, 1e-6 to 1e6. Default: 250. */
  readonly momentNorm?: number | undefined;
  /** Where the weights start: `official` are the sums of the classes by the mean number of examples. Default: `official`. */
  readonly init?: "random" | "official" | "class_mean" | "unit" | undefined;
  /** Whether the bias is standardised over the classes. Default: true. */
  readonly zscore?: boolean | undefined;
  /** Whether the weights are trained. Default: true. */
  readonly train?: boolean | undefined;
  /** First learning rate, 0 to 1. Default: 0.001. */
  readonly lr?: number | undefined;
  /** Decoupled weight decay, 0 to 1. Default: 0.01. */
  readonly weightDecay?: number | undefined;
  /** Passes over the examples, a whole number from 0 to 1000. Default: 50. */
  readonly epochs?: number | undefined;
  /** Examples a step, a whole number from 1 to 1e9. Default: 8. */
  readonly batch?: number | undefined;
  /** Seed of all random choices, a whole number from 0 on. Default: 1. */
  readonly seed?: number | undefined;
  /** What stands in for the text of a class with examples. Default: `mean`. */
  readonly missingText?: MissingText | undefined;
  /** Features that the bias is made from. Default: `other`. */
  readonly aux?: Auxiliary | undefined;
}

/**
 * Hyper-parameters of `uer`. Whole numbers go up to 4294967295 where no other end is named.
 *
 * @example
 * ```ts
 * import type { UerFields } from "handful/core";
 *
 * const fields: UerFields = { memory: 200, policy: "class_balanced" };
 * classifier.head = { name: "uer", ...fields };
 * classifier.observeFeatures(appleRow, "apple");
 * console.log(classifier.observed); // 9
 * ```
 */
export interface UerFields {
  /** Length of the features, 1e-6 to 1e6. Default: 32. */
  readonly featureScale?: number | undefined;
  /** Learning rate, 0 to 1e300. Default: 0.03. */
  readonly learningRate?: number | undefined;
  /** Steps a batch, a whole number from 1 to 1000. Default: 1. */
  readonly iterations?: number | undefined;
  /** New examples at once, a whole number from 1 to 1e9. Default: 10. */
  readonly batch?: number | undefined;
  /** Examples drawn from memory at most, a whole number from 0 on. Default: 10. */
  readonly replay?: number | undefined;
  /** Examples kept at most, a whole number from 0 on. Default: 1000. */
  readonly memory?: number | undefined;
  /** What cosines are multiplied by, 1e-6 to 1e6. Default: 1 / 0.09. */
  readonly gamma?: number | undefined;
  /** Logits of new examples. Default: `angle`. */
  readonly current?: Factor | undefined;
  /** Logits of replayed examples. Default: `dot`. */
  readonly replayed?: Factor | undefined;
  /** Logits of answers. Default: `dot`. */
  readonly inference?: Factor | undefined;
  /** Whether classes that were never seen stay out of answers. Default: true. */
  readonly maskUnseen?: boolean | undefined;
  /** Whether a class starts as the mean of its first batch; else at random. Default: true. */
  readonly imprint?: boolean | undefined;
  /** Which examples stay in memory: each alike, or as many of each class. Default: `reservoir`. */
  readonly policy?: "reservoir" | "class_balanced" | undefined;
  /** Seed of the order of the examples, a whole number from 0 on. Default: 0. */
  readonly seed?: number | undefined;
}

/**
 * A head without hyper-parameters.
 *
 * @example
 * ```ts
 * import type { NoFields } from "handful/core";
 *
 * const fields: NoFields = {};
 * classifier.head = { name: "auto", ...fields };
 * console.log(classifier.head); // auto
 * ```
 */
// biome-ignore lint/complexity/noBannedTypes: nothing but a name
export type NoFields = {};

/**
 * The hyper-parameters of each head. All may be left out.
 *
 * @example
 * ```ts
 * import type { HeadFields } from "handful/core";
 *
 * const fields: HeadFields["knn"] = { k: 3, tau: 0.1 };
 * classifier.head = { name: "knn", ...fields };
 * console.log(classifier.predictFeatures(appleRow).head); // knn
 * ```
 */
export interface HeadFields {
  readonly auto: NoFields;
  readonly zero_shot: ZeroShotFields;
  readonly prototype: PrototypeFields;
  readonly knn: KnnFields;
  readonly tip_adapter: TipAdapterFields;
  readonly logistic: LogisticFields;
  readonly naive_bayes: NaiveBayesFields;
  readonly naive_bayes_full: NaiveBayesFullFields;
  readonly kernel_ridge: KernelRidgeFields;
  readonly amu: AmuFields;
  readonly amu_published: AmuPublishedFields;
  readonly uer: UerFields;
  readonly fused: NoFields;
}

/**
 * A head with hyper-parameters of its own: `{ name: "knn", k: 3 }`.
 *
 * @example
 * ```ts
 * import type { HeadRecipe } from "handful/core";
 *
 * const recipes: HeadRecipe[] = [{ name: "knn", k: 3 }, { name: "logistic", c: 10 }];
 * for (const recipe of recipes) {
 *   classifier.head = recipe;
 *   console.log(recipe.name, classifier.evaluate().accuracy?.value);
 * }
 * ```
 */
export type HeadRecipe = { [Name in HeadName]: { readonly name: Name } & HeadFields[Name] }[HeadName];

/**
 * How answers are computed: the name of a head, or that and hyper-parameters.
 *
 * @example
 * ```ts
 * import type { Head } from "handful/core";
 *
 * const heads: Head[] = ["auto", { name: "knn", k: 3 }];
 * for (const head of heads) {
 *   classifier.head = head;
 *   console.log(classifier.predictFeatures(appleRow).label); // apple
 * }
 * ```
 */
export type Head = HeadName | HeadRecipe;

/**
 * @internal The name of a head and its hyper-parameters as JSON, as the core takes them. It knows their names and ranges; what JSON
 * cannot tell is refused here.
 */
export function headParts(head: unknown): [name: HeadName, fields: string] {
  check("head", head, HEAD);
  const { name, ...fields } = typeof head === "string" ? { name: head } : (head as HeadRecipe);
  check(typeof head === "string" ? "head" : "head.name", name, oneOf(HEAD_NAMES));
  for (const [field, value] of Object.entries(fields))
    if (value !== undefined) check(`head.${field}`, value, FIELD);
  return [name as HeadName, JSON.stringify(fields)];
}

/** @internal What {@link headParts} was made of, less what is as it is by default. */
export function headOf(name: HeadName, fields: string): Head {
  const changed = Object.entries<unknown>(JSON.parse(fields));
  if (changed.length === 0) return name;
  const camelCase = (field: string): string => field.replace(/_(\w)/g, (_, letter) => letter.toUpperCase());
  return {
    name,
    ...Object.fromEntries(changed.map(([field, value]) => [camelCase(field), value])),
  } as HeadRecipe;
}
