import type { Quality } from "../state/state";
import { text } from "../text";

/** How many photos of each class were taken for which, when each was asked about as if it had not been taught. */
export function Confusion({ confusion: { labels, counts } }: Pick<Quality, "confusion">) {
  return (
    <details class="more">
      <summary>{text.confusion.title}</summary>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section class="confusion" tabIndex={0} aria-label={text.confusion.title}>
        <table class="table">
          <caption class="aside">{text.confusion.hint}</caption>
          <thead>
            <tr>
              <td />
              {labels.map((label) => (
                <th key={label} scope="col">
                  <bdi>{label}</bdi>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {counts.map((row, r) => (
              <tr key={labels[r]}>
                <th scope="row">
                  <bdi>{labels[r]}</bdi>
                </th>
                {row.map((count, c) => (
                  <td
                    key={labels[c]}
                    class={count === 0 ? "cell-none" : r === c ? "cell-right" : "cell-wrong"}
                  >
                    {count}
                  </td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </section>
    </details>
  );
}
