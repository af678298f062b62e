import { useEffect, useId, useRef } from "preact/hooks";
import { stopReteaching } from "../actions/reteaching";
import type { AppState } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";

/** How far the set is taught anew. Nothing else can be done meanwhile: it would be of the old set. */
export function Reteaching({ done, total }: NonNullable<AppState["reteaching"]>) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => dialog.current?.showModal(), []);
  const words = text.encoder.progress(done, total);
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby={title} onCancel={stopReteaching}>
      <h2 id={title}>{text.encoder.reteaching}</h2>
      <div class="line offer-progress reteaching">
        <progress aria-label={words} {...(total > 0 ? { value: done, max: total } : {})} />
        <span>{words}</span>
        <Button onClick={stopReteaching}>{text.press.stop}</Button>
      </div>
    </dialog>
  );
}
