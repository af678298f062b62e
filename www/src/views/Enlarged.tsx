import { useEffect, useRef } from "preact/hooks";
import { text } from "../text";
import { Button } from "./Button";

interface Props {
  /** Of the photo. */
  name: string;
  /** Its picture, where one is kept. */
  url: string | undefined;
  place: number;
  count: number;
  onShow: (place: number) => void;
  onClose: () => void;
}

/** A photo of a card, as large as it is kept. Arrows go on to the next, Escape closes. */
export function Enlarged({ name, url, place, count, onShow, onClose }: Props) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const go = (to: number) => onShow(Math.max(0, Math.min(count - 1, to)));
  return (
    <dialog
      class="dialog enlarged"
      ref={dialog}
      aria-label={name}
      onCancel={onClose}
      onKeyDown={({ key }) => {
        const to = { ArrowLeft: place - 1, ArrowRight: place + 1, Home: 0, End: count - 1 }[key];
        if (to !== undefined) go(to);
      }}
    >
      {url ? <img src={url} alt={name} width="224" height="224" /> : <p>{text.codes["no-picture"]}</p>}
      <p class="enlarged-name" role="status">
        {name}
      </p>
      <div class="choices">
        <Button aria-disabled={place === 0} onClick={() => go(place - 1)}>
          {text.card.previous}
        </Button>
        <Button aria-disabled={place === count - 1} onClick={() => go(place + 1)}>
          {text.card.next}
        </Button>
        <Button class="button-quiet" onClick={onClose}>
          {text.press.close}
        </Button>
      </div>
    </dialog>
  );
}
