import type { ClassItem, Place, Score } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";

/** Classes that are one press away; the others are in a list. */
const NEAR = 5;

interface Props {
  classes: readonly ClassItem[];
  /** Best first: the likeliest classes are the nearest to press. */
  scores: readonly Score[];
  /** The answer is no answer, so the question comes first. */
  open: boolean;
  /** Where this photo was added, while it is there. */
  taught: Place | undefined;
  onTeach: (place: Place) => void;
}

/** Says what the photo really shows, by one press, which teaches it. */
export function Correct({ classes, scores, open, taught, onTeach }: Props) {
  if (taught !== undefined) {
    return (
      <p class="correct-done" role="status">
        {taught === null ? text.correct.taughtNone : text.correct.taught(taught)}
      </p>
    );
  }
  const rank = new Map(scores.map(({ label }, i) => [label, i]));
  const labels = classes
    .map(({ label }) => label)
    .toSorted((a, b) => (rank.get(a) ?? scores.length) - (rank.get(b) ?? scores.length));
  // One more button is no more than the list would be.
  const near = labels.length > NEAR + 1 ? labels.slice(0, NEAR) : labels;
  const far = labels.slice(near.length);
  const words = open ? text.correct.open : text.correct.right;
  const press = (button: HTMLElement, place: Place) => {
    // What was learnt takes the place of this button.
    button.closest<HTMLElement>("[data-answer]")?.focus();
    onTeach(place);
  };
  return (
    <fieldset class="correct" aria-label={words}>
      <p class="correct-words" aria-hidden="true">
        {words}
      </p>
      {near.map((label) => (
        <Button
          key={label}
          class="button-small"
          aria-label={text.correct.teach(label)}
          onClick={(event) => press(event.currentTarget, label)}
        >
          <bdi class="clipped">{label}</bdi>
        </Button>
      ))}
      {far.length > 0 && (
        <select
          class="button button-small"
          aria-label={text.correct.others}
          value=""
          onChange={(event) => onTeach(event.currentTarget.value)}
        >
          <option value="" disabled>
            {text.correct.others}
          </option>
          {far.map((label) => (
            <option key={label} value={label}>
              {label}
            </option>
          ))}
        </select>
      )}
      <Button
        class="button-small button-none"
        aria-label={text.correct.teachNone}
        onClick={(event) => press(event.currentTarget, null)}
      >
        {text.answer.none}
      </Button>
    </fieldset>
  );
}
