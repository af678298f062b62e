/** Live answers: one picture of the camera after another, the next when the last is answered. */
import { getState, set } from "../state/live";
import { classify, type Encoded } from "./answering";
import { currentVideo } from "./camera";
import { codeOf } from "./codes";
import { setOpened } from "./session";
import { currentSet, onSetChange } from "./set";

/** Milliseconds between two pictures at least, so that a fast machine is not kept busy for nothing. */
const PAUSE = 100;

let round = 0;
let last: Encoded | null = null;

/** Starts to look; stops when the state says that nobody wants live answers any more. */
export async function look(): Promise<void> {
  round += 1;
  const mine = round;
  last = null;
  const wanted = () => mine === round && getState().live.kind === "on";
  while (wanted()) {
    const encoder = await setOpened();
    const video = document.hidden ? null : currentVideo();
    try {
      if (video) last = { encoder, ...(await encoder.encode(video, { detail: "live" })) };
      if (wanted() && last) set({ live: { kind: "on", outcome: classify(last) } });
    } catch (error) {
      if (wanted()) set({ live: { kind: "on", outcome: { kind: "failed", code: codeOf(error) } } });
    }
    await new Promise((resolve) => setTimeout(resolve, PAUSE));
  }
}

onSetChange(() => {
  if (!last?.encoder.fits(currentSet())) last = null;
  if (getState().live.kind === "on" && last) set({ live: { kind: "on", outcome: classify(last) } });
});
