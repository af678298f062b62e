/** Photos that came without saying what they are: dropped on the page, pasted, or in folders. */
import { tellLeftOut } from "../engine/problems";
import { setOpened } from "../engine/session";
import { currentSet, stepOn } from "../engine/set";
import { type Learnt, teach } from "../engine/teaching";
import { groupBy } from "../lately";
import { getState, set } from "../state/live";
import { folderOf, pathOf } from "../state/paths";
import type { Code, Place } from "../state/state";
import { placeOf } from "../state/updates";
import { text } from "../text";
import { askAbout } from "./answer";
import { addClass } from "./classes";
import { addPhotos, photosOf, tellLearnt } from "./examples";
import { withoutSets } from "./sets";
import { attempt, showToast } from "./toast";

/** What was dropped: files, and those that lay in folders, in order; see `pathOf`. */
export interface Dropped {
  loose: File[];
  inFolders: File[];
}

/** For a place that takes files of whatever folder alike. */
export function allOf({ loose, inFolders }: Dropped): File[] {
  return [...loose, ...inFolders];
}

let waiting: File[] = [];

/** Files and folders that were dropped on the page. */
export function takeDropped(dropped: Dropped): void {
  const { loose, inFolders } = dropped;
  const files = allOf(dropped);
  const photos = withoutSets(files);
  takeIn(loose.filter((file) => photos.includes(file)));
  void teachFolders(inFolders);
  if (loose.length === 0 && photos.length === files.length && !photos.some(mayBePhoto))
    showToast(text.asking.noPhotos, null);
}

/** Says of something in a folder that it could not be read. */
export function tellGone(name: string): void {
  tellLeftOut([name], "file-gone");
}

/** Keeps photos until somebody says what they are. */
function takeIn(photos: readonly File[]): void {
  if (photos.length === 0) return;
  waiting = [...waiting, ...photos];
  set({ asking: { count: waiting.length } });
}

/** Photos in folders are of the classes that the folders are named after: all of them one step of Undo. */
async function teachFolders(inFolders: readonly File[]): Promise<void> {
  const photos = groupBy(inFolders.filter(mayBePhoto), (file) => folderOf(pathOf(file)));
  if (photos.size === 0) return;
  await setOpened();
  const action = { words: (count: number) => text.did.addedFolders(count, photos.size) };
  const teaching: Promise<Learnt[]>[] = [];
  for (const [label, files] of photos) {
    // A folder's name may be spelled otherwise than the class: macOS takes letters and accents apart.
    const isNew = currentSet().labelOf(label) === undefined;
    if (isNew && attempt(() => stepOn(action, (set) => set.addClass(label)))) continue;
    teaching.push(teach(photosOf(files), currentSet().labelOf(label) ?? label, action));
  }
  tellLearnt((await Promise.all(teaching)).flat(), action.words);
}

/** Folders hold other files too, which nobody meant. */
export function mayBePhoto({ name, type }: File): boolean {
  return type.startsWith("image/") || /\.hei[cf]$/i.test(name);
}

/** Files that somebody gave to a class, or put beside all of them. */
export function takeInto(place: Place, files: readonly File[]): void {
  void addPhotos(photosOf(withoutSets(files)), place);
}

/** They are photos of a class that there is, or of none. */
export function teachWaiting(place: Place): void {
  void addPhotos(photosOf(hand()), place);
}

/** They are photos of a new class. */
export async function teachWaitingNew(label: string): Promise<Code | null> {
  const code = await addClass(label);
  if (!code) teachWaiting(currentSet().labelOf(label) ?? label);
  return code;
}

/** They are a question. */
export function answerWaiting(): void {
  askAbout(hand());
}

export function forgetWaiting(): void {
  hand();
}

function hand(): File[] {
  const files = waiting;
  waiting = [];
  set({ asking: null });
  return files;
}

/** Pasted photos go where the focus is: a class, the Answer region, or a question which class. */
export function paste(event: ClipboardEvent): void {
  const files = Array.from(event.clipboardData?.files ?? []);
  if (files.length === 0) return;
  event.preventDefault();
  const focused = document.activeElement;
  const card = focused?.closest<HTMLElement>("[data-class]");
  const place = card ? placeOf(getState(), Number(card.dataset.class)) : undefined;
  if (place !== undefined) takeInto(place, files);
  else if (focused?.closest("[data-answer]")) askAbout(files);
  else takeIn(withoutSets(files));
}
