/** Several sets: create, rename, switch, delete; as files too, opened or merged. */
import type { Encoder } from "handful";
import { emptySet, type Inside, inspect, setBytes } from "../engine/files";
import { announceList } from "../engine/ownership";
import { openSet, readList, workHere } from "../engine/session";
import { newGroup, saved, step } from "../engine/set";
import { keepThumbnails, thumbnailsOf } from "../engine/thumbnails";
import { freshId, getState, set } from "../state/live";
import { setName } from "../state/updates";
import { clearSet, FIRST_SET, readSet, type StoredSet, writeName, writeSet } from "../store/database";
import { type Beside, bytesOf, readBeside, writeFile } from "../store/file";
import { text } from "../text";
import { download } from "./download";
import { fileName } from "./exports";
import { attempt, showToast } from "./toast";

/** The set that was deleted last, until another is or the note of it goes away. */
let deleted: { id: string; name: string; stored: StoredSet | null } | null = null;

export async function createSet(): Promise<void> {
  await addSet(null);
}

/** A set belongs to the encoder that looks at its photos. */
export async function createSetFor(encoder: Encoder): Promise<void> {
  await addSet(await emptySet(encoder));
}

async function addSet(bytes: Uint8Array | null): Promise<void> {
  await kept(async () => {
    const id = crypto.randomUUID();
    await readList();
    if (bytes) await writeSet(id, { bytes, added: new Map(), removed: [] });
    await writeName({ id, name: text.sets.another(getState().sets.length + 1) });
    await listChanged();
    await openSet(id);
  });
}

export async function switchSet(id: string): Promise<void> {
  await openSet(id);
}

export async function renameSet(name: string): Promise<void> {
  const words = name.trim();
  if (words === "") return;
  await kept(async () => {
    await writeName({ id: getState().setId, name: words });
    await listChanged();
  });
}

/** Deletes the open set and opens another one. The note that tells it can bring it back. */
export async function deleteSet(): Promise<void> {
  await kept(async () => {
    const { setId: id, sets } = getState();
    const name = setName(getState());
    await saved();
    const stored = await readSet(id);
    const next = sets.find((other) => other.id !== id)?.id ?? FIRST_SET;
    await clearSet(id);
    deleted = { id, name, stored };
    await listChanged();
    // Opening the same one again shows it empty.
    await openSet(next);
    set({ toast: { id: freshId(), text: text.sets.deleted(name), undo: "set" } });
  });
}

export async function restoreSet(): Promise<void> {
  const back = deleted;
  if (!back) return;
  deleted = null;
  set({ toast: null });
  await kept(async () => {
    if (back.stored) {
      const { bytes, thumbnails } = back.stored;
      await writeSet(back.id, { bytes, added: thumbnails, removed: [] });
    }
    await writeName({ id: back.id, name: back.name });
    await listChanged();
    await openSet(back.id);
  });
}

export function takeOver(): void {
  workHere();
}

/** Gives the open set as a file, with small pictures of the photos or without. */
export function saveSetFile(pictures: boolean): void {
  const ids = pictures ? getState().examples.map((example) => example.id) : [];
  download(`${fileName()}.handful`, writeFile(setBytes(), setName(getState()), thumbnailsOf(ids)));
}

/** Opens a file as a set of its own, beside those that there are. */
export async function openSetFile(file: File): Promise<void> {
  const found = await read(file, "fits");
  if (!found) return;
  await kept(async () => {
    const id = crypto.randomUUID();
    await writeSet(id, { bytes: found.bytes, added: found.pictures, removed: [] });
    await writeName({ id, name: found.name || file.name.replace(/\.handful$/, "") });
    await listChanged();
    await openSet(id);
    if (found.leftOut > 0) showToast(`${file.name}: ${text.sets.leftOut(found.leftOut)}`, null);
  });
}

/** Adds the classes and photos of a file to the open set, as one step. */
export async function mergeSetFile(file: File): Promise<void> {
  const found = await read(file, "same");
  if (!found) return;
  const before = getState().examples.length;
  const group = newGroup(() => text.did.mergeFile(file.name));
  const failed = attempt(() =>
    step(group, (open) => {
      const pictures = [...open.merge(found.bytes)].map(
        ([there, here]) => [here, found.pictures.get(there)] as const,
      );
      keepThumbnails(pictures.filter((picture): picture is [number, Blob] => picture[1] !== undefined));
    }),
  );
  if (failed) return;
  const merged = text.sets.merged(getState().examples.length - before, file.name);
  showToast(found.leftOut > 0 ? `${merged}; ${text.sets.leftOut(found.leftOut)}` : merged, "step");
}

/** The set in a file, and what it holds beside it; where its encoder is not as wanted the person is told. */
async function read(file: File, wanted: "fits" | "same"): Promise<(Beside & Inside) | null> {
  const bytes = await bytesOf(file).catch(() => null);
  const inside = bytes && (await inspect(bytes).catch(() => null));
  if (bytes && inside?.[wanted]) return { ...readBeside(bytes, inside.ids), ...inside };
  const { badFile, earlierEncoder, otherEncoder } = text.sets;
  const why = !inside ? badFile : inside.earlier ? earlierEncoder : otherEncoder;
  showToast(why(file.name), null);
  return null;
}

async function listChanged(): Promise<void> {
  await readList();
  announceList();
}

/** Does something with the database; where that fails, the person is told. */
async function kept(work: () => Promise<void>): Promise<void> {
  try {
    await work();
  } catch (error) {
    console.warn("the sets could not be changed", error);
    showToast(text.sets.failed, null);
  }
}
