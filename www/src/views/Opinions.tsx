import type { AppState } from "../state/state";
import { text } from "../text";

/** What single methods say of the photo that is shown, how uncertain each is, and its share of the answer. */
export function Opinions({ state: { opinions, shown, live } }: { state: AppState }) {
  const { title, hint, columns, names } = text.opinions;
  const known = opinions && opinions.reading === shown && live.kind === "off";
  return (
    <>
      <p class="opinions-title">{title}</p>
      <p class="aside">{known ? hint : text.opinions.invite}</p>
      {known && (
        <table class="table opinions" aria-label={title}>
          <thead>
            <tr>
              {columns.map((column) => (
                <th key={column} scope="col">
                  {column}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {opinions.said.map(({ head, scores: [best], uncertainty, weight }) => (
              <tr key={head}>
                <th scope="row">{text.head.names[head] ?? names[head] ?? head}</th>
                <td>
                  <bdi class="table-answer">{best?.label}</bdi> {best && text.percent(best.probability)}
                </td>
                <td class="table-share">{text.share(uncertainty)}</td>
                <td class="table-share">{weight > 0 ? text.share(weight) : text.opinions.noShare}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </>
  );
}
