import { useMemo, useState } from "preact/hooks";
import { saveTest } from "../actions/testing";
import { type Scored, scoreOf } from "../state/score";
import type { ClassItem, Tested, TestResult } from "../state/state";
import { text } from "../text";
import { Matrix } from "./Matrix";
import { toneOf } from "./tone";

interface Props {
  test: TestResult;
  askBelow: number;
  classes: readonly ClassItem[];
}

/** What a test set says: how many are right, which class does worst, and what was taken for what. */
export function TestFigures({ test, askBelow, classes }: Props) {
  const score = useMemo(() => scoreOf(test, askBelow), [test, askBelow]);
  const { accuracy, right, strangers, folders, failed } = score;
  return (
    <>
      {test.earlier && <p class="notice notice-calm">{text.test.earlier}</p>}
      {accuracy && (
        <>
          <p class="test-right">{text.test.right(right, accuracy)}</p>
          <p>{text.test.refused(score)}</p>
        </>
      )}
      {strangers > 0 && <p>{text.test.strangers(strangers, folders)}</p>}
      {failed > 0 && <p>{text.test.failed(failed)}</p>}
      {accuracy && <Bars score={score} classes={classes} />}
      {accuracy && <Cells key={test.source.date} score={score} />}
      <div class="answers-foot">
        <button type="button" class="button" onClick={() => saveTest("csv")}>
          {text.test.csv}
        </button>
        <button type="button" class="button" onClick={() => saveTest("json")}>
          {text.test.json}
        </button>
      </div>
    </>
  );
}

/** The names of the columns of a score. */
function columnsOf({ labels }: Scored): string[] {
  return [...labels, text.answer.none, text.answer.unsure];
}

function Bars({ score, classes }: { score: Scored; classes: readonly ClassItem[] }) {
  const columns = columnsOf(score);
  return (
    <ul class="bars" aria-label={text.test.byClass}>
      {score.rows
        .filter(({ count }) => count > 0)
        .map(({ label, right, count, worst }) => {
          const item = classes.find((candidate) => candidate.label === label);
          return (
            <li key={label ?? 0} class="bar" data-tone={item && toneOf(item, classes)}>
              <bdi class="bar-label">{label ?? text.test.stranger}</bdi>
              <span class="bar-share">{text.test.of(right, count)}</span>
              <span class="bar-track" aria-hidden="true">
                {right > 0 && <span class="bar-fill" style={{ width: `${(right / count) * 100}%` }} />}
              </span>
              {worst && (
                <span class="bar-note aside">
                  {text.test.worst(worst.count, columns[worst.column] ?? "")}
                </span>
              )}
            </li>
          );
        })}
    </ul>
  );
}

/** The matrix, and below it the photos of the number that was pressed. */
function Cells({ score }: { score: Scored }) {
  const [pressed, setPressed] = useState<readonly [number, number] | null>(null);
  const { labels, cells } = score;
  const columns = columnsOf(score);
  const rows = [...labels, text.test.stranger];
  const counts = cells.map((row) => row.map(({ length }) => length));
  const name = (r: number, c: number) => text.test.cell(counts[r]?.[c] ?? 0, rows[r] ?? "", columns[c] ?? "");
  const run = (r: number, c: number) => setPressed(pressed?.[0] === r && pressed[1] === c ? null : [r, c]);
  const photos = pressed && cells[pressed[0]]?.[pressed[1]];
  // There may be none left: it depends on how sure an answer has to be.
  const shown = pressed && photos?.length ? { name: name(...pressed), photos } : null;
  return (
    <details class="more">
      <summary>{text.test.matrix}</summary>
      <Matrix
        title={text.test.matrix}
        hint={text.test.matrixHint}
        rows={rows}
        columns={columns}
        counts={score.strangers > 0 ? counts : counts.slice(0, -1)}
        press={{ name, run }}
        pressed={pressed}
      />
      <p class="aside test-shown" role="status">
        {shown?.name}
      </p>
      {shown && <Photos {...shown} />}
    </details>
  );
}

function Photos({ name, photos }: { name: string; photos: readonly Tested[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <ul class="test-photos" tabIndex={0} aria-label={name}>
      {photos.map(({ id, path, thumbnail }) => (
        <li key={id}>
          {thumbnail && <img src={thumbnail} alt="" width="80" height="80" />}
          <bdi>{path}</bdi>
        </li>
      ))}
    </ul>
  );
}
