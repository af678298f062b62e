/** Choose what looks at the photos. A large download first says how large, and begins with a press. */
import { acceptOffer, declineOffer, isOffered, offer } from "../engine/encoders";
import { getState } from "../state/live";
import type { EncoderName } from "../state/state";
import { text } from "../text";
import { createSetFor } from "./sets";
import { showToast } from "./toast";

export { declineOffer as declineEncoder } from "../engine/encoders";

/** The encoders that can be chosen, and how they are called. */
export function encoderNames(): Record<string, string> {
  const all = Object.entries(text.encoder.models);
  return Object.fromEntries(all.filter(([name]) => isOffered(name as EncoderName)));
}

/** Chosen is only what to offer: the open set keeps its own. */
export function chooseEncoder(name: EncoderName): void {
  if (name === getState().encoder) void declineOffer();
  else void offer(name, false);
}

export async function acceptEncoder(): Promise<void> {
  const accepted = getState().offer;
  const encoder = await acceptOffer();
  if (!accepted || !encoder || accepted.needed) return;
  if (await createSetFor(encoder)) showToast(text.encoder.inUse(text.encoder.models[accepted.name]), null);
}
