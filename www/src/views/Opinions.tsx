import type { Opinion } from "handful";
import type { AppState } from "../state/state";
import { explained } from "../state/updates";
import { text } from "../text";

/** What single methods say of the photo that is shown, how uncertain each is, and its share of the answer. */
export function Opinions({ state }: { state: AppState }) {
  const { title, invite, working, failed, hint } = text.opinions;
  const { opinions, shown } = state;
  const known = explained(state) !== null && opinions?.reading === shown ? opinions : null;
  const words = known ? (known.said ? hint : failed) : explained(state) ? working : invite;
  return (
    <>
      <p class="opinions-title">{title}</p>
      <p class="aside">{words}</p>
      {known?.said && <Table said={known.said} />}
    </>
  );
}

function Table({ said }: { said: readonly Opinion[] }) {
  const { title, columns, noShare, names } = text.opinions;
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard
    <section class="table-box opinions" tabIndex={0} aria-label={title}>
      <table class="table" aria-label={title}>
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
          {said.map(({ head, scores: [best], uncertainty, weight }) => (
            <tr key={head}>
              <th scope="row">{text.head.names[head] ?? names[head] ?? head}</th>
              <td>
                <bdi class="table-answer">{best?.label}</bdi>{" "}
                <span class="table-share">{best && text.percent(best.probability)}</span>
              </td>
              <td class="table-share">{text.share(uncertainty)}</td>
              <td class="table-share">{weight > 0 ? text.share(weight) : noShare}</td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
