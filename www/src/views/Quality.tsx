import { useRef } from "preact/hooks";
import { moveExamples } from "../actions/examples";
import type { AppState, ClassItem, Quality as Judged, Suspect } from "../state/state";
import { suspects, taught } from "../state/updates";
import { text } from "../text";
import { Matrix } from "./Matrix";
import { Test } from "./Test";

/** What to expect of the set, what would help it most, and which photos look misplaced. */
export function Quality({ state }: { state: AppState }) {
  const classes = taught(state);
  if (classes.length < 2) return null;
  const { quality } = state;
  const single = classes.filter(({ count }) => count === 1);
  return (
    <section class="quality" aria-label={text.quality.title} tabIndex={-1}>
      {quality ? (
        <Expected quality={quality} single={single} state={state} />
      ) : (
        single.length === classes.length && <p class="aside">{text.quality.second}</p>
      )}
      <Test state={state} />
    </section>
  );
}

interface ExpectedProps {
  quality: Judged;
  /** Classes with a single photo. */
  single: readonly ClassItem[];
  state: AppState;
}

/** What the photos of the set say of it. */
function Expected({ quality, single, state }: ExpectedProps) {
  const { labels, counts } = quality.confusion;
  // Where its name is understood, a class is judged by its only photo too.
  const unjudged = single.filter(({ label }) => !judged(quality, label));
  return (
    <>
      <p>{text.quality.expected(quality.accuracy)}</p>
      {quality.weakest && <p>{text.quality.weakest(quality.weakest)}</p>}
      {unjudged.length > 0 && <p>{text.quality.single(unjudged.map(({ label }) => label))}</p>}
      <details class="more">
        <summary>{text.confusion.title}</summary>
        <Matrix
          title={text.confusion.title}
          hint={text.confusion.hint}
          rows={labels}
          columns={labels}
          counts={counts}
        />
      </details>
      <Suspects found={suspects(state)} thumbnails={state.thumbnails} />
    </>
  );
}

function judged({ confusion: { labels, counts } }: Judged, label: string): boolean {
  return counts[labels.indexOf(label)]?.some((count) => count > 0) ?? false;
}

interface SuspectsProps {
  found: readonly Suspect[];
  thumbnails: AppState["thumbnails"];
}

function Suspects({ found, thumbnails }: SuspectsProps) {
  const summary = useRef<HTMLElement>(null);
  if (found.length === 0) return null;
  return (
    <details class="more">
      <summary ref={summary}>{text.quality.suspects(found.length)}</summary>
      <ul class="suspects">
        {found.map((suspect) => (
          <li key={suspect.id} class="suspect">
            {thumbnails[suspect.id] && (
              <img class="suspect-photo" src={thumbnails[suspect.id]} alt="" width="48" height="48" />
            )}
            <span class="suspect-words">{text.quality.suspect(suspect)}</span>
            <button
              type="button"
              class="button"
              onClick={() => {
                // This line goes away, and after the last one the whole list.
                const next = found.length > 1 ? summary.current : summary.current?.closest("section");
                next?.focus();
                moveExamples([suspect.id], suspect.looksLike);
              }}
            >
              {text.quality.move(suspect.looksLike)}
            </button>
          </li>
        ))}
      </ul>
    </details>
  );
}
