/** The sets that this browser keeps. */
import { Store } from "handful/store";

export const store = new Store();

/** The set that every visitor has first. */
export const FIRST_SET = "default";
