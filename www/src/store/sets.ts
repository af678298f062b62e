/** The sets that this browser keeps. */
import { Store } from "handful/store";

export const store = new Store();

/** The set that every visitor has first. */
export const FIRST_SET = "default";

/** Where that one was deleted, the next empty one needs another id. `crypto.randomUUID` is not there on plain http. */
export function newSetId(): string {
  return String(crypto.getRandomValues(new BigUint64Array(1))[0]);
}
