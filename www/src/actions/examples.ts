/** Add photos to a class, or beside all of them; pick out, move and remove them. */
import type { FeatureClassifier } from "handful";
import type { Action } from "../engine/journal";
import { openedSet } from "../engine/set";
import { type Learnt, type Photo, teach } from "../engine/teaching";
import { getState, set, update } from "../state/live";
import type { Place } from "../state/state";
import { photosOf as photosIn, withPicked, withToggled } from "../state/updates";
import { text } from "../text";
import { act, showToast } from "./toast";

export { cancelTeaching as stopAdding } from "../engine/teaching";
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

/** Says what was added to the set, as far as it is still there, and what was there already. */
export function tellLearnt(learnt: readonly Learnt[], words: Action["words"]): void {
  const present = new Set(photosIn(getState()));
  const there = learnt.filter(({ id }) => present.has(id));
  const known = there.filter((photo) => photo.known).length;
  const added = there.length - known;
  if (added > 0) showToast(known > 0 ? text.did.partly(words(added), known) : words(added), "step");
  else if (known > 0) showToast(text.did.known(known), null);
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
  act(
    () => text.did.removePhotos(ids.length),
    (classifier) => {
      const kindOf = kinds(classifier);
      for (const id of ids) remove(classifier, id, kindOf(id));
    },
  );
}

/** Moves photos to a class, or beside all of them, whatever they were. */
export function movePhotos(ids: readonly number[], place: Place): void {
  act(
    () => text.did.movePhotos(ids.length, place ?? text.answer.none),
    (classifier) => {
      const kindOf = kinds(classifier);
      for (const id of ids) move(classifier, id, kindOf(id), place);
      select([]);
    },
  );
}

type Kind = "example" | "negative" | "unlabelled";

/** What each photo is before any of them changes. */
function kinds({ negatives, unlabelled }: FeatureClassifier): (id: number) => Kind {
  const [beside, waiting] = [new Set(negatives), new Set(unlabelled)];
  return (id) => (beside.has(id) ? "negative" : waiting.has(id) ? "unlabelled" : "example");
}

function remove(classifier: FeatureClassifier, id: number, kind: Kind): void {
  if (kind === "negative") classifier.removeNegative(id);
  else if (kind === "unlabelled") classifier.removeUnlabelled(id);
  else classifier.removeExample(id);
}

function move(classifier: FeatureClassifier, id: number, kind: Kind, place: Place): void {
  if (place === null && kind === "negative") return;
  if (place !== null && kind !== "negative") {
    if (kind === "example") classifier.moveExample(id, place);
    else classifier.labelUnlabelled(id, place);
    return;
  }
  // Into the classes and out of them it goes as another photo with the same features and picture.
  const row = classifier.featuresOf(id);
  const picture = openedSet().pictures.get(id);
  remove(classifier, id, kind);
  const anew = place === null ? classifier.addNegativeFeatures(row) : classifier.addFeatures(row, place);
  if (picture) openedSet().setPicture(anew, picture);
}
