import type { AppState } from "../state/state";
import { text } from "../text";
import { Folded } from "./Folded";
import { Part } from "./Part";

const load = () => import("./PhotoMap").then(({ PhotoMap }) => PhotoMap);

/** The map of the photos, which is loaded and laid out when it is unfolded. */
export function MapFold({ state }: { state: AppState }) {
  return <Folded words={text.map.title}>{() => <Part load={load} props={{ state }} />}</Folded>;
}
