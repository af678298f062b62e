/** What fingers and a mouse do on the map. */
import { useRef } from "preact/hooks";
import type { Point } from "../state/plane";

/** Pixels that a press may slip. */
const SLIP = 5;

interface Doing<Place> {
  /** What lies at a point, in pixels from the corner of the map. */
  at: (point: Point) => Place | undefined;
  /** A drag draws a line, whatever it begins on. */
  around: boolean;
  /** The mouse is over something; a finger touches it. */
  over: (place: Place | undefined) => void;
  press: (place: Place) => void;
  pan: (dx: number, dy: number) => void;
  /** Two fingers spread by so many times, with their middle at a point. */
  spread: (times: number, at: Point) => void;
  /** A line that is being drawn, and whether it is complete; empty when it is given up. */
  line: (points: readonly Point[], complete: boolean) => void;
  /** A photo is carried to a point of the window, or let go there; null when it is given up. */
  carry: (place: Place, at: Point | null, letGo: boolean) => void;
}

export function useGestures<Place>({ at, around, over, press, pan, spread, line, carry }: Doing<Place>) {
  const pointers = useRef(new Map<number, Point>()).current;
  const gesture = useRef<"press" | "pan" | "line" | "carry" | "done">("done");
  const held = useRef<Place | undefined>(undefined);
  const drawn = useRef<Point[]>([]);
  const pointOf = ({ currentTarget, clientX, clientY }: PointerEvent): Point => {
    const box = (currentTarget as HTMLElement).getBoundingClientRect();
    return { x: clientX - box.left, y: clientY - box.top };
  };
  const giveUp = () => {
    if (gesture.current === "line") line([], false);
    if (gesture.current === "carry" && held.current) carry(held.current, null, false);
    gesture.current = "done";
  };
  const begin = (event: PointerEvent) => {
    if (around) {
      gesture.current = "line";
      drawn.current = [];
    } else gesture.current = held.current && event.isPrimary ? "carry" : "pan";
  };
  return {
    onPointerDown: (event: PointerEvent) => {
      if (event.button !== 0) return;
      (event.currentTarget as HTMLElement).setPointerCapture(event.pointerId);
      const point = pointOf(event);
      pointers.set(event.pointerId, point);
      if (pointers.size > 1) return giveUp();
      gesture.current = "press";
      held.current = at(point);
      over(held.current);
    },
    onPointerMove: (event: PointerEvent) => {
      const point = pointOf(event);
      const before = pointers.get(event.pointerId);
      if (!before) return over(at(point));
      const [dx, dy] = [point.x - before.x, point.y - before.y];
      if (gesture.current === "press") {
        if (Math.hypot(dx, dy) < SLIP) return;
        begin(event);
      }
      pointers.set(event.pointerId, point);
      const other = [...pointers].find(([id]) => id !== event.pointerId)?.[1];
      if (other) {
        const gap = (from: Point) => Math.max(1, Math.hypot(from.x - other.x, from.y - other.y));
        spread(gap(point) / gap(before), { x: (point.x + other.x) / 2, y: (point.y + other.y) / 2 });
        pan(dx / 2, dy / 2);
      } else if (gesture.current === "pan") pan(dx, dy);
      else if (gesture.current === "line") {
        drawn.current.push(point);
        line([...drawn.current], false);
      } else if (gesture.current === "carry" && held.current)
        carry(held.current, { x: event.clientX, y: event.clientY }, false);
    },
    onPointerUp: (event: PointerEvent) => {
      if (!pointers.delete(event.pointerId)) return;
      const place = held.current;
      if (gesture.current === "press" && place) press(place);
      if (gesture.current === "line") line(drawn.current, true);
      if (gesture.current === "carry" && place) carry(place, { x: event.clientX, y: event.clientY }, true);
      gesture.current = "done";
    },
    // What is done here is no swipe: after a quick one Chromium takes the next tap for the end of it, and the tap does nothing.
    onTouchMove: (event: TouchEvent) => event.preventDefault(),
    onPointerCancel: (event: PointerEvent) => {
      pointers.delete(event.pointerId);
      giveUp();
    },
    onPointerLeave: () => {
      if (pointers.size === 0) over(undefined);
    },
  };
}
