"use client";
// Entry `handful/react`: a classifier for as long as a component is shown.
import type * as React from "react";
import { useEffect, useState, useSyncExternalStore } from "react";
import type { HandfulCamera } from "./camera/element.js";
import type { CameraProps } from "./camera/props.js";
import { check, checkOptions, type Kind, RATE, RECORD } from "./check.js";
import { Classifier, type ClassifierOptions } from "./classifier.js";
import { HandfulError, toHandfulError } from "./errors.js";
import { FeatureClassifier } from "./feature-classifier.js";
import type { StoredSet } from "./store/set.js";
import type { Answer, CallOptions, Progress } from "./types.js";
import { type LiveSource, type WatchOptions, watch } from "./watch.js";

export { HandfulError } from "./errors.js";

declare module "react" {
  namespace JSX {
    interface IntrinsicElements {
      "handful-camera": React.DetailedHTMLProps<React.HTMLAttributes<HandfulCamera>, HandfulCamera> &
        CameraProps;
    }
  }
}

/**
 * Opens a classifier, or a set of `handful/store` with its classifier. `signal` is aborted when the component goes.
 *
 * @example
 * ```tsx
 * import { Classifier } from "handful";
 * import type { OpenClassifier } from "handful/react";
 *
 * const open: OpenClassifier<Classifier> = (options) => store.openOrCreate("Fruit", Classifier, options);
 * const { set } = useClassifier(open);
 * ```
 */
export type OpenClassifier<Made extends FeatureClassifier> = (
  options: Required<CallOptions>,
) => Promise<Made | StoredSet<Made>>;

/**
 * Options of `Classifier.create` but for those that the component takes care of.
 *
 * @example
 * ```ts
 * import type { OwnOptions } from "handful/react";
 *
 * const options: OwnOptions = { encoder: preset("mobileclip-s1"), text: true };
 * const { classifier, progress } = useClassifier(options);
 * ```
 */
export type OwnOptions = Omit<ClassifierOptions, keyof CallOptions>;

/** What {@link useClassifier} gives. A new object after each change, of the set too. */
export interface UsedClassifier<Made extends FeatureClassifier = Classifier> {
  readonly status: "loading" | "ready" | "failed";
  /** There while the status is `ready`. */
  readonly classifier: Made | undefined;
  /** The set of `handful/store`, where one was opened. */
  readonly set: StoredSet<Made> | undefined;
  /** How far loading is, or later a download of the encoder's text side. */
  readonly progress: Progress | undefined;
  /**
   * Why it failed: a {@link HandfulError}, with code `set-in-use` where another tab has taken the set over, or what your function
   * threw.
   */
  readonly error: Error | undefined;
}

/** What {@link useWatch} gives: the newest answer, or why there is none. */
export interface Watched {
  readonly answer?: Answer | undefined;
  readonly error?: HandfulError | undefined;
}

const OPENING: Kind = {
  wanted: "options of Classifier.create, or a function that opens a classifier",
  holds: (value) => typeof value === "function" || RECORD.holds(value),
};

const OPENED: Kind = {
  wanted: "a classifier, or a set of `handful/store`",
  holds: (value) => {
    const { classifier = value } = (value ?? {}) as { classifier?: unknown };
    return classifier instanceof FeatureClassifier;
  },
};

/**
 * A classifier that lives as long as the component: opened when it is shown, disposed of when it goes, a set of `handful/store` once it is
 * saved. The component is drawn again after every change of the set, and while it loads. On a server it is `loading`.
 *
 * @param opening - Options of `Classifier.create`, or a function that opens what you want: a saved set, one of `handful/store`, a
 * `FeatureClassifier`. Looked at when the component is first shown; another `key` of the component opens another one.
 * @throws {@link HandfulError} with code `parameter`. Whatever opening throws is `error`.
 *
 * @example
 * ```tsx
 * function Fruit() {
 *   const { classifier, error } = useClassifier();
 *   if (!classifier) return <p>{error?.message ?? "Loading …"}</p>;
 *   const teach = (files: FileList | null) => classifier.addExamples(files ?? [], "apple");
 *   return (
 *     <label>
 *       {classifier.examples.length} apples
 *       <input type="file" multiple onChange={(event) => teach(event.target.files)} />
 *     </label>
 *   );
 * }
 * ```
 *
 * @example A set that the browser keeps
 * ```ts
 * const { classifier, set } = useClassifier((options) => store.openOrCreate("Fruit", Classifier, options));
 * ```
 */
export function useClassifier(opening?: OwnOptions): UsedClassifier;
export function useClassifier<Made extends FeatureClassifier>(
  opening: OpenClassifier<Made>,
): UsedClassifier<Made>;
export function useClassifier(
  opening: OwnOptions | OpenClassifier<FeatureClassifier> = {},
): UsedClassifier<FeatureClassifier> {
  check("opening", opening, OPENING);
  const [session] = useState(() => new Session(openWith(opening)));
  useEffect(() => session.begin(), [session]);
  return useSyncExternalStore(session.subscribe, session.read, session.read);
}

