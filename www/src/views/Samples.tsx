import { useEffect, useRef } from "preact/hooks";
import { loadSamples } from "../actions/samples";
import { drawingsOf, paint, SAMPLES, type SampleName } from "../samples";
import type { Draw } from "../samples/brush";
import { text } from "../text";

/** Sets to try the page with: one press teaches a whole one. */
export function Samples() {
  return (
    <section class="samples" aria-labelledby="samples-title">
      <h3 id="samples-title">{text.samples.title}</h3>
      <ul class="sample-list">
        {(Object.keys(SAMPLES) as SampleName[]).map((name) => (
          <li key={name}>
            <button
              type="button"
              class="sample"
              onClick={(event) => {
                // This button goes away; the classes come in its place.
                event.currentTarget.closest<HTMLElement>(".teach")?.focus();
                void loadSamples(name);
              }}
            >
              <span class="sample-pictures" aria-hidden="true">
                {drawingsOf(name).map(([kind, draw]) => (
                  <Picture key={kind} draw={draw} />
                ))}
              </span>
              <span class="sample-title">{text.samples[name].title}</span>
              <span class="sample-note">{text.samples[name].note}</span>
            </button>
          </li>
        ))}
      </ul>
    </section>
  );
}

function Picture({ draw }: { draw: Draw }) {
  const canvas = useRef<HTMLCanvasElement>(null);
  useEffect(() => {
    if (canvas.current) paint(canvas.current, draw, 0);
  }, []);
  return <canvas class="sample-picture" width="144" height="144" ref={canvas} />;
}
