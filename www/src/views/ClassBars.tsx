import type { ScoredRow } from "../state/score";
import type { ClassItem } from "../state/state";
import { text } from "../text";
import { Folded } from "./Folded";
import { toned, toneOf } from "./tone";

interface Props {
  name: string;
  /** Those without photos are left out. */
  rows: readonly ScoredRow[];
  columns: readonly string[];
  classes: readonly ClassItem[];
}

/** Of more classes, they unfold. */
const AT_A_GLANCE = 12;

/** How many photos of each class were right, and what most of the others were taken for. */
export function ClassBars({ rows, ...props }: Props) {
  const met = rows.filter(({ count }) => count > 0);
  const list = () => <List rows={met} {...props} />;
  return met.length > AT_A_GLANCE ? <Folded words={props.name}>{list}</Folded> : list();
}

function List({ name, rows, columns, classes }: Props) {
  return (
    <ul class="bars" aria-label={name}>
      {rows.map(({ label, right, count, worst }) => (
        <li key={label ?? 0} class="bar" style={toned(toneOf(label, classes))}>
          <bdi class="bar-label">{label ?? text.test.stranger}</bdi>
          <span class="bar-share">{text.test.of(right, count)}</span>
          <span class="bar-track" aria-hidden="true">
            {right > 0 && <span class="bar-fill" style={{ width: `${(right / count) * 100}%` }} />}
          </span>
          {worst && (
            <span class="bar-note aside">{text.test.worst(worst.count, columns[worst.column] ?? "")}</span>
          )}
        </li>
      ))}
    </ul>
  );
}
