import { useEffect, useRef, useState } from "preact/hooks";
import { cameraSnippet } from "../actions/exports";
import type { Outcome } from "../state/state";
import type { Verdict } from "../state/updates";
import { text } from "../text";
import { Button } from "./Button";
import { Check } from "./Check";
import { Choice } from "./Choice";
import { Snippet } from "./Snippet";

/** Sure answers in a row after which something is seen: one may be of a picture that is just passing. */
const IN_A_ROW = 4;

interface Props {
  outcome: Outcome;
  found: Verdict | null;
  labels: readonly string[];
}

/** What happens when the camera sees a class that it did not see before: it is counted, and said or heard by who wants that of it. */
export function Reactions({ outcome, found, labels }: Props) {
  const [chosen, choose] = useState("");
  const [say, setSay] = useState(false);
  const [sound, setSound] = useState(false);
  const [counts, setCounts] = useState<ReadonlyMap<string, number>>(new Map());
  const seen = useRef({ label: "", times: 0, told: "" });
  const label = found?.kind === "sure" ? found.best.label : "";
  const only = labels.includes(chosen) ? chosen : "";
  useEffect(() => {
    const now = seen.current;
    now.times = label === now.label ? now.times + 1 : 1;
    now.label = label;
    if (now.times !== IN_A_ROW || label === now.told) return;
    now.told = label;
    if (label === "") return;
    setCounts((before) => new Map(before).set(label, (before.get(label) ?? 0) + 1));
    if (only && only !== label) return;
    if (say) speechSynthesis.speak(new SpeechSynthesisUtterance(label));
    if (sound) beep();
  }, [outcome]);
  return (
    <details class="more">
      <summary>{text.reactions.title}</summary>
      <Choice
        label={text.reactions.of}
        value={only}
        names={{ "": text.reactions.any, ...Object.fromEntries(labels.map((name) => [name, name])) }}
        choose={choose}
      />
      <Check checked={say} onChange={setSay} words={text.reactions.say} />
      <Check checked={sound} onChange={setSound} words={text.reactions.sound} />
      <Button
        class="button-small"
        onClick={({ currentTarget }) =>
          void currentTarget.closest(".stage")?.querySelector(".stage-picture")?.requestFullscreen()
        }
      >
        {text.reactions.full}
      </Button>
      <ul class="reactions" aria-label={text.reactions.counts}>
        {Array.from(counts, ([name, count]) => (
          <li key={name}>
            <bdi>{name}</bdi> × {count}
          </li>
        ))}
      </ul>
      <p class="aside">{text.reactions.code}</p>
      <Snippet name={text.reactions.code} program={cameraSnippet()} />
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
