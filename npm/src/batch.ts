import { check, checkOptions, IMAGES, type Kinds } from "./check.js";
import { toHandfulError } from "./errors.js";
import type { BatchItem, ImageOptions, ImageSource } from "./types.js";

/** Does `act` with each image in turn; an image that fails is one item of the result, an abort ends it all. */
export async function* batch<Value extends object, Options extends ImageOptions>(
  images: Iterable<ImageSource>,
  options: Options,
  kinds: Kinds<Options>,
  act: (image: ImageSource, options: Options) => Promise<Value>,
): AsyncGenerator<BatchItem<Value>, void> {
  check("images", images, IMAGES);
  checkOptions("options", options, kinds);
  const { signal, onProgress } = options;
  const total = countOf(images);
  let index = 0;
  onProgress?.({ stage: "encode", done: 0, total });
  for (const image of images) {
    signal?.throwIfAborted();
    const item = await itemOf(index, () => act(image, { ...options, onProgress: undefined }), signal);
    index += 1;
    onProgress?.({ stage: "encode", done: index, total });
    yield item;
  }
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
