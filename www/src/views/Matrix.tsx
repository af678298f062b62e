interface Props {
  title: string;
  hint: string;
  rows: readonly string[];
  columns: readonly string[];
  /** By row and column; what is right stands on the diagonal. */
  counts: readonly (readonly number[])[];
  /** Makes buttons of the numbers, whose names these are. */
  press?: { name: (row: number, column: number) => string; run: (row: number, column: number) => void };
  /** The number whose photos are shown. */
  pressed?: readonly [row: number, column: number] | null;
}

/** How many photos of each class were taken for which. */
export function Matrix({ title, hint, rows, columns, counts, press, pressed }: Props) {
  return (
    <>
      <p class="aside">{hint}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section class="confusion" tabIndex={0} aria-label={title}>
        <table class="table">
          <thead>
            <tr>
              <td />
              {columns.map((name, c) => (
                <th key={c} scope="col">
                  <bdi>{name}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counts.map((row, r) => (
              <tr key={r}>
                <th scope="row">
                  <bdi>{rows[r]}</bdi>
                </th>
                {row.map((count, c) => (
                  <td key={c} class={count === 0 ? "cell-none" : r === c ? "cell-right" : "cell-wrong"}>
                    {press && count > 0 ? (
                      <button
                        type="button"
                        class="cell-button"
                        aria-label={press.name(r, c)}
                        aria-pressed={pressed?.[0] === r && pressed[1] === c}
                        onClick={() => press.run(r, c)}
                      >
                        {count}
                      </button>
                    ) : (
                      count
                    )}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </>
  );
}
