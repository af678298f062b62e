/** Live answers: what the camera shows, again and again, for as long as that is wanted. */
import { type EncodeResult, type Encoder, watch } from "handful";
import { follow, getState, set } from "../state/live";
import type { AppState, Outcome } from "../state/state";
import { classify, type Encoded, ready } from "./answering";
import { currentSource } from "./camera";
import { codeOf } from "./codes";
import { setOpened } from "./session";
import { currentSet, onSetChange } from "./set";

let last: Encoded | null = null;

/** Looks whenever live answers are wanted of a camera that is on and a set that is open; a recording looks itself. */
export function keepLooking(): void {
  let stop = new AbortController();
  const wanted = ({ live, camera, set, recording }: AppState) => {
    const ready = live !== null && camera.kind === "on" && set.kind === "open";
    return ready && recording === null ? currentSource() : null;
  };
  follow(wanted, (source) => {
    stop.abort();
    stop = new AbortController();
    if (source) void look(source, stop.signal);
  });
  follow(
    ({ live }) => live === null,
    () => {
      // What is shown next is another picture.
      last = null;
    },
  );
  onSetChange(() => {
    if (!last?.encoder.fits(currentSet())) last = null;
    if (getState().live && last) show(classify(last));
  });
}

async function look(source: HTMLVideoElement, signal: AbortSignal): Promise<void> {
  const encoder = await setOpened();
  await ready(signal);
  for await (const frame of watch(source, encoder, { signal })) {
    if (signal.aborted) return;
    see(frame, encoder);
  }
}

/** Answers a frame of the camera. */
export function see({ features, timings, error }: EncodeResult, encoder: Encoder): void {
  if (!error) last = { encoder, features, timings };
  show(error ? { kind: "failed", code: codeOf(error) } : classify({ encoder, features, timings }));
}

function show(outcome: Outcome): void {
  set({ live: outcome });
}
