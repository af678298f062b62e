import { acceptEncoder, declineEncoder } from "../actions/encoder";
import { reteachHere, reteachWithOffered } from "../actions/reteaching";
import type { Offer } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";

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
    <section class="line notice notice-calm offer" aria-label={model}>
      <p role="status">
        {needed ? text.encoder.needed(model) : text.encoder.forNew(model)} {cost(offer)}{" "}
        {pictures && status.kind !== "loading" && (needed ? text.encoder.orHere : text.encoder.orAnew)}
        {status.kind === "failed" && <strong> {text.codes[status.code]}</strong>}
      </p>
      {status.kind === "loading" ? (
        <Loading model={model} {...status} />
      ) : (
        <Button class="button-strong" onClick={acceptEncoder}>
          {status.kind === "failed"
            ? text.press.again
            : text.encoder[isHere(offer) && !needed ? "use" : "download"]}
        </Button>
      )}
      {pictures && status.kind !== "loading" && (
        <Button onClick={() => void (needed ? reteachHere() : reteachWithOffered())}>
          {needed ? text.encoder.reteachHere : text.encoder.reteach}
        </Button>
      )}
      {(status.kind === "loading" || !needed) && (
        <Button onClick={declineEncoder}>
          {status.kind === "loading" ? text.press.stop : text.encoder.decline}
        </Button>
      )}
    </section>
  );
}

function cost({ name, total, kept, status }: Offer): string {
  if (status.kind === "loading") return "";
  if (isHere({ name, total, kept })) return text.encoder.here;
  if (total === 0) return text.encoder.unknown;
  const place = name === "handful-lite2" ? text.encoder.places.page : text.encoder.places.hub;
  return kept > 0 ? text.encoder.rest(total - kept, total, place) : text.encoder.size(total, place);
}

/** Nothing of it has to be downloaded. */
function isHere({ name, total, kept }: Pick<Offer, "name" | "total" | "kept">): boolean {
  return name === "shipped" || (total > 0 && kept === total);
}

function Loading({ model, done, total }: { model: string; done: number; total: number }) {
  const words = text.encoder.loading(model);
  const here = total > 0 && done === total;
  return (
    <div class="line offer-progress">
      <progress aria-label={words} {...(total > 0 && !here ? { value: done, max: total } : {})} />
      <span>{here ? text.encoder.starting : text.engine.loaded(done, total)}</span>
    </div>
  );
}
