import { chooseEncoder } from "../actions/encoder";
import type { AppState, EncoderName } from "../state/state";
import { text } from "../text";
import { EncoderOffer } from "./EncoderOffer";

/** For those who want more than the small encoder of the page: a choice, which first says what it costs. */
export function EncoderChoice({ state: { encoder, offer } }: { state: AppState }) {
  return (
    <>
      <label class="head-choice">
        {text.encoder.choose}
        <select
          class="button"
          value={offer?.name ?? encoder}
          onChange={(event) => chooseEncoder(event.currentTarget.value as EncoderName)}
        >
          {Object.entries(text.encoder.models).map(([name, words]) => (
            <option key={name} value={name}>
              {words}
            </option>
          ))}
        </select>
      </label>
      <p class="aside">{text.encoder.hint}</p>
      {offer && <EncoderOffer offer={offer} />}
    </>
  );
}
