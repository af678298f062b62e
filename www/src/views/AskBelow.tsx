import { chooseAskBelow } from "../actions/answer";
import { text } from "../text";

/** How sure an answer has to be; below that the page says "not sure" and asks. */
export function AskBelow({ share }: { share: number }) {
  const words = share === 0 ? text.askBelow.never : text.askBelow.below(share);
  return (
    <label class="ask-below">
      <span>{words}</span>
      <input
        type="range"
        min="0"
        max="95"
        step="5"
        aria-label={text.askBelow.name}
        aria-valuetext={words}
        value={Math.round(share * 100)}
        onInput={(event) => chooseAskBelow(event.currentTarget.valueAsNumber / 100)}
      />
    </label>
  );
}
