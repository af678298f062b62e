/** A frame that is drawn with the pointer over the items of a grid. */
import { useRef, useState } from "preact/hooks";
import type { Point } from "../state/plane";
import { linesOf } from "./windowed";

/** Pixels that a pointer moves before it draws. */
const SLACK = 6;

/** @param onFramed - Is told the places within the frame when the pointer is let go. */
export function useFrame(count: number, onFramed: (places: readonly number[]) => void) {
  const [frame, setFrame] = useState<{ from: Point; to: Point; places: readonly number[] } | null>(null);
  const drawing = useRef(false);
  const onPointerDown = (event: PointerEvent) => {
    const list = event.currentTarget as HTMLElement;
    if (event.button !== 0) return;
    const from = pointOf(event, list);
    let places: readonly number[] | null = null;
    const move = (moved: PointerEvent) => {
      const to = pointOf(moved, list);
      const [across, along] = [Math.abs(to.x - from.x), Math.abs(to.y - from.y)];
      if (!places && Math.hypot(across, along) < SLACK) return;
      // A finger that begins up or down scrolls.
      if (!places && moved.pointerType === "touch" && along > across) return;
      // From now on no photo is pressed, and the browser neither scrolls nor drags.
      if (!places) list.setPointerCapture(moved.pointerId);
      drawing.current = true;
      const box = list.getBoundingClientRect();
      list.scrollTop += Math.min(0, moved.clientY - box.top) + Math.max(0, moved.clientY - box.bottom);
      places = placesIn(from, to, list, count);
      setFrame({ from, to, places });
    };
    const stop = new AbortController();
    const { signal } = stop;
    const end = (ended: PointerEvent) => {
      stop.abort();
      drawing.current = false;
      setFrame(null);
      if (places && ended.type === "pointerup") onFramed(places);
    };
    list.addEventListener("pointermove", move, { signal });
    list.addEventListener("pointerup", end, { signal });
    list.addEventListener("pointercancel", end, { signal });
  };
  // A frame is no swipe: after a quick one Chromium takes the next tap for the end of it, and the tap does nothing.
  const onTouchMove = (event: TouchEvent) => {
    if (drawing.current) event.preventDefault();
  };
  return {
    /** The places within the frame while it is drawn. */
    framed: frame?.places ?? [],
    handlers: { onPointerDown, onTouchMove },
    /** Where the list shows it. */
    style: frame && styleOf(frame.from, frame.to),
  };
}

/** Within the list, as far as it scrolls. */
function pointOf({ clientX, clientY }: PointerEvent, list: HTMLElement): Point {
  const { left, top } = list.getBoundingClientRect();
  return { x: clientX - left, y: clientY - top + list.scrollTop };
}

function placesIn(a: Point, b: Point, list: HTMLElement, count: number): number[] {
  const { columns, pitch } = linesOf(list);
  const column = ({ x }: Point) =>
    Math.max(0, Math.min(columns - 1, Math.floor((x * columns) / list.clientWidth)));
  const line = ({ y }: Point) => Math.max(0, Math.min(Math.ceil(count / columns) - 1, Math.floor(y / pitch)));
  const [left, right] = [column(a), column(b)].toSorted((one, other) => one - other) as [number, number];
  const [first, last] = [line(a), line(b)].toSorted((one, other) => one - other) as [number, number];
  const places: number[] = [];
  for (let row = first; row <= last; row += 1)
    for (let place = row * columns + left; place <= row * columns + right && place < count; place += 1)
      places.push(place);
  return places;
}

function styleOf(a: Point, b: Point) {
  return {
    "--left": `${Math.min(a.x, b.x)}px`,
    "--top": `${Math.min(a.y, b.y)}px`,
    "--width": `${Math.abs(a.x - b.x)}px`,
    "--height": `${Math.abs(a.y - b.y)}px`,
  };
}
