import { useState } from "preact/hooks";
import { text } from "../text";
import { Folded } from "./Folded";
import { Matrix } from "./Matrix";
import { steady } from "./redrawing";

/** A photo that a number counts. */
export interface Counted {
  id: number;
  picture: () => string | null | undefined;
  /** Nothing where its picture says enough. */
  name?: string;
}

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
  const counts = cells.map((row) => row.map(({ length }) => length));
  const name = (r: number, c: number) => text.test.cell(counts[r]?.[c] ?? 0, rows[r] ?? "", columns[c] ?? "");
  const run = (r: number, c: number) => setPressed(pressed?.[0] === r && pressed[1] === c ? null : [r, c]);
  const photos = pressed && cells[pressed[0]]?.[pressed[1]];
  // There may be none left.
  const shown = pressed && photos?.length ? { name: name(...pressed), photos } : null;
  return (
    <Folded words={title}>
      {() => (
        <>
          <Matrix
            title={title}
            hint={hint}
            rows={rows}
            columns={columns}
            counts={counts}
            press={{ name, run }}
            pressed={pressed}
          />
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
