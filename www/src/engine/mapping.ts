/** The map of the photos: laid out beside the page, and only while somebody looks. A photo that goes to another class stays where it lies. */
import type { Matrix } from "../layout/components";
import type { Layout } from "../layout/layout";
import { getState, set, subscribe } from "../state/live";
import { photosOf } from "../state/updates";
import { pause } from "./pause";
import { currentSet } from "./set";

/** Milliseconds without another photo. */
const REST = 250;
/** Milliseconds for which features are gathered at once, about. */
const SLICE = 8;

/** Lays the photos out, and again whenever photos have come or gone, until the function that it gives is called. */
export function followPhotos(): () => void {
  let ids: readonly number[] = [];
  let stop = new AbortController();
  const look = () => {
    const now = photosOf(getState()).toSorted((a, b) => a - b);
    if (now.length === ids.length && now.every((id, at) => id === ids[at])) return;
    ids = now;
    stop.abort();
    stop = new AbortController();
    if (ids.length > 0) void follow(ids, stop.signal);
    else set({ map: null, mapping: "no" });
  };
  const end = subscribe(look);
  look();
  return () => {
    end();
    stop.abort();
    set({ map: null, mapping: "no" });
  };
}

async function follow(ids: readonly number[], signal: AbortSignal): Promise<void> {
  set({ mapping: "working" });
  // The next photo makes another map.
  do await pause(REST);
  while (getState().teaching.kind === "working" && !signal.aborted);
  try {
    const rows = await gather(ids, signal);
    const { points, side } = await layOut(rows, signal);
    const places = ids.map((id, i) => ({ id, x: points[2 * i] as number, y: points[2 * i + 1] as number }));
    set({ map: { places, side }, mapping: "no" });
  } catch (error) {
    if (signal.aborted) return;
    console.warn("the photos could not be laid out", error);
    set({ mapping: "failed" });
  }
}

/** The features of photos in slices, each stream as much as it counts. */
async function gather(ids: readonly number[], signal: AbortSignal): Promise<Matrix> {
  signal.throwIfAborted();
  const classifier = currentSet();
  const scales = classifier.streams.flatMap(({ dim, weight = 1 }) =>
    Array<number>(dim).fill(Math.sqrt(weight)),
  );
  const width = scales.length;
  const values = new Float32Array(ids.length * width);
  let end = performance.now() + SLICE;
  for (const [i, id] of ids.entries()) {
    if (performance.now() > end) {
      await pause();
      signal.throwIfAborted();
      end = performance.now() + SLICE;
    }
    const row = classifier.featuresOf(id);
    for (let k = 0; k < width; k += 1) values[i * width + k] = (row[k] as number) * (scales[k] as number);
  }
  return { values, width };
}

/** Hands the features over to a worker of its own. */
function layOut(rows: Matrix, signal: AbortSignal): Promise<Layout> {
  const { promise, resolve, reject } = Promise.withResolvers<Layout>();
  const worker = new Worker(new URL("./mapper.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Layout>) => resolve(data);
  worker.onerror = reject;
  signal.addEventListener("abort", () => reject(signal.reason));
  worker.postMessage(rows, [rows.values.buffer]);
  return promise.finally(() => worker.terminate());
}
