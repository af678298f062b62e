import { useMemo } from "preact/hooks";
import { saveTest } from "../actions/testing";
import { type Scored, scoreOf } from "../state/score";
import type { ClassItem, TestResult } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";
import { Cells, type Counted } from "./Cells";
import { ClassBars } from "./ClassBars";

interface Props {
  test: TestResult;
  askBelow: number;
  classes: readonly ClassItem[];
}

/** What a test set says: how many are right, which class does worst, and what was taken for what. */
export function TestFigures({ test, askBelow, classes }: Props) {
  const score = useMemo(() => scoreOf(test, askBelow), [test, askBelow]);
  const cells = useMemo(() => cellsOf(score), [score]);
  // Their words are those of the language.
  const rows = useMemo(() => [...score.labels, text.test.stranger], [score, text]);
  const columns = useMemo(() => [...score.labels, text.answer.none, text.answer.unsure], [score, text]);
  const { accuracy, right, strangers, folders, failed } = score;
  return (
    <>
      {test.earlier && <p class="line notice notice-calm">{text.test.earlier}</p>}
      {accuracy && (
        <>
          <p class="test-right">{text.test.right(right, accuracy)}</p>
          <p>{text.test.refused(score)}</p>
        </>
      )}
      {strangers > 0 && <p>{text.test.strangers(strangers, folders)}</p>}
      {failed > 0 && <p>{text.test.failed(failed)}</p>}
      {accuracy && (
        <ClassBars name={text.test.byClass} rows={score.rows} columns={columns} classes={classes} />
      )}
      {accuracy && (
        <Cells
          key={test.source.date}
          title={text.test.matrix}
          hint={text.test.matrixHint}
          rows={rows}
          columns={columns}
          cells={cells}
        />
      )}
      <div class="answers-foot">
        <Button onClick={() => saveTest("csv")}>{text.test.csv}</Button>
        <Button onClick={() => saveTest("json")}>{text.test.json}</Button>
      </div>
    </>
  );
}

function cellsOf({ cells, strangers }: Scored): readonly (readonly Counted[])[][] {
  const named = cells.map((row) =>
    row.map((photos) =>
      photos.map(({ id, path, thumbnail }) => ({ id, picture: () => thumbnail, name: path })),
    ),
  );
  return strangers > 0 ? named : named.slice(0, -1);
}
