/** The canvas of the map: how large it is, and when it is drawn. */
import { useEffect, useLayoutEffect, useMemo, useReducer, useRef, useState } from "preact/hooks";
import type { Size } from "../state/plane";
import { Bitmaps } from "./bitmaps";
import { type Drawing, draw } from "./mapDrawing";

const NO_SIZE: Size = { width: 0, height: 0 };

/** The size of an element. */
export function useSize(element: { current: HTMLElement | null }): Size {
  const [size, setSize] = useState(NO_SIZE);
  useLayoutEffect(() => {
    if (!element.current) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(element.current);
    return () => observer.disconnect();
  }, [element]);
  return size;
}

/** A canvas that is drawn when what it shows changes, a picture has come, or the colours of the page are others. */
export function useCanvas(drawing: Drawing) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [drawn, redraw] = useReducer((count: number, _: undefined) => count + 1, 0);
  const frame = useRef(0);
  const bitmaps = useMemo(
    () =>
      new Bitmaps(() => {
        frame.current ||= requestAnimationFrame(() => {
          frame.current = 0;
          redraw(undefined);
        });
      }),
    [],
  );
  useEffect(() => {
    const queries = ["(prefers-color-scheme: dark)", "(forced-colors: active)"].map((query) =>
      matchMedia(query),
    );
    const change = () => redraw(undefined);
    for (const query of queries) query.addEventListener("change", change);
    return () => {
      for (const query of queries) query.removeEventListener("change", change);
    };
  }, []);
  const { spots, names, line, side } = drawing;
  useLayoutEffect(() => {
    if (canvas.current && side > 0) draw(canvas.current, { spots, names, line, side }, bitmaps);
  }, [spots, names, line, side, drawn, bitmaps]);
  return canvas;
}
