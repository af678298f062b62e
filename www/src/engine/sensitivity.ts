/** Where in a photo that was asked about its answer comes from. */
import { type CallOptions, occlusionSensitivity, type SensitivityMap } from "handful";
import { photoOf } from "./answering";
import { setOpened } from "./session";
import { currentSet } from "./set";

export async function sensitivityOf(
  reading: number,
  label: string,
  options: CallOptions,
): Promise<SensitivityMap> {
  const encoder = await setOpened();
  const photo = photoOf(reading);
  if (!photo) throw new Error("the photo is not asked about any more");
  return occlusionSensitivity(currentSet(), photo.source, { ...options, label, encoder });
}
