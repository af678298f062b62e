import type { ComponentChildren } from "preact";
import { useEffect, useRef } from "preact/hooks";
import { guideWithCamera, loadSamples } from "../actions/samples";
import { drawingsOf, paint, SAMPLES, type SampleName } from "../samples";
import type { Draw } from "../samples/brush";
import { text } from "../text";
import { Camera } from "./icons";

/** Sets to try the page with: one press teaches a whole one. */
export function Samples() {
  return (
    <section class="samples" aria-labelledby="samples-title">
      <h3 id="samples-title">{text.samples.title}</h3>
      <ul class="sample-list">
        {(Object.keys(SAMPLES) as SampleName[]).map((name) => (
          <Sample key={name} {...text.samples[name]} onPress={() => void loadSamples(name)}>
            {drawingsOf(name).map(([kind, draw]) => (
              <Picture key={kind} draw={draw} />
            ))}
          </Sample>
        ))}
        <Sample {...text.samples.camera} onPress={guideWithCamera}>
          <span class="sample-picture sample-camera">
            <Camera />
          </span>
        </Sample>
      </ul>
    </section>
  );
}

interface SampleProps {
  title: string;
  note: string;
  children: ComponentChildren;
  onPress: () => void;
}

function Sample({ title, note, children, onPress }: SampleProps) {
  return (
    <li>
      <button
        type="button"
        class="sample"
        onClick={(event) => {
          // This button goes away; the classes come in its place.
          event.currentTarget.closest<HTMLElement>(".teach")?.focus();
          onPress();
        }}
      >
        <span class="sample-pictures" aria-hidden="true">
          {children}
        </span>
        <span class="sample-title">{title}</span>
        <span class="aside">{note}</span>
      </button>
    </li>
  );
}

function Picture({ draw }: { draw: Draw }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) paint(canvas.current, draw, 0);
  }, []);
  return <canvas class="sample-picture" width="144" height="144" ref={canvas} />;
}
