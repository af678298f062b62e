/** Sets to try the page with, drawn by us: to be taught with one press, and asked about at once. */
import { createRandom, type Draw } from "./brush";
import { faces } from "./faces";
import { fruit } from "./fruit";

export const SAMPLES = { fruit, faces };

export type SampleName = keyof typeof SAMPLES;
/** What a set of samples teaches. */
export type SampleClass<Name extends SampleName> = keyof (typeof SAMPLES)[Name] & string;

/** The drawings of a set, under the names of what they show. */
export function drawingsOf(name: SampleName): [kind: string, draw: Draw][] {
  return Object.entries(SAMPLES[name]);
}

/** Pixels of a side. */
const SIDE = 192;

/** Draws number `seed` of something over a whole canvas. */
export function paint(canvas: HTMLCanvasElement, draw: Draw, seed: number): void {
  const context = canvas.getContext("2d");
  if (!context) return;
  const half = canvas.width / 2;
  context.setTransform(half, 0, 0, half, half, half);
  draw(context, createRandom(seed * 7919 + 17));
}

/** Drawings as files, as if somebody had taken photos of them. */
export async function sampleFiles(kind: string, draw: Draw, from: number, to: number): Promise<File[]> {
  const files: File[] = [];
  for (let seed = from; seed < to; seed += 1) {
    const canvas = document.createElement("canvas");
    canvas.width = canvas.height = SIDE;
    paint(canvas, draw, seed);
    const blob = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
    if (blob) files.push(new File([blob], `${kind}-${seed + 1}.png`, { type: "image/png" }));
  }
  return files;
}
