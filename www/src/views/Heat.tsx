import type { Progress, SensitivityMap } from "handful";
import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import { sensitivityOf } from "../actions/sensitivity";
import type { Answer } from "../state/state";
import { text } from "../text";

/** Pixels across: heat has no edges. */
const SIDE = 256;
/** Red, green, blue, and how much of 255 there is of them where most counts. */
const COLOUR = [255, 110, 0];
const OPACITY = 205;
/** How far the log-odds have to fall for the part that counts most, to be worth a word: the odds by a tenth. */
const LEAST = 0.1;

interface Props {
  /** Id of the photo's reading. */
  reading: number;
  answer: Answer;
  /** The photo as it is shown. */
  image: RefObject<HTMLImageElement | null>;
}

/** What counts for an answer, in a colour over its photo, and in words where that is which counts most. */
export function Heat({ reading, answer, image }: Props) {
  const canvas = useRef<HTMLCanvasElement>(null);
  const [progress, setProgress] = useState<Progress | null>(null);
  const [map, setMap] = useState<SensitivityMap | "failed" | null>(null);
  useEffect(() => {
    const stop = new AbortController();
    const { signal } = stop;
    sensitivityOf(reading, answer.scores[0]?.label ?? "", { signal, onProgress: setProgress }).then(
      (found) => {
        if (canvas.current && image.current) draw(canvas.current, image.current, found);
        setMap(found);
      },
      (error) => {
        if (signal.aborted) return;
        console.warn("where the answer comes from was not found out", error);
        setMap("failed");
      },
    );
    return () => stop.abort();
  }, []);
  return (
    <>
      <canvas ref={canvas} />
      <p class="aside" role="status">
        {map === null ? (
          <progress value={progress?.done ?? 0} max={progress?.total} aria-label={text.answer.waiting} />
        ) : (
          words(map)
        )}
      </p>
    </>
  );
}

function draw(
  canvas: HTMLCanvasElement,
  { naturalWidth, naturalHeight }: HTMLImageElement,
  { rows, columns, drop }: SensitivityMap,
): void {
  const most = Math.max(LEAST, ...drop);
  const cells = new ImageData(columns, rows);
  for (const [cell, worth] of drop.entries())
    cells.data.set([...COLOUR, (OPACITY * Math.max(0, worth)) / most], 4 * cell);
  const small = new OffscreenCanvas(columns, rows);
  small.getContext("2d")?.putImageData(cells, 0, 0);
  canvas.width = SIDE;
  canvas.height = Math.ceil((SIDE * naturalHeight) / naturalWidth);
  canvas.getContext("2d")?.drawImage(small, 0, 0, canvas.width, canvas.height);
}

function words(map: SensitivityMap | "failed"): string {
  if (map === "failed") return text.opinions.failed;
  const { rows, columns, drop } = map;
  const most = Math.max(...drop);
  if (most < LEAST) return text.heat.none;
  const cell = drop.indexOf(most);
  const third = (place: number, count: number) => Math.floor((3 * place + 1.5) / count);
  return text.heat.most(3 * third(Math.floor(cell / columns), rows) + third(cell % columns, columns));
}
