/** Test the set with photos whose folders say what they show. */
import { testWith } from "../engine/testing";
import { getState } from "../state/live";
import { scoreOf } from "../state/score";
import { rowsOf } from "../state/table";
import { text } from "../text";
import { closeCamera } from "./camera";
import { downloadTable } from "./download";
import { allOf, type Dropped, mayBePhoto } from "./intake";
import { withoutSets } from "./sets";
import { showToast } from "./toast";

export { cancelTest as stopTest } from "../engine/testing";

export async function testOn(dropped: Dropped): Promise<void> {
  const { loose } = dropped;
  const files = withoutSets(allOf(dropped));
  if (files.length === 0) return;
  const unplaced = new Set(loose);
  const photos = files.filter((file) => mayBePhoto(file) && !unplaced.has(file));
  if (photos.length === 0 || loose.some((file) => files.includes(file))) showToast(text.test.noFolder, null);
  if (photos.length === 0) return;
  closeCamera();
  const result = await testWith(photos);
  if (!result) return;
  const { right, accuracy } = scoreOf(result, getState().askBelow);
  if (accuracy) showToast(text.test.done(right, accuracy.n), null);
}

export function saveTest(format: "csv" | "json"): void {
  const { test, askBelow } = getState();
  if (test) downloadTable("test", format, rowsOf(test.photos, askBelow), test.source);
}
