import { useEffect, useRef, useState } from "preact/hooks";
import type { Outcome } from "../state/state";
import type { Verdict } from "../state/updates";
import { text } from "../text";
import { Check } from "./Check";

/** Sure answers in a row after which something is seen: one may be of a picture that is just passing. */
const IN_A_ROW = 4;

interface Props {
  outcome: Outcome;
  found: Verdict | null;
}

/** What happens when the camera sees a class that it did not see before: it is counted, and said or heard by who wants that. */
export function Reactions({ outcome, found }: Props) {
  const [say, setSay] = useState(false);
  const [sound, setSound] = useState(false);
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
  const seen = useRef({ label: "", times: 0, told: "" });
  const label = found?.kind === "sure" ? found.best.label : "";
  useEffect(() => {
    const now = seen.current;
    now.times = label === now.label ? now.times + 1 : 1;
    now.label = label;
    if (now.times !== IN_A_ROW || label === now.told) return;
    now.told = label;
    if (label === "") return;
    if (say) speechSynthesis.speak(new SpeechSynthesisUtterance(label));
    if (sound) beep();
    setCounts((before) => new Map(before).set(label, (before.get(label) ?? 0) + 1));
  }, [outcome]);
  return (
    <details class="more">
      <summary>{text.reactions.title}</summary>
      <Check checked={say} onChange={setSay} words={text.reactions.say} />
      <Check checked={sound} onChange={setSound} words={text.reactions.sound} />
      <button
        type="button"
        class="button button-small"
        onClick={({ currentTarget }) =>
          void currentTarget.closest(".stage")?.querySelector(".stage-picture")?.requestFullscreen()
        }
      >
        {text.reactions.full}
      </button>
      <ul class="reactions" aria-label={text.reactions.counts}>
        {Array.from(counts, ([name, count]) => (
          <li key={name}>
            <bdi>{name}</bdi> × {count}
          </li>
        ))}
      </ul>
    </details>
  );
}

function beep(): void {
  const audio = new AudioContext();
  const tone = audio.createOscillator();
  tone.connect(audio.destination);
  tone.onended = () => void audio.close();
  tone.start();
  tone.stop(audio.currentTime + 0.15);
}
