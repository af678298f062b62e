import { chooseAskBelow } from "../actions/answer";
import { text } from "../text";
import { Slider } from "./Slider";

/** How sure an answer has to be; below that the page says "not sure" and asks. */
export function AskBelow({ share }: { share: number }) {
  return (
    <Slider
      name={text.askBelow.name}
      words={share === 0 ? text.askBelow.never : text.askBelow.below(share)}
      max={95}
      step={5}
      value={Math.round(share * 100)}
      onInput={(value) => chooseAskBelow(value / 100)}
    />
  );
}
