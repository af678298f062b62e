/** Teach a set to try the page with: drawings that come with it, or what the camera sees. */
import { ask } from "../engine/answering";
import { startCamera } from "../engine/camera";
import { pause } from "../engine/pause";
import { setOpened } from "../engine/session";
import { stepOn } from "../engine/set";
import { type Learnt, teach } from "../engine/teaching";
import { drawingsOf, type SampleName, sampleFiles } from "../samples";
import { getState, set } from "../state/live";
import { text } from "../text";
import type { CameraKind } from "../text/samples";
import { openCamera, record, stopRecording } from "./camera";
import { photosOf } from "./examples";
import { attempt, showToast } from "./toast";

const TAUGHT = 6;
/** Seconds to get ready for the camera, and in which it takes photos. */
const [READY, TAKING] = [3, 2];

export async function loadSamples(name: SampleName): Promise<void> {
  await setOpened();
  const words = () => text.did.samples(text.samples[name].title);
  const action = { words };
  const labels: Record<string, string> = text.samples[name].classes;
  const teaching: Promise<Learnt[]>[] = [];
  const asked: File[] = [];
  for (const [kind, draw] of drawingsOf(name)) {
    const label = labels[kind] ?? kind;
    if (attempt(() => stepOn(action, (set) => set.addClass(label)))) return;
    teaching.push(teach(photosOf(await sampleFiles(label, draw, 0, TAUGHT)), label, action));
    asked.push(...(await sampleFiles(label, draw, TAUGHT, TAUGHT + 1)));
  }
  const learnt = await Promise.all(teaching);
  if (learnt.flat().length === 0) return;
  showToast(words(), "step");
  await ask(asked);
}

/** Teaches two classes with the camera: says what to show, waits until somebody is ready, and takes photos. */
export async function guideWithCamera(): Promise<void> {
  openCamera();
  await setOpened();
  const { title, classes, prompts, done } = text.samples.camera;
  const action = { words: () => text.did.samples(title) };
  const kinds = Object.keys(classes) as CameraKind[];
  const failed = attempt(() =>
    stepOn(action, (now) => {
      for (const kind of kinds) now.addClass(classes[kind]);
    }),
  );
  if (failed) return;
  await startCamera();
  if (getState().camera.kind !== "on") return;
  for (const kind of kinds) if (!(await show(prompts[kind], classes[kind]))) return;
  showToast(done, "step");
}

/** Takes photos of what somebody is asked to show. False where the camera was closed or the class went meanwhile. */
async function show(prompt: string, label: string): Promise<boolean> {
  const key = () => getState().classes.find((item) => item.label === label)?.key;
  for (let seconds = READY; seconds > 0; seconds -= 1) {
    set({ guide: { prompt, seconds } });
    await pause(1000);
    if (!getState().guide) return false;
  }
  const ready = key();
  if (ready !== undefined) {
    set({ guide: { prompt, seconds: 0 } });
    setTimeout(stopRecording, TAKING * 1000);
    await record(ready);
  }
  const goesOn = getState().guide !== null && key() !== undefined;
  set({ guide: null });
  return goesOn;
}
