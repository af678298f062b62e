/** The map of the photos: laid out beside the page, and only while somebody looks. A photo that goes to another class stays where it lies. */
import { deferred } from "../lately";
import type { Matrix } from "../layout/components";
import type { Layout } from "../layout/layout";
import { getState, set, subscribe } from "../state/live";
import { photosOf, same, unlabelled } from "../state/updates";
import { featuresOf } from "./answering";
import { pause } from "./pause";
import { currentSet } from "./set";

/** Milliseconds without another photo. */
const REST = 250;
/** Milliseconds for which features are gathered at once, about. */
const SLICE = 8;

/** The photos of a map: of the set, and those that were asked about and not taught, by the ids of their readings. */
interface Mapped {
  ids: readonly number[];
  asked: readonly number[];
}

/** Lays the photos out, and again whenever photos have come or gone, until the function that it gives is called. */
export function followPhotos(): () => void {
  let mapped: Mapped = { ids: [], asked: [] };
  let stop = new AbortController();
  const look = () => {
    const state = getState();
    const seen = unlabelled(state).filter(({ id }) => featuresOf(id));
    const ids = same(
      mapped.ids,
      photosOf(state).toSorted((a, b) => a - b),
    );
    const asked = same(
      mapped.asked,
      seen.map(({ id }) => id),
    );
    if (ids === mapped.ids && asked === mapped.asked) return;
    mapped = { ids, asked };
    stop.abort();
    stop = new AbortController();
    if (ids.length > 0) void follow(mapped, stop.signal);
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

async function follow({ ids, asked }: Mapped, signal: AbortSignal): Promise<void> {
  set({ mapping: "working" });
  // The next photo makes another map.
  do await pause(REST);
  while (getState().teaching && !signal.aborted);
  try {
    const rows = await gather({ ids, asked }, signal);
    const { points, side } = await layOut(rows, signal);
    const placed = (id: number, i: number) => ({
      id,
      x: points[2 * i] as number,
      y: points[2 * i + 1] as number,
    });
    const map = { places: ids.map(placed), asked: asked.map((id, i) => placed(id, ids.length + i)), side };
    set({ map, mapping: "no" });
  } catch (error) {
    if (signal.aborted) return;
    console.warn("the photos could not be laid out", error);
    set({ mapping: "failed" });
  }
}

/** The features of photos in slices, each stream as much as it counts. */
async function gather({ ids, asked }: Mapped, signal: AbortSignal): Promise<Matrix> {
  signal.throwIfAborted();
  const classifier = currentSet();
  const scales = classifier.streams.flatMap(({ dim, weight = 1 }) =>
    Array<number>(dim).fill(Math.sqrt(weight)),
  );
  const width = scales.length;
  const rows = [
    ...ids.map((id) => () => classifier.featuresOf(id)),
    ...asked.map((id) => () => featuresOf(id) as Float32Array),
  ];
  const values = new Float32Array(rows.length * width);
  let end = performance.now() + SLICE;
  for (const [i, features] of rows.entries()) {
    if (performance.now() > end) {
      await pause();
      signal.throwIfAborted();
      end = performance.now() + SLICE;
    }
    const row = features();
    for (let k = 0; k < width; k += 1) values[i * width + k] = (row[k] as number) * (scales[k] as number);
  }
  return { values, width };
}

/** Hands the features over to a worker of its own. */
function layOut(rows: Matrix, signal: AbortSignal): Promise<Layout> {
  const { promise, resolve, reject } = deferred<Layout>();
  const worker = new Worker(new URL("./mapper.ts", import.meta.url), { type: "module" });
  worker.onmessage = ({ data }: MessageEvent<Layout>) => resolve(data);
  worker.onerror = reject;
  signal.addEventListener("abort", () => reject(signal.reason));
  worker.postMessage(rows, [rows.values.buffer]);
  return promise.finally(() => worker.terminate());
}
