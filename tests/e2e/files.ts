/** Photos for the file chooser. */
import { existsSync, readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { drawPhoto } from "../images/photo.mjs";

export interface Upload {
  name: string;
  mimeType: string;
  buffer: Buffer;
}

export type Thing = "tomato" | "banana" | "mug" | "leaf" | "bread";

const drawn = new Map<string, Buffer>();

/** Photos that we draw: numbers `from` up to but not including `to` of a thing. */
export function drawnPhotos(thing: Thing, from: number, to: number): Upload[] {
  return Array.from({ length: to - from }, (_, i) => {
    const name = `${thing}-${from + i}.png`;
    const buffer = drawn.get(name) ?? drawPhoto(thing, from + i);
    drawn.set(name, buffer);
    return { name, mimeType: "image/png", buffer };
  });
}

const REAL = fileURLToPath(new URL("../../../shared/data/photos", import.meta.url));

/** The classes of a set of real photos, or none where the set is not on this machine. */
export function realClasses(set: string): string[] {
  const folder = `${REAL}/${set}`;
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name)
    .sort();
}

/** Real photos of a class, in the order of their names. */
export function realPhotos(set: string, label: string, from: number, to: number): Upload[] {
  const folder = `${REAL}/${set}/${label}`;
  return readdirSync(folder)
    .sort()
    .slice(from, to)
    .map((file) => ({
      name: `${label}-${file}`,
      mimeType: "image/jpeg",
      buffer: readFileSync(`${folder}/${file}`),
    }));
}
