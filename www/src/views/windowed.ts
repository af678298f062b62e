/** Long lists: of their lines only those in view are drawn, and the one that Tab leads to. Each list scrolls by itself. */
import type { ComponentChild } from "preact";
import { useLayoutEffect, useRef, useState } from "preact/hooks";
import type { AppState } from "../state/state";

/** Lines that are drawn beyond either edge, and after how many more are. */
const BEYOND = 2;
/** Lists so far beyond the edge of the window are drawn. */
const MARGIN = "25%";

/** So many items are drawn whole: they cost little, and the browser finds words in them. */
const SHORT = 100;

/** Whether all photos of a set are drawn, whatever card they are in. */
export function drawnWhole({ examples, negatives }: AppState): boolean {
  return examples.length + negatives.length <= SHORT;
}

/** What is known of a list. Lengths are pixels in the direction in which it scrolls. */
interface View {
  /** Items of a line. */
  columns: number;
  /** From a line to the next. */
  pitch: number;
  /** Between two lines. */
  gap: number;
  /** The lines in view: from `first` up to `last`, which is not. */
  first: number;
  last: number;
}

/** Before it is drawn. */
const UNKNOWN: View = { columns: 4, pitch: 0, gap: 0, first: 0, last: 0 };

/** How each list is measured: all that changed at once, before any is drawn again, since each drawing changes where the others lie. */
const measures = new WeakMap<Element, (isNear?: boolean) => void>();
const entering = new IntersectionObserver(
  (entries) => {
    for (const { target, isIntersecting } of entries) measures.get(target)?.(isIntersecting);
  },
  { rootMargin: MARGIN },
);
const resizing = new ResizeObserver((entries) => {
  for (const { target } of entries) measures.get(target)?.();
});

interface Options {
  count: number;
  /** A place that is drawn whether it is in view or not. */
  stop?: number;
  /** It is drawn whole, which short lists are by default. */
  whole?: boolean;
  /** Its items lie beside one another. */
  sideways?: boolean;
}

/** What to draw of a list; `list` is the element that scrolls. */
export function useWindow<List extends HTMLElement>({
  count,
  stop = 0,
  whole = count <= SHORT,
  sideways = false,
}: Options) {
  const list = useRef<List>(null);
  const [view, setView] = useState(UNKNOWN);
  useLayoutEffect(() => {
    const element = list.current;
    if (!element || whole) return;
    let near = false;
    const measure = (isNear = near) => {
      near = isNear;
      setView((before) => viewOf(element, before, near, sideways));
    };
    const scroll = () => measure();
    measures.set(element, measure);
    entering.observe(element);
    resizing.observe(element);
    element.addEventListener("scroll", scroll, { passive: true });
    return () => {
      entering.unobserve(element);
      resizing.unobserve(element);
      element.removeEventListener("scroll", scroll);
    };
  }, [whole, sideways]);

  /** The items that are drawn, each told whether it is in view, and what takes the room of those in between, a length. */
  function draw(
    item: (place: number, inView: boolean) => ComponentChild,
    space: (size: string, key: string) => ComponentChild,
  ) {
    const { columns, pitch, gap, first, last } = view;
    const lines = Math.ceil(count / columns);
    const drawn: ComponentChild[] = [];
    let [done, spaces] = [0, 0];
    const skipTo = (line: number) => {
      if (line > done) drawn.push(space(`${(line - done) * pitch - gap}px`, `space ${spaces}`));
      spaces += 1;
    };
    const seen = whole ? ([0, lines] as const) : ([Math.min(first, lines), Math.min(last, lines)] as const);
    for (const [from, to] of spans(Math.floor(stop / columns), ...seen)) {
      skipTo(from);
      for (let place = from * columns; place < Math.min(to * columns, count); place += 1)
        drawn.push(item(place, from >= seen[0] && to <= seen[1]));
      done = to;
    }
    skipTo(lines);
    return drawn;
  }

  return { list, draw };
}

/** The lines in view and the one of the stop, in order. */
function spans(stop: number, first: number, last: number): (readonly [from: number, to: number])[] {
  const [line, lines] = [
    [stop, stop + 1],
    [first, last],
  ] as const;
  if (stop >= first && stop < last) return [lines];
  return stop < first ? [line, lines] : [lines, line];
}

/** How the items of a list lie, of which one at least is drawn. */
export function linesOf(list: HTMLElement, sideways = false): Pick<View, "columns" | "pitch" | "gap"> {
  const { width = 0, height = 0 } =
    list.querySelector("[aria-posinset], tbody [aria-rowindex]")?.getBoundingClientRect() ?? {};
  const { display, gridTemplateColumns, rowGap, columnGap } = getComputedStyle(list);
  const columns = display === "grid" ? gridTemplateColumns.split(" ").length : 1;
  const gap = Number.parseFloat(sideways ? columnGap : rowGap) || 0;
  return { columns, pitch: (sideways ? width : height) + gap, gap };
}

function viewOf(list: HTMLElement, before: View, near: boolean, sideways: boolean): View {
  const { columns, pitch, gap } = linesOf(list, sideways);
  // Nothing of it is shown.
  if (pitch === gap) return before;
  const at = sideways ? Math.abs(list.scrollLeft) : list.scrollTop;
  const room = sideways ? list.clientWidth : list.clientHeight;
  const block = (pixels: number) => Math.floor(pixels / pitch / BEYOND) * BEYOND;
  const [first, last] = near ? [Math.max(0, block(at) - BEYOND), block(at + room) + 2 * BEYOND] : [0, 0];
  const now = { columns, pitch, gap, first, last };
  const isSame = Object.entries(now).every(([name, value]) => before[name as keyof View] === value);
  return isSame ? before : now;
}
