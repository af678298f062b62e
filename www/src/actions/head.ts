/** See and choose how answers are computed. */
import type { HeadName } from "handful";
import { setHead, setStrictness } from "../engine/set";
import { set } from "../state/live";
import { attempt } from "./toast";

/** What single methods say is worked out only while that is looked at. */
export function showHeads(explaining: boolean): void {
  set({ explaining });
}

/** Which share of the photos of known classes may be taken for none of them. */
export function chooseStrictness(share: number): void {
  attempt(() => setStrictness(share));
}

export function chooseHead(head: HeadName): void {
  attempt(() => setHead(head));
}
