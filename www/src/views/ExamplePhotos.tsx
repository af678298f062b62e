import { thumbnailOf } from "../actions/examples";
import type { AppState } from "../state/state";
import { toneOf } from "./tone";

interface Props {
  caption: string;
  ids: readonly number[];
  state: AppState;
}

/** Some photos of the set, each with its class. */
export function ExamplePhotos({ caption, ids, state: { classes, examples } }: Props) {
  const shown = ids.flatMap((id) => {
    const label = examples.find((example) => example.id === id)?.label;
    const item = classes.find((candidate) => candidate.label === label);
    return item ? [{ id, item }] : [];
  });
  if (shown.length === 0) return null;
  return (
    <figure class="examples">
      <figcaption>{caption}</figcaption>
      <ul class="examples-photos" aria-label={caption}>
        {shown.map(({ id, item }) => (
          <li key={id} data-tone={toneOf(item, classes)}>
            <Picture url={thumbnailOf(id)} />
            <bdi class="examples-label">{item.label}</bdi>
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Picture({ url }: { url: string | undefined }) {
  return url ? <img src={url} alt="" width="56" height="56" /> : <span class="examples-blank" />;
}
