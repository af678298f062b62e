import { useMemo, useRef } from "preact/hooks";
import { movePhotos, thumbnailOf } from "../actions/examples";
import { scoredRows, weakestOf } from "../state/score";
import type { AppState, ClassItem, Example, Quality as Judged, Suspect } from "../state/state";
import { suspects, taught } from "../state/updates";
import { text } from "../text";
import { Button } from "./Button";
import { Cells, type Counted } from "./Cells";
import { ClassBars } from "./ClassBars";
import { Folded } from "./Folded";
import { MapFold } from "./MapFold";
import { Picture } from "./Picture";
import { Test } from "./Test";

/** What to expect of the set, how it does with each class, which photos look misplaced; and a test with photos of its own. */
export function Quality({ state }: { state: AppState }) {
  const classes = taught(state);
  const { quality, set } = state;
  const single = classes.filter(({ count }) => count === 1);
  const alone = single.length === classes.length;
  // It comes whole, below an answer that has come whole: what is there does not move.
  if (classes.length < 2 || set.kind !== "open" || !(quality || alone)) return null;
  return (
    <section id="quality" class="panel quality" aria-labelledby="quality-title" tabIndex={-1}>
      <h2 id="quality-title">{text.quality.title}</h2>
      {quality ? (
        <Expected quality={quality} single={single} state={state} />
      ) : (
        <p class="aside">{text.quality.second}</p>
      )}
      <MapFold state={state} />
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
  const { labels, accuracy } = quality;
  const weakest = weakestOf(quality);
  const rows = scoredRows(quality);
  const found = useMemo(() => suspects(state), [quality, state.examples, state.classes]);
  const cells = useMemo(() => cellsOf(quality, state.examples), [quality, state.examples]);
  // Where its name is understood, a class is judged by its only photo too.
  const unjudged = single.filter(
    (item) => !rows.some(({ label, count }) => label === item.label && count > 0),
  );
  return (
    <>
      {accuracy && <p>{text.quality.expected(accuracy)}</p>}
      {weakest && <p>{text.quality.weakest(weakest)}</p>}
      {unjudged.length > 0 && <p>{text.quality.single(unjudged.map(({ label }) => label))}</p>}
      <ClassBars name={text.quality.byClass} rows={rows} columns={labels} classes={state.classes} />
      <Suspects found={found} />
      <Cells
        title={text.confusion.title}
        hint={text.confusion.hint}
        rows={labels}
        columns={labels}
        cells={cells}
      />
    </>
  );
}

/** The photos of each number. Of a class that could not be judged there are none. */
function cellsOf({ labels, confusion, mistakes }: Judged, examples: readonly Example[]): Counted[][][] {
  const wrong = new Map(mistakes.map(({ id, takenFor }) => [id, takenFor]));
  const placeOf = new Map(labels.map((label, place) => [label, place]));
  const cells = confusion.map((row) => row.map((): Counted[] => []));
  for (const { id, label } of examples) {
    const [row = -1, column = -1] = [label, wrong.get(id) ?? label].map((name) => placeOf.get(name));
    if (confusion[row]?.[column]) cells[row]?.[column]?.push({ id, picture: () => thumbnailOf(id) });
  }
  return cells;
}

function Suspects({ found }: { found: readonly Suspect[] }) {
  const summary = useRef<HTMLElement>(null);
  if (found.length === 0) return null;
  return (
    <Folded words={text.quality.suspects(found.length)} summary={summary}>
      {() => (
        <ul class="suspects">
          {found.map((suspect) => (
            <li key={suspect.id} class="line suspect">
              <Picture url={thumbnailOf(suspect.id)} />
              <Picture url={thumbnailOf(suspect.nearest)} />
              <span class="suspect-words">{text.quality.suspect(suspect)}</span>
              <Button
                onClick={() => {
                  // This line goes away, and after the last one the whole list.
                  const next = found.length > 1 ? summary.current : summary.current?.closest("section");
                  next?.focus();
                  movePhotos([suspect.id], suspect.looksLike);
                }}
              >
                {text.quality.move(suspect.looksLike)}
              </Button>
            </li>
          ))}
        </ul>
      )}
    </Folded>
  );
}
