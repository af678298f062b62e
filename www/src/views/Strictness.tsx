import { chooseStrictness } from "../actions/head";
import type { AppState } from "../state/state";
import { text } from "../text";
import { ExamplePhotos } from "./ExamplePhotos";
import { Slider } from "./Slider";

/** What can be chosen: shares of the known photos that may be taken for none of the classes. */
const SHARES = [0, 0.02, 0.05, 0.1, 0.2, 0.3];
/** Photos that are shown of those that it would refuse. */
const SHOWN = 12;

/** How soon a photo is none of the classes, and what that would do to the photos of the set. */
export function Strictness({ state }: { state: AppState }) {
  const { strictness, quality } = state;
  if (!quality) return null;
  const { refused } = quality;
  const distances = SHARES.map((share) => Math.abs(share - strictness));
  return (
    <div class="strictness">
      <Slider
        name={text.strictness.name}
        words={strictness === 0 ? text.strictness.never : text.strictness.oneIn(Math.round(1 / strictness))}
        max={SHARES.length - 1}
        step={1}
        // A program may have chosen something in between.
        value={distances.indexOf(Math.min(...distances))}
        onInput={(place) => chooseStrictness(SHARES[place] ?? strictness)}
      />
      {refused.length === 0 && <p class="aside">{text.strictness.refused(0)}</p>}
      <ExamplePhotos
        caption={text.strictness.refused(refused.length)}
        ids={refused.slice(0, SHOWN)}
        state={state}
      />
    </div>
  );
}
