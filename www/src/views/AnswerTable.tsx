import { useState } from "preact/hooks";
import { saveTable, showReading } from "../actions/answer";
import type { AppState, Reading } from "../state/state";
import { type Column, type Row, rowsOf, sorted } from "../state/table";
import { text } from "../text";
import { Button } from "./Button";
import { PhotoName } from "./PhotoName";
import { Picture } from "./Picture";
import { useWindow } from "./windowed";

const COLUMNS: readonly Column[] = ["file", "answer", "probability", "set"];

/** So many cells are drawn, whether they are in view or not. */
const CELLS = 600;

interface Props {
  state: AppState;
  /** A photo is to be seen large. */
  onShow: () => void;
}

/** A row for each of several photos, with every class: press a photo to see it large, a heading to sort. */
export function AnswerTable({ state, onShow }: Props) {
  const [order, setOrder] = useState<{ column: Column; descending: boolean } | null>(null);
  /** The row of what has the focus, which is not lost when it leaves the view. */
  const [stop, setStop] = useState(0);
  const labels = state.classes.map(({ label }) => label);
  const rows = rowsOf(state.readings, state.askBelow);
  const shown = order ? sorted(rows, order.column, order.descending) : rows;
  const whole = shown.length * (COLUMNS.length + labels.length) <= CELLS;
  const { list, draw } = useWindow<HTMLDivElement>({ count: shown.length, stop, whole });
  const byId = new Map(state.readings.map((reading) => [reading.id, reading]));
  const sortBy = (column: Column) =>
    setOrder({ column, descending: order?.column === column && !order.descending });

  return (
    <div class="answers">
      <div
        class={whole ? "table-box" : "table-box table-long"}
        ref={list}
        onFocusIn={({ target }) => {
          const row = (target as Element).closest("tbody tr");
          if (row) setStop(Number(row.getAttribute("aria-rowindex")) - 2);
        }}
      >
        <table class="table" aria-label={text.answer.many(rows.length)} aria-rowcount={rows.length + 1}>
          <thead>
            <tr aria-rowindex={1}>
              {COLUMNS.map((column) => {
                const sort =
                  order?.column === column ? (order.descending ? "descending" : "ascending") : "none";
                return (
                  <th key={column} scope="col" aria-sort={sort}>
                    <button type="button" class="table-sort" onClick={() => sortBy(column)}>
                      {text.table[column]}
                      <span class="table-arrow" data-sort={sort} aria-hidden="true" />
                    </button>
                  </th>
                );
              })}
              {labels.map((label) => (
                <th key={label} scope="col">
                  <bdi>{label}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {draw(
              (place) => {
                const row = shown[place] as Row;
                const reading = byId.get(row.id) as Reading;
                const line = { row, reading, place, labels, isShown: row.id === state.shown, onShow };
                return <Line key={row.id} {...line} />;
              },
              (height, key) => (
                // biome-ignore lint/a11y/noAriaHiddenOnFocusable: a row takes no focus
                <tr key={key} aria-hidden="true" style={{ height }} />
              ),
            )}
          </tbody>
        </table>
      </div>
      <div class="answers-foot">
        <Button onClick={() => saveTable("csv")}>{text.table.csv}</Button>
        <Button onClick={() => saveTable("json")}>{text.table.json}</Button>
      </div>
    </div>
  );
}

interface LineProps extends Pick<Props, "onShow"> {
  row: Row;
  reading: Reading;
  place: number;
  labels: readonly string[];
  isShown: boolean;
}

function Line({ row, reading, place, labels, isShown, onShow }: LineProps) {
  const { outcome } = reading;
  return (
    <tr class={isShown ? "table-shown" : ""} aria-rowindex={place + 2}>
      <th scope="row">
        <button
          type="button"
          class="reading"
          aria-pressed={isShown}
          onClick={() => {
            showReading(row.id);
            onShow();
          }}
        >
          <Picture url={reading.thumbnail} />
          <PhotoName path={reading.path} />
        </button>
      </th>
      {row.verdict === null ? (
        <td colSpan={3 + labels.length} class="table-none">
          {outcome.kind === "thin"
            ? text.codes["not-enough-examples"]
            : text.answer[outcome.kind === "failed" ? "failed" : "waiting"]}
        </td>
      ) : (
        <>
          <td>
            {row.answer === null ? (
              text.answer.none
            ) : (
              <bdi class={row.verdict === "sure" ? "table-answer" : ""}>{row.answer}</bdi>
            )}
            {row.verdict === "unsure" && <span class="table-unsure">{text.answer.unsure}</span>}
          </td>
          <td class="table-share">{row.probability !== null && text.percent(row.probability)}</td>
          <td>{row.set.length > 0 && <bdi>{text.either(row.set)}</bdi>}</td>
          {labels.map((label) => {
            const score = row.scores.find((candidate) => candidate.label === label);
            return (
              <td key={label} class="table-share">
                {score && text.percent(score.probability)}
              </td>
            );
          })}
        </>
      )}
    </tr>
  );
}
