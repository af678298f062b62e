/** Choose how answers are computed. */
import type { HeadName } from "handful";
import { setHead } from "../engine/set";
import { attempt } from "./toast";

export function chooseHead(head: HeadName): void {
  attempt(() => setHead(head));
}