/**
 * Answers for a live video while the component is shown; see `watch`. The component is drawn again with each.
 *
 * @param video - A video element, a ref of one, or a stream; nothing is done where there is none yet.
 * @param classifier - From {@link useClassifier}; nothing is done where there is none yet.
 * @throws {@link HandfulError} with code `parameter` for wrong options. What `watch` throws is `error`.
 *
 * @example
 * ```tsx
 * function Live({ stream }: { stream: MediaStream }) {
 *   const { classifier } = useClassifier();
 *   const { answer } = useWatch(stream, classifier, { fps: 5 });
 *   return <output>{answer?.label}</output>;
 * }
 * ```
 */
export function useWatch(
  video: LiveSource | { readonly current: LiveSource | null } | null | undefined,
  classifier: Classifier | undefined,
  options: Pick<WatchOptions, "fps"> = {},
): Watched {
  checkOptions("options", options, { fps: RATE });
  const { fps } = options;
  const [source, setSource] = useState<LiveSource | null>();
  const [watched, setWatched] = useState<Watched>({});
  // After each drawing, since only then a ref has its element.
  useEffect(() => setSource(isRef(video) ? video.current : video));
  useEffect(() => {
    if (!source || !classifier) return undefined;
    const end = new AbortController();
    const go = async (): Promise<void> => {
      try {
        for await (const { answer, error } of watch(source, classifier, { fps, signal: end.signal }))
          if (!end.signal.aborted) setWatched({ answer, error });
      } catch (error) {
        if (!end.signal.aborted) setWatched({ error: toHandfulError(error) });
      }
    };
    void go();
    return () => {
      end.abort();
      setWatched({});
    };
  }, [source, classifier, fps]);
  return watched;
}

function isRef(
  video: LiveSource | { readonly current: LiveSource | null } | null | undefined,
): video is { readonly current: LiveSource | null } {
  return typeof video === "object" && video !== null && "current" in video;
}

function openWith(
  opening: OwnOptions | OpenClassifier<FeatureClassifier>,
): OpenClassifier<FeatureClassifier> {
  if (typeof opening === "function") return opening;
  return (options) => Classifier.create({ ...opening, ...options });
}

const LOADING: UsedClassifier<FeatureClassifier> = {
  status: "loading",
  classifier: undefined,
  set: undefined,
  progress: undefined,
  error: undefined,
};

/** What a component shows of its classifier. It may begin and end several times: in development React shows components twice. */
class Session {
  readonly #open: OpenClassifier<FeatureClassifier>;
  readonly #listeners = new Set<() => void>();
  #state = LOADING;

  constructor(open: OpenClassifier<FeatureClassifier>) {
    this.#open = open;
  }

  readonly read = (): UsedClassifier<FeatureClassifier> => this.#state;

  readonly subscribe = (listener: () => void): (() => void) => {
    this.#listeners.add(listener);
    return () => void this.#listeners.delete(listener);
  };

  /** @returns A function that ends it. */
  begin(): () => void {
    const end = new AbortController();
    const { signal } = end;
    void this.#run(signal);
    return () => {
      end.abort();
      this.#state = LOADING;
    };
  }

  async #run(signal: AbortSignal): Promise<void> {
    const show = (state: Partial<UsedClassifier<FeatureClassifier>>): void => {
      if (signal.aborted) return;
      this.#state = { ...LOADING, ...state };
      for (const listener of this.#listeners) listener();
    };
    try {
      const opened = await this.#open({
        signal,
        onProgress: (progress) => show({ ...this.#state, progress }),
      });
      check("what was opened", opened, OPENED);
      if (signal.aborted) return opened.dispose();
      signal.addEventListener("abort", () => void letGo(opened));
      const set = "classifier" in opened ? opened : undefined;
      const classifier = set?.classifier ?? (opened as FeatureClassifier);
      const ready = (): void => show({ status: "ready", classifier, set });
      classifier.subscribe(ready);
      set?.subscribe(() =>
        set.state.kind === "elsewhere" ? show({ status: "failed", error: taken() }) : ready(),
      );
      ready();
    } catch (error) {
      show({ status: "failed", error: error instanceof Error ? error : toHandfulError(error) });
    }
  }
}

/** A set of the store is saved first, so that nothing is lost that was changed a moment ago. */
async function letGo(opened: FeatureClassifier | StoredSet): Promise<void> {
  if ("classifier" in opened) await opened.saved();
  opened.dispose();
}

function taken(): HandfulError {
  return new HandfulError(
    "set-in-use",
    "Another tab has taken this set over; close it there to have it here.",
  );
}
