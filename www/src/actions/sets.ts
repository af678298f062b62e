/** Several sets: create, rename, switch, delete; as files too, opened or merged. */
import type { Encoder } from "handful";
import { type FoundSetFile, readSetFile, type SetFile, writeSetFile } from "handful/store";
import { codeOf } from "../engine/codes";
import { emptySet, type Maker, makerOf, setBytes } from "../engine/files";
import { tellLeftOut } from "../engine/problems";
import { exchangeBy, openSet, readList } from "../engine/session";
import { openedSet, saved, step } from "../engine/set";
import { freshId, getState, set } from "../state/live";
import { setName } from "../state/updates";
import { FIRST_SET, newSetId, store } from "../store/sets";
import { text } from "../text";
import { download } from "./download";
import { fileName } from "./exports";
import { attempt, showToast } from "./toast";

export { workHere as takeOver } from "../engine/session";

export async function createSet(): Promise<void> {
  await kept(() => addSet({}));
}

/** A set belongs to the encoder that looks at its photos. Gives whether it is open. */
export async function createSetFor(encoder: Encoder): Promise<boolean> {
  return kept(async () => addSet({ bytes: await emptySet(encoder) }));
}

async function addSet(made: Partial<SetFile>): Promise<boolean> {
  await readList();
  const name = text.sets.another(getState().sets.length + 1);
  return openListed(await store.create({ ...made, name }));
}

export async function switchSet(id: string): Promise<void> {
  await kept(() => change(id));
}

/** Opens a set that is new in the list. */
export async function openListed(id: string): Promise<boolean> {
  await readList();
  return change(id);
}

/** Opens another set, where the open one can be put away. */
async function change(id: string): Promise<boolean> {
  return (await openSet(id)) || stays();
}

/** Says that the open set stays open: elsewhere what is not saved would be lost. */
export function stays(): false {
  showToast(text.sets.unsaved(setName(getState())), null);
  return false;
}

export async function renameSet(name: string): Promise<void> {
  const words = name.trim();
  if (words === "") return;
  await kept(async () => {
    await store.rename(getState().setId, words);
    return true;
  });
}

/** Deletes the open set and opens another one. It can be had back for a day. */
export async function deleteSet(): Promise<void> {
  const { setId: id, sets, deletedSets } = getState();
  const words = text.sets.deleted(setName(getState()));
  const left = sets.find((named) => named.id !== id);
  const gone = [id, ...deletedSets.map((named) => named.id)];
  const next = left?.id ?? (gone.includes(FIRST_SET) ? newSetId() : FIRST_SET);
  await kept(async () => {
    if (!(await saved())) return stays();
    await store.remove(id);
    await change(next);
    await readList();
    set({ toast: { id: freshId(), text: words, undo: "set" } });
    return true;
  });
}

/** Brings a deleted set back: the last one, where none is named. */
export async function restoreSet(id = getState().deletedSets[0]?.id): Promise<void> {
  const back = getState().deletedSets.find((named) => named.id === id);
  if (!back) return;
  set({ toast: null });
  await kept(async () => {
    await store.restore(back.id);
    return openListed(back.id);
  });
}

/** Gives the open set as a file, with small pictures of the photos or without. */
export function saveSetFile(pictures: boolean): void {
  download(setFileName(), setFile(pictures));
}

/** Whether this device has a way to hand a set to another program or person. */
export const canShare = navigator.canShare?.({ files: [new File([], "set.handful")] }) ?? false;

/** Hands the open set, with its pictures, to whoever the person chooses. */
export async function shareSetFile(): Promise<void> {
  const file = new File([setFile(true)], setFileName(), { type: "application/octet-stream" });
  try {
    await navigator.share({ files: [file], title: setName(getState()) });
  } catch (error) {
    // It was thought better of; all else is said by a file that is saved.
    if ((error as DOMException).name !== "AbortError") saveSetFile(true);
  }
}

function setFileName(): string {
  return `${fileName()}.handful`;
}

function setFile(pictures: boolean): Blob {
  const beside = { name: setName(getState()), pictures: pictures ? openedSet().pictures : new Map() };
  return writeSetFile({ ...beside, bytes: setBytes() });
}

/** Opens files as sets of their own, beside those that there are; the last one stays open. */
export async function openSetFiles(files: readonly File[]): Promise<void> {
  for (const file of files) await openSetFile(file);
}

async function openSetFile(file: File): Promise<void> {
  const found = await read(file, "fits");
  if (!found) return;
  const name = found.name || file.name.replace(SET_FILE, "");
  const isOpen = await kept(async () => openListed(await store.create({ ...found, name })));
  if (!isOpen) return;
  const opened = text.sets.opened(file.name);
  showToast(found.leftOut > 0 ? `${opened}; ${text.sets.leftOut(found.leftOut)}` : opened, null);
}

/** Adds the classes and photos of a file to the open set, as one step. */
export async function mergeSetFile([file]: readonly File[]): Promise<void> {
  const found = file && (await read(file, "same"));
  if (!found) return;
  const before = new Map(getState().classes.map(({ key, count }) => [key, count]));
  let added = 0;
  const failed = attempt(() => {
    const words = () => text.did.mergeFile(file.name);
    added = step({ words }, () => openedSet().merge(found).size);
  });
  if (failed) return;
  const grown = getState().classes.filter(({ key, count }) => before.get(key) !== count);
  const labels = grown.map(({ label }) => label);
  const known = added === 0 && labels.length === 0;
  const merged = known ? text.sets.known(file.name) : text.sets.merged(added, file.name, labels);
  const leftOut = found.leftOut > 0 ? [text.sets.leftOut(found.leftOut)] : [];
  showToast([merged, ...leftOut].join("; "), known ? null : "step");
}

const SET_FILE = /\.handful$/i;

/** Takes the saved sets out of files and opens them; among photos nobody can know what is meant, so there they are left out. */
export function withoutSets(files: readonly File[]): File[] {
  const isSet = ({ name }: File) => SET_FILE.test(name);
  const [sets, others] = [files.filter(isSet), files.filter((file) => !isSet(file))];
  if (others.length === 0) void openSetFiles(sets);
  else
    tellLeftOut(
      sets.map(({ name }) => name),
      "set-file",
    );
  return others;
}

/** What a file holds; where its encoder is not as wanted the person is told. */
async function read(file: File, wanted: "fits" | "same"): Promise<FoundSetFile | null> {
  let found: FoundSetFile | null = null;
  try {
    found = await readSetFile(file);
  } catch (error) {
    const code = codeOf(error);
    if (code !== "format") {
      showToast(text.codes[code], null);
      return null;
    }
  }
  const maker = found && (await makerOf(found.bytes));
  // What is of another encoder is opened where it can be taught anew.
  const teachable = wanted === "fits" && found !== null && found.pictures.size > 0;
  if (found && (maker?.[wanted] || teachable)) return found;
  showToast(whyNot(maker, wanted)(file.name), null);
  return null;
}

/** What is said of a file that is not taken: its encoder is not as wanted, or it holds no set. */
function whyNot(maker: Maker | null, wanted: "fits" | "same"): (file: string) => string {
  const { badFile, earlierEncoder, otherEncoder } = text.sets;
  if (!maker || maker[wanted]) return badFile;
  return maker.earlier ? earlierEncoder : otherEncoder;
}

/** Does something with the database, and gives whether it was done; where that fails, the person is told. */
export async function kept(work: () => Promise<boolean>): Promise<boolean> {
  try {
    return await exchangeBy(work);
  } catch (error) {
    console.warn("the sets could not be changed", error);
    showToast(text.sets.failed, null);
    return false;
  }
}
