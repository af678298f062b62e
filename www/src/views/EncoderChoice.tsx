import { chooseEncoder, encoderNames } from "../actions/encoder";
import type { AppState, EncoderName } from "../state/state";
import { hasPictures } from "../state/updates";
import { text } from "../text";
import { Choice } from "./Choice";
import { EncoderOffer } from "./EncoderOffer";

/** For those who want more than the small encoder of the page: a choice, which first says what it costs. */
export function EncoderChoice({ state }: { state: AppState }) {
  const { encoder, offer } = state;
  return (
    <>
      <Choice
        label={text.encoder.choose}
        value={offer?.name ?? encoder}
        names={encoderNames()}
        choose={(name) => chooseEncoder(name as EncoderName)}
      />
      <p class="aside">{text.encoder.hint}</p>
      {offer && <EncoderOffer offer={offer} pictures={hasPictures(state)} />}
    </>
  );
}
