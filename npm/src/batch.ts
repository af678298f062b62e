import { isFile } from "./capture.js";
import { check, checkOptions, IMAGES, type Kinds } from "./check.js";
import { toHandfulError } from "./errors.js";
import type { BatchItem, EncodeOptions, Encoding, ImageOptions, ImageSource } from "./types.js";

/** How many images are in work at a time that are no files: each takes the memory of its pixels. */
const PICTURES = 2;

/** What looks at the images, and how many files it takes at a time. */
interface Looking {
  readonly atOnce: number;
  encode(image: ImageSource, options: EncodeOptions): Promise<Encoding>;
}

/**
 * Begins with each image before those before it are done, and ends them in their order. An image that fails is one item of the
 * result, an abort ends it all.
 */
export async function* batch<Value extends object, Options extends ImageOptions>(
  images: Iterable<ImageSource>,
  options: Options,
  kinds: Kinds<Options>,
  encoder: Looking,
  end: (encoding: Encoding) => Value,
): AsyncGenerator<BatchItem<Value>, void> {
  check("images", images, IMAGES);
  checkOptions("options", options, kinds);
  const { signal, onProgress } = options;
  const total = countOf(images);
  const inWork: Promise<Encoding>[] = [];
  let index = 0;
  let begun = 0;
  onProgress?.({ stage: "encode", done: 0, total });
  const next = async (): Promise<BatchItem<Value>> => {
    signal?.throwIfAborted();
    const encoding = inWork.shift() as Promise<Encoding>;
    const item = await itemOf(index, async () => end(await encoding), signal);
    index += 1;
    onProgress?.({ stage: "encode", done: index, total });
    return item;
  };
  for (const image of images) {
    signal?.throwIfAborted();
    begun += 1;
    // Where nobody knows how many will come, perhaps as many as have come. The only one is alone.
    const left = total > 0 ? Math.max(0, total - begun) : begun;
    const following = total === 1 ? undefined : left;
    const encoding = encoder.encode(image, { ...options, onProgress: undefined, following });
    // Its failure is told at its turn.
    encoding.catch(() => {});
    inWork.push(encoding);
    const most = isFile(image) ? encoder.atOnce : Math.min(PICTURES, encoder.atOnce);
    while (inWork.length >= most) yield await next();
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
