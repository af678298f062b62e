/** Add photos to a class; pick out, move and remove examples. */
import { newGroup, step } from "../engine/set";
import { cancelTeaching, type Photo, teach } from "../engine/teaching";
import { set, update } from "../state/live";
import { withToggled } from "../state/updates";
import { text } from "../text";
import { attempt, showToast } from "./toast";

export function photosOf(files: Iterable<File>): Photo[] {
  return Array.from(files, (file) => ({ name: file.name, source: file }));
}

export async function addPhotos(photos: readonly Photo[], label: string): Promise<void> {
  if (photos.length === 0) return;
  const learnt = await teach(
    photos,
    label,
    newGroup(() => text.did.addPhotos(label)),
  );
  if (learnt.length > 0) showToast(text.did.addedPhotos(learnt.length, label), "step");
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

export function clearSelected(): void {
  set({ selected: [] });
}

export function removeExamples(ids: readonly number[]): void {
  const words = () => text.did.removePhotos(ids.length);
  const group = newGroup(words);
  const failed = attempt(() => {
    for (const id of ids) step(group, (classifier) => classifier.removeExample(id));
  });
  if (!failed) showToast(words(), "step");
}

export function moveExamples(ids: readonly number[], label: string): void {
  const words = () => text.did.movePhotos(ids.length, label);
  const group = newGroup(words);
  const failed = attempt(() => {
    for (const id of ids) step(group, (classifier) => classifier.moveExample(id, label));
    clearSelected();
  });
  if (!failed) showToast(words(), "step");
}
