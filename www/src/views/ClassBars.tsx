import type { ClassItem } from "../state/state";
import { text } from "../text";
import { Folded } from "./Folded";
import { toneOf } from "./tone";

/** How many photos of a class were right, and what most of the others were taken for. */
export interface ClassBar {
  /** Null for photos of no class. */
  label: string | null;
  right: number;
  count: number;
  worst: { name: string; count: number } | null;
}

interface Props {
  name: string;
  bars: readonly ClassBar[];
  classes: readonly ClassItem[];
}

/** Of more classes, they unfold. */
const AT_A_GLANCE = 12;

export function ClassBars(props: Props) {
  const list = () => <List {...props} />;
  return props.bars.length > AT_A_GLANCE ? <Folded words={props.name}>{list}</Folded> : list();
}

function List({ name, bars, classes }: Props) {
  return (
    <ul class="bars" aria-label={name}>
      {bars.map(({ label, right, count, worst }) => {
        const item = classes.find((candidate) => candidate.label === label);
        return (
          <li key={label ?? 0} class="bar" data-tone={item && toneOf(item, classes)}>
            <bdi class="bar-label">{label ?? text.test.stranger}</bdi>
            <span class="bar-share">{text.test.of(right, count)}</span>
            <span class="bar-track" aria-hidden="true">
              {right > 0 && <span class="bar-fill" style={{ width: `${(right / count) * 100}%` }} />}
            </span>
            {worst && <span class="bar-note aside">{text.test.worst(worst.count, worst.name)}</span>}
          </li>
        );
      })}
    </ul>
  );
}
