import { check, checkOptions, IMAGES, type Kinds } from "./check.js";
import { toHandfulError } from "./errors.js";
import type { BatchItem, ImageOptions, ImageSource } from "./types.js";

/** How many images are in work at a time: while one is computed, the next one is decoded. */
const IN_WORK = 2;

/**
 * Begins with each image before the one before it is done, and ends them in their order. An image that fails is one item of the
 * result, an abort ends it all.
 */
export async function* batch<Begun, Value extends object, Options extends ImageOptions>(
  images: Iterable<ImageSource>,
  options: Options,
  kinds: Kinds<Options>,
  begin: (image: ImageSource, options: Options) => Promise<Begun>,
  end: (begun: Begun) => Value,
): AsyncGenerator<BatchItem<Value>, void> {
  check("images", images, IMAGES);
  checkOptions("options", options, kinds);
  const { signal, onProgress } = options;
  const total = countOf(images);
  const inWork: Promise<Begun>[] = [];
  let index = 0;
  onProgress?.({ stage: "encode", done: 0, total });
  const next = async (): Promise<BatchItem<Value>> => {
    signal?.throwIfAborted();
    const begun = inWork.shift() as Promise<Begun>;
    const item = await itemOf(index, async () => end(await begun), signal);
    index += 1;
    onProgress?.({ stage: "encode", done: index, total });
    return item;
  };
  for (const image of images) {
    signal?.throwIfAborted();
    const begun = begin(image, { ...options, onProgress: undefined });
    // Its failure is told at its turn.
    begun.catch(() => {});
    inWork.push(begun);
    if (inWork.length === IN_WORK) yield await next();
  }
  while (inWork.length > 0) yield await next();
}

/** What `act` gives, or what went wrong with it, as an item of a result. An abort and `dispose()` end it all: they throw. */
export async function itemOf<Value extends object>(
  index: number,
  act: () => Promise<Value>,
  signal: AbortSignal | undefined,
): Promise<BatchItem<Value>> {
  try {
    return { ...(await act()), index };
  } catch (failure) {
    signal?.throwIfAborted();
    const error = toHandfulError(failure);
    if (error.code === "disposed") throw error;
    return { index, error } as BatchItem<Value>;
  }
}

/** Arrays, file lists and sets know their size; of a generator it is not known: 0. */
function countOf(images: Iterable<unknown>): number {
  const { length, size } = images as { length?: unknown; size?: unknown };
  if (typeof length === "number") return length;
  return typeof size === "number" ? size : 0;
}
