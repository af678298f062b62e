/** Teach one of the sets that come with the page, and ask about drawings that it has not seen. */
import { ask } from "../engine/answering";
import { setOpened } from "../engine/session";
import { stepOn } from "../engine/set";
import { type Learnt, teach } from "../engine/teaching";
import { drawingsOf, type SampleName, sampleFiles } from "../samples";
import { text } from "../text";
import { photosOf } from "./examples";
import { attempt, showToast } from "./toast";

const TAUGHT = 6;

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
