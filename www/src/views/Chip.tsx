import { useRef } from "preact/hooks";
import { record, stopRecording, takePhoto } from "../actions/camera";
import type { Place } from "../state/state";
import { text } from "../text";
import { Dot } from "./icons";
import { toned } from "./tone";

/** Milliseconds after which a press is meant to last. */
const HOLD = 300;

interface Props {
  place: Place;
  /** Of its class, or `NONE_KEY`. */
  placeKey: number;
  count: number;
  /** How likely it is that the live picture shows it; null where that is not known. */
  share: number | null;
  /** The live picture is taken for it. */
  best: boolean;
  tone: number | undefined;
  recording: boolean;
}

/** A class below the live picture: a press takes a photo for it, a press that lasts many; beside it what the picture says of it. */
export function Chip({ place, placeKey, count, share, best, tone, recording }: Props) {
  const name = place ?? text.answer.none;
  const hold = useHold({
    press: () => void takePhoto(place),
    begin: () => void record(placeKey),
    end: stopRecording,
  });
  return (
    <li class={`chip${best ? " chip-best" : ""}${place === null ? " chip-none" : ""}`} style={toned(tone)}>
      <button
        type="button"
        id={idOf(placeKey)}
        class="chip-teach"
        aria-label={text.camera.take(name)}
        {...hold}
      >
        <bdi class="chip-label">{name}</bdi>
        <span class="chip-count aside">{text.photos(count)}</span>
        <span class="chip-share">{share === null ? "" : text.percent(share)}</span>
        <span class="bar-track">
          <span class="bar-fill" style={{ width: `${(share ?? 0) * 100}%` }} />
        </span>
      </button>
      <button
        type="button"
        class="chip-record"
        aria-label={text.camera.record(name)}
        aria-pressed={recording}
        onClick={() => (recording ? stopRecording() : void record(placeKey))}
      >
        <Dot />
      </button>
    </li>
  );
}

/** Leads to the chip of a class, once the camera is open. */
export function showChip(placeKey: number): void {
  requestAnimationFrame(() => {
    const chip = document.getElementById(idOf(placeKey));
    chip?.closest("section")?.scrollIntoView();
    chip?.focus({ preventScroll: true });
    // In a low window the picture leaves it no room.
    chip?.scrollIntoView({ block: "nearest" });
  });
}

function idOf(placeKey: number): string {
  return `chip-${placeKey}`;
}

/** Tells a short press from one that lasts. Keys press shortly. */
function useHold({ press, begin, end }: { press: () => void; begin: () => void; end: () => void }) {
  const timer = useRef<ReturnType<typeof setTimeout> | undefined>(undefined);
  const held = useRef(false);
  const release = () => {
    clearTimeout(timer.current);
    if (held.current) end();
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      held.current = false;
      if (event.button !== 0) return;
      // It is let go also where the finger has slid away.
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      timer.current = setTimeout(() => {
        held.current = true;
        begin();
      }, HOLD);
    },
    onPointerUp: release,
    onPointerCancel: release,
    // A finger that lasts opens no menu, and does not scroll.
    onContextMenu: (event: Event) => event.preventDefault(),
    onTouchMove: (event: TouchEvent) => {
      if (held.current && event.cancelable) event.preventDefault();
    },
    onClick: () => {
      if (!held.current) press();
      held.current = false;
    },
  };
}
