import { acceptEncoder, declineEncoder } from "../actions/encoder";
import { reteachHere, reteachWithOffered } from "../actions/reteaching";
import type { Offer } from "../state/state";
import { text } from "../text";

interface Props {
  offer: Offer;
  /** Pictures of the set's photos are kept, from which it can be taught anew. */
  pictures: boolean;
}

/** What another encoder is for and how large it is; then how far its download is. */
export function EncoderOffer({ offer, pictures }: Props) {
  const { name, needed, status } = offer;
  const model = text.encoder.models[name];
  return (
    <section class="notice notice-calm offer" aria-label={model}>
      <p role="status">
        {needed ? text.encoder.needed(model) : text.encoder.forNew(model)} {cost(offer)}{" "}
        {pictures && status.kind !== "loading" && (needed ? text.encoder.orHere : text.encoder.orAnew)}
        {status.kind === "failed" && <strong> {text.codes[status.code]}</strong>}
      </p>
      {status.kind === "loading" ? (
        <Loading model={model} {...status} />
      ) : (
        <button type="button" class="button button-strong" onClick={() => void acceptEncoder()}>
          {status.kind === "failed" ? text.encoder.again : action(offer)}
        </button>
      )}
      {pictures && status.kind !== "loading" && (
        <button
          type="button"
          class="button"
          onClick={() => void (needed ? reteachHere() : reteachWithOffered())}
        >
          {needed ? text.encoder.reteachHere : text.encoder.reteach}
        </button>
      )}
      {(status.kind === "loading" || !needed) && (
        <button type="button" class="button" onClick={declineEncoder}>
          {status.kind === "loading" ? text.encoder.stop : text.encoder.decline}
        </button>
      )}
    </section>
  );
}

function cost({ name, total, kept, status }: Offer): string {
  if (status.kind === "loading") return "";
  if (name === "shipped" || (total > 0 && kept === total)) return text.encoder.here;
  if (total === 0) return text.encoder.unknown;
  const place = name === "handful-lite2" ? text.encoder.places.page : text.encoder.places.hub;
  return kept > 0 ? text.encoder.rest(total - kept, total, place) : text.encoder.size(total, place);
}

function action({ name, total, kept, needed }: Offer): string {
  const here = name === "shipped" || (total > 0 && kept === total);
  return here && !needed ? text.encoder.use : text.encoder.download;
}

function Loading({ model, done, total }: { model: string; done: number; total: number }) {
  const words = text.encoder.loading(model);
  const here = total > 0 && done === total;
  return (
    <div class="offer-progress">
      <progress aria-label={words} {...(total > 0 && !here ? { value: done, max: total } : {})} />
      <span>{here ? text.encoder.starting : text.engine.loaded(done, total)}</span>
    </div>
  );
}
