import { abortable } from "./abort.js";
import { itemOf } from "./batch.js";
import { check, checkOptions, ENCODE_OPTIONS, isStream, type Kind, type Kinds, LIVE, RATE } from "./check.js";
import { Classifier } from "./classifier.js";
import { CheckedEncoder, type ImageEncoder, isImageEncoder } from "./image-encoder.js";
import type { BatchItem, EncodeOptions, EncodeResult, PredictResult } from "./types.js";

/**
 * A picture that goes on: a video element, whatever it plays, or the stream of a camera, a canvas or a screen.
 *
 * @example
 * ```ts
 * import type { LiveSource } from "handful";
 *
 * const source: LiveSource = await navigator.mediaDevices.getDisplayMedia();
 * for await (const { answer } of watch(source, classifier)) heading.textContent = answer?.label ?? "";
 * ```
 */
export type LiveSource = HTMLVideoElement | MediaStream;

/**
 * Options of {@link watch}.
 *
 * @example
 * ```ts
 * import type { WatchOptions } from "handful";
 *
 * const options: WatchOptions = { fps: 2, signal };
 * for await (const { features } of watch(video, encoder, options)) if (features) rows.push(features);
 * ```
 */
export interface WatchOptions extends Pick<EncodeOptions, "signal" | "detail"> {
  /** How many frames a second are looked at, at most: above 0, up to 60. Default: 10. */
  readonly fps?: number | undefined;
  /** How closely each is looked at. Default: `live`; `photo` for frames that are to be taught. */
  readonly detail?: EncodeOptions["detail"];
}

/**
 * Options of {@link watch} with an encoder.
 *
 * @example
 * ```ts
 * import type { WatchFeaturesOptions } from "handful";
 *
 * const options: WatchFeaturesOptions = { detail: "photo", thumbnail: 224, signal };
 * for await (const { features, thumbnail } of watch(video, encoder, options)) {
 *   if (!features || classifier.duplicateOf(features, "apple") !== undefined) continue; // nothing new is to be seen
 *   const id = classifier.addFeatures(features, "apple");
 *   if (thumbnail) pictures.set(id, thumbnail);
 * }
 * ```
 */
export interface WatchFeaturesOptions extends WatchOptions, Pick<EncodeOptions, "thumbnail"> {}

const { signal, detail, thumbnail } = ENCODE_OPTIONS;
const OPTIONS: Kinds<WatchFeaturesOptions> = { fps: RATE, signal, detail, thumbnail };

const LOOKER: Kind = {
  wanted: "a Classifier or an encoder",
  holds: (value) => value instanceof Classifier || isImageEncoder(value),
};

/** Milliseconds after which it is seen that a video has a picture again, or has ended. */
const MOMENT = 100;

/** The `readyState` of a video that has a picture. */
const HAVE_CURRENT_DATA = 2;

/**
 * Answers for a live video, or with an {@link ImageEncoder} its features, for as long as it goes on. One frame is in work at a time:
 * the one that the video shows when your loop asks for the next answer. Those that pass while it is worked on, or while the
 * body of your loop runs, are dropped. It waits while the page is hidden, or the video is paused or has no picture yet.
 *
 * It ends, without an error, when `signal` is aborted, the track of the video has ended or its file is over, and with `break`.
 * The video and the stream stay yours, and as they are.
 *
 * A frame that fails gives an item with `error`, such as `not-enough-examples`, and does not stop the rest.
 *
 * @param by - What looks: a classifier gives answers, an encoder features.
 * @throws {@link HandfulError} with code `parameter`, `no-encoder`, or `disposed`.
 *
 * @example
 * ```ts
 * const camera = await navigator.mediaDevices.getUserMedia({ video: true });
 * for await (const { answer, error } of watch(camera, classifier, { fps: 5 })) {
 *   heading.textContent = answer ? answer.label : error.message;
 *   if (answer?.label === "apple") break; // the camera stays on
 * }
 * ```
 */
export function watch(
  video: LiveSource,
  by: Classifier,
  options?: WatchOptions,
): AsyncGenerator<PredictResult, void>;
export function watch(
  video: LiveSource,
  by: ImageEncoder,
  options?: WatchFeaturesOptions,
): AsyncGenerator<EncodeResult, void>;
export async function* watch(
  video: LiveSource,
  by: Classifier | ImageEncoder,
  options: WatchFeaturesOptions = {},
): AsyncGenerator<BatchItem<object>, void> {
  check("by", by, LOOKER);
  checkOptions("options", options, OPTIONS);
  check("video", video, LIVE);
  const { fps = 10, detail = "live", thumbnail, signal } = options;
  const look = lookerOf(by);
  const shown = isStream(video) ? elementOf(video) : video;
  try {
    let index = 0;
    for (let due = 0; !signal?.aborted && !isOver(video); ) {
      const now = performance.now();
      if (now < due || !hasPicture(shown)) {
        // Browsers pause what is in a hidden page, and do not all go on by themselves.
        if (shown !== video && shown.paused) shown.play().catch(() => {});
        await abortable(pause(now < due ? Math.min(due - now, MOMENT) : MOMENT), signal);
        continue;
      }
      due = now + 1000 / fps;
      const item = await itemOf(index, () => look(shown, { detail, thumbnail, signal }), signal);
      if (item.error?.code === "no-encoder") throw item.error;
      yield item;
      index += 1;
    }
  } catch (error) {
    if (!signal?.aborted) throw error;
  } finally {
    if (shown !== video) shown.srcObject = null;
  }
}

/** What is done with each frame. */
function lookerOf(
  by: Classifier | ImageEncoder,
): (frame: HTMLVideoElement, options: EncodeOptions) => Promise<object> {
  if (by instanceof Classifier)
    return async (frame, options) => ({ answer: await by.predict(frame, options) });
  const encoder = new CheckedEncoder(by);
  return (frame, options) => encoder.encode(frame, options);
}

/** An element that shows a stream to nobody; it is not played yet. */
function elementOf(stream: MediaStream): HTMLVideoElement {
  const element = document.createElement("video");
  element.muted = true;
  element.playsInline = true;
  element.srcObject = stream;
  return element;
}

/** Whether there is a picture that somebody looks at. */
function hasPicture({ ownerDocument, paused, readyState, videoWidth }: HTMLVideoElement): boolean {
  return !ownerDocument.hidden && !paused && readyState >= HAVE_CURRENT_DATA && videoWidth > 0;
}

function isOver(video: LiveSource): boolean {
  if (!isStream(video) && video.ended) return true;
  const stream = isStream(video) ? video : video.srcObject;
  return isStream(stream) && stream.getVideoTracks().every(({ readyState }) => readyState === "ended");
}

function pause(milliseconds: number): Promise<void> {
  return new Promise((done) => setTimeout(done, milliseconds));
}
