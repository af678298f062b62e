import { useState } from "preact/hooks";
import { text } from "../text";
import { Folded } from "./Folded";
import { steady } from "./redrawing";

/** A photo that a number counts. */
export interface Counted {
  id: number;
  picture: () => string | null | undefined;
  /** Nothing where its picture says enough. */
  name?: string;
}

/** Of more columns the headings stand on end: so more of them are in sight. */
const UPRIGHT = 8;

interface Props {
  title: string;
  hint: string;
  rows: readonly string[];
  columns: readonly string[];
  /** By row and column; what is right stands on the diagonal. */
  cells: readonly (readonly (readonly Counted[])[])[];
}

/** What was taken for what, and below it the photos of the number that was pressed. */
export const Cells = steady(function Cells({ title, hint, rows, columns, cells }: Props) {
  const [pressed, setPressed] = useState<readonly [number, number] | null>(null);
  const isPressed = (r: number, c: number) => pressed?.[0] === r && pressed[1] === c;
  const name = (r: number, c: number) =>
    text.test.cell(cells[r]?.[c]?.length ?? 0, rows[r] ?? "", columns[c] ?? "");
  const many = columns.length > UPRIGHT;
  const sums = cells.map((row) => row.flat().length);
  const cell = (count: number, r: number, c: number) => (
    <td
      key={c}
      class={count === 0 ? "cell-none" : r === c ? "cell-right" : "cell-wrong"}
      style={{ "--heat": `${10 + (30 * count) / (sums[r] ?? 1)}%` }}
    >
      {count === 0 ? (
        count
      ) : (
        <button
          type="button"
          class="cell-button"
          aria-label={name(r, c)}
          aria-pressed={isPressed(r, c)}
          onClick={() => setPressed(isPressed(r, c) ? null : [r, c])}
        >
          {count}
        </button>
      )}
    </td>
  );
  const photos = pressed && cells[pressed[0]]?.[pressed[1]];
  // There may be none left.
  const shown = pressed && photos?.length ? { name: name(...pressed), photos } : null;
  return (
    <Folded words={title}>
      {() => (
        <>
          <p class="aside">{hint}</p>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <section class={many ? "confusion confusion-many" : "confusion"} tabIndex={0} aria-label={title}>
            <table class="table">
              <thead>
                <tr>
                  <td />
                  {columns.map((column, c) => (
                    <th key={c} scope="col">
                      <bdi>{column}</bdi>
                    </th>
                  ))}
                </tr>
              </thead>
              <tbody>
                {cells.map((row, r) => (
                  <tr key={r}>
                    <th scope="row">
                      <bdi>{rows[r]}</bdi>
                    </th>
                    {row.map(({ length }, c) => cell(length, r, c))}
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
          <p class="aside test-shown" role="status">
            {shown?.name}
          </p>
          {shown && <Photos {...shown} />}
        </>
      )}
    </Folded>
  );
});

function Photos({ name, photos }: { name: string; photos: readonly Counted[] }) {
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <ul class="test-photos" tabIndex={0} aria-label={name}>
      {photos.map(({ id, name: own, picture }) => {
        const url = picture();
        return (
          <li key={id}>
            {url && <img src={url} alt="" width="80" height="80" />}
            {own !== undefined && <bdi>{own}</bdi>}
          </li>
        );
      })}
    </ul>
  );
}
