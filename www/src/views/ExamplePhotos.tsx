import { thumbnailOf } from "../actions/examples";
import type { AppState } from "../state/state";
import { Picture } from "./Picture";
import { toned, toneOf } from "./tone";

interface Props {
  caption: string;
  ids: readonly number[];
  state: AppState;
}

/** Some photos of the set, each with its class. */
export function ExamplePhotos({ caption, ids, state: { classes, examples } }: Props) {
  const shown = ids.flatMap((id) => {
    const label = examples.find((example) => example.id === id)?.label;
    return label === undefined ? [] : [{ id, label }];
  });
  if (shown.length === 0) return null;
  return (
    <figure class="examples">
      <figcaption class="aside">{caption}</figcaption>
      <ul class="examples-photos" aria-label={caption}>
        {shown.map(({ id, label }) => (
          <li key={id} style={toned(toneOf(label, classes))}>
            <Picture url={thumbnailOf(id)} />
            <bdi class="examples-label">{label}</bdi>
          </li>
        ))}
      </ul>
    </figure>
  );
}
