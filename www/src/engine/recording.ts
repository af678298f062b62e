/** Photos of what the camera shows, one after another: each frame is answered and taught. */
import { watch } from "handful";
import { getState, set, subscribe } from "../state/live";
import { placeOf } from "../state/updates";
import { currentSource, startCamera } from "./camera";
import { codeOf } from "./codes";
import type { Action } from "./journal";
import { see } from "./looking";
import { tellLeftOut } from "./problems";
import { setOpened } from "./session";
import { type Learnt, learn } from "./teaching";
import { THUMBNAIL_SIDE } from "./thumbnails";

/** Frames after which a recording that somebody forgot ends by itself: half a minute of them. */
const MOST = 300;

/**
 * Takes photos for a class, or beside all of them, until another key is recorded or none, or the camera changes. A bad one ends it.
 * @param key - Of the class, or `NONE_KEY`.
 * @param name - What a photo is called.
 */
export async function record(key: number, name: string, action: Action): Promise<Learnt[]> {
  set({ recording: key });
  await startCamera();
  const encoder = await setOpened();
  const source = currentSource();
  const stop = new AbortController();
  const { signal } = stop;
  const follow = () => {
    if (getState().recording !== key || currentSource() !== source) stop.abort();
  };
  const end = subscribe(follow);
  follow();
  const learnt: Learnt[] = [];
  try {
    const options = { detail: "photo", thumbnail: THUMBNAIL_SIDE, signal } as const;
    for await (const frame of source ? watch(source, encoder, options) : []) {
      const place = placeOf(getState(), key);
      if (signal.aborted || place === undefined) break;
      see(frame, encoder);
      learnt.push(learn(frame, place, action));
      if (frame.index + 1 === MOST) break;
    }
  } catch (error) {
    tellLeftOut([name], codeOf(error));
  }
  end();
  if (getState().recording === key) set({ recording: null });
  return learnt;
}
