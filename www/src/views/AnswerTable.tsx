import { useState } from "preact/hooks";
import { saveTable, showReading } from "../actions/answer";
import type { AppState } from "../state/state";
import { type Column, type Row, rowsOf, sorted } from "../state/table";
import { text } from "../text";

const COLUMNS: readonly Column[] = ["file", "answer", "probability", "set"];

/** A row for each of several photos: press a photo to see it large, a heading to sort. */
export function AnswerTable({ state }: { state: AppState }) {
  const [order, setOrder] = useState<{ column: Column; descending: boolean } | null>(null);
  const rows = rowsOf(state.readings, state.askBelow);
  const shown = order ? sorted(rows, order.column, order.descending) : rows;
  const sortBy = (column: Column) =>
    setOrder({ column, descending: order?.column === column && !order.descending });

  return (
    <div class="answers">
      <Suggested state={state} />
      <table class="table" aria-label={text.answer.many(rows.length)}>
        <thead>
          <tr>
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
          </tr>
        </thead>
        <tbody>
          {shown.map((row) => (
            <Line key={row.id} row={row} state={state} />
          ))}
        </tbody>
      </table>
      <div class="answers-foot">
        <button type="button" class="button" onClick={() => saveTable("csv")}>
          {text.table.csv}
        </button>
        <button type="button" class="button" onClick={() => saveTable("json")}>
          {text.table.json}
        </button>
      </div>
    </div>
  );
}

/** The photos that are worth saying the class of: a press shows one large, with the classes to choose from. */
function Suggested({ state }: { state: AppState }) {
  const readings = state.suggested.flatMap((id) => state.readings.find((reading) => reading.id === id) ?? []);
  if (readings.length === 0) return null;
  return (
    <div class="suggested">
      <p>{text.answer.suggested}</p>
      <div class="choices">
        {readings.map(({ id, name, url }) => (
          <button
            key={id}
            type="button"
            class="suggested-photo"
            aria-label={text.answer.suggestedPhoto(name)}
            aria-pressed={id === state.shown}
            onClick={() => showReading(id)}
          >
            <img src={url} alt="" width="56" height="56" />
          </button>
        ))}
      </div>
    </div>
  );
}

function Line({ row, state }: { row: Row; state: AppState }) {
  const reading = state.readings.find(({ id }) => id === row.id);
  if (!reading) return null;
  const { outcome } = reading;
  return (
    <tr class={row.id === state.shown ? "table-shown" : ""}>
      <th scope="row">
        <button
          type="button"
          class="reading"
          aria-pressed={row.id === state.shown}
          onClick={() => showReading(row.id)}
        >
          {reading.thumbnail === null ? (
            <span class="reading-blank" />
          ) : (
            <img src={reading.thumbnail} alt="" width="40" height="40" />
          )}
          <bdi class="reading-name">{row.file}</bdi>
        </button>
      </th>
      {row.verdict === null ? (
        <td colSpan={3} class="table-none">
          {outcome.kind === "thin"
            ? text.answer.thin
            : text.answer[outcome.kind === "failed" ? "failed" : "waiting"]}
        </td>
      ) : (
        <>
          <td>
            {row.answer === null ? text.answer.none : <bdi class="table-answer">{row.answer}</bdi>}
            {row.verdict === "unsure" && <span class="table-unsure">{text.answer.unsure}</span>}
          </td>
          <td class="table-share">{row.probability !== null && text.percent(row.probability)}</td>
          <td>{row.set.length > 0 && <bdi>{text.either(row.set)}</bdi>}</td>
        </>
      )}
    </tr>
  );
}
