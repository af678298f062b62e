/** What the names of classes mean to the encoder: read and kept for as long as the person wants that. */
import type { Encoder } from "handful";
import { getState } from "../state/live";
import { currentSet } from "./set";

/** Follows the choice in the set that is open. */
export function followNames(encoder: Encoder): void {
  if (!getState().useNames) currentSet().forgetLabels();
  // A text side that is not there yet would be a large download that nobody asked for.
  else if (encoder.textReady) currentSet().readLabels((label) => encoder.encodeText(label));
}
