/** Add photos to a class, or beside all of them; pick out, move and remove them. */
import type { Action } from "../engine/journal";
import { step } from "../engine/set";
import { cancelTeaching, type Learnt, type Photo, teach } from "../engine/teaching";
import { set, update } from "../state/live";
import type { Place } from "../state/state";
import { withPicked, withToggled } from "../state/updates";
import { text } from "../text";
import { attempt, showToast } from "./toast";

export { thumbnailOf } from "../engine/thumbnails";

export function photosOf(files: Iterable<File>): Photo[] {
  return Array.from(files, (file) => ({ name: file.name, source: file }));
}

export async function addPhotos(photos: readonly Photo[], place: Place): Promise<Learnt[]> {
  const words = addedTo(place);
  const learnt = await teach(photos, place, { words });
  tellLearnt(learnt, words);
  return learnt;
}

/** The words for photos that were added. */
export function addedTo(place: Place): Action["words"] {
  return (count) => text.did.addedPhotos(count, place ?? text.answer.none);
}

/** Says what was added to the set, and what was there already. */
export function tellLearnt(learnt: readonly Learnt[], words: Action["words"]): void {
  const known = learnt.filter((photo) => photo.known).length;
  const added = learnt.length - known;
  if (added > 0) showToast(known > 0 ? text.did.partly(words(added), known) : words(added), "step");
  else if (known > 0) showToast(text.did.known(known), null);
}

export function stopAdding(): void {
  cancelTeaching();
}

export function dismissProblems(): void {
  set({ problems: [] });
}

export function toggleSelected(id: number): void {
  update((state) => withToggled(state, id));
}

/** Picks photos out beside those that are. */
export function pick(ids: readonly number[]): void {
  update((state) => withPicked(state, ids));
}

/** Picks out these photos and no others. */
export function select(selected: readonly number[]): void {
  set({ selected });
}

export function removePhotos(ids: readonly number[]): void {
  const words = () => text.did.removePhotos(ids.length);
  const failed = attempt(() =>
    step({ words }, (classifier) => {
      const [negatives, unlabelled] = [new Set(classifier.negatives), new Set(classifier.unlabelled)];
      for (const id of ids)
        if (negatives.has(id)) classifier.removeNegative(id);
        else if (unlabelled.has(id)) classifier.removeUnlabelled(id);
        else classifier.removeExample(id);
    }),
  );
  if (!failed) showToast(words(), "step");
}

/** Moves examples to a class, and makes photos without a label examples of it. */
export function moveExamples(ids: readonly number[], label: string): void {
  const words = () => text.did.movePhotos(ids.length, label);
  const failed = attempt(() => {
    step({ words }, (classifier) => {
      const unlabelled = new Set(classifier.unlabelled);
      for (const id of ids)
        if (unlabelled.has(id)) classifier.labelUnlabelled(id, label);
        else classifier.moveExample(id, label);
    });
    select([]);
  });
  if (!failed) showToast(words(), "step");
}
