/** Live answers: what the camera shows, again and again, for as long as that is wanted. */
import { type EncodeResult, type Encoder, watch } from "handful";
import { getState, set, subscribe } from "../state/live";
import type { Outcome } from "../state/state";
import { classify, type Encoded, ready } from "./answering";
import { currentSource } from "./camera";
import { codeOf } from "./codes";
import { setOpened } from "./session";
import { currentSet, onSetChange } from "./set";

let last: Encoded | null = null;

/** Looks whenever live answers are wanted of a camera that is on and a set that is open; a recording looks itself. */
export function keepLooking(): void {
  let watched: HTMLVideoElement | null = null;
  let stop = new AbortController();
  subscribe(() => {
    const { live, camera, set, recording } = getState();
    if (live.kind === "off") last = null;
    const ready = live.kind === "on" && camera.kind === "on" && set.kind === "open";
    const wanted = ready && recording === null ? currentSource() : null;
    if (wanted === watched) return;
    watched = wanted;
    stop.abort();
    if (!wanted) return;
    stop = new AbortController();
    void look(wanted, stop.signal);
  });
  onSetChange(() => {
    if (!last?.encoder.fits(currentSet())) last = null;
    if (getState().live.kind === "on" && last) show(classify(last));
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
  set({ live: { kind: "on", outcome } });
}
