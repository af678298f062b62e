import { thumbnailOf } from "../actions/examples";
import type { AppState } from "../state/state";
import { text } from "../text";
import { toneOf } from "./tone";

/** The photos of the set that are most like the one that was asked about: what the answer rests on. */
export function Nearest({ state: { classes, examples, nearest } }: { state: AppState }) {
  const shown = nearest.flatMap((id) => {
    const label = examples.find((example) => example.id === id)?.label;
    const item = classes.find((candidate) => candidate.label === label);
    return item ? [{ id, item }] : [];
  });
  if (shown.length === 0) return null;
  return (
    <figure class="nearest">
      <figcaption>{text.answer.nearest}</figcaption>
      <ul class="nearest-photos" aria-label={text.answer.nearest}>
        {shown.map(({ id, item }) => (
          <li key={id} data-tone={toneOf(item, classes)}>
            <Picture url={thumbnailOf(id)} />
            <bdi class="nearest-label">{item.label}</bdi>
          </li>
        ))}
      </ul>
    </figure>
  );
}

function Picture({ url }: { url: string | undefined }) {
  return url ? <img src={url} alt="" width="56" height="56" /> : <span class="nearest-blank" />;
}
