import { useEffect, useState } from "preact/hooks";
import type { AppState } from "../state/state";
import { text } from "../text";
import { Folded } from "./Folded";
import type { PhotoMap } from "./PhotoMap";

/** The map of the photos, which is loaded and laid out when it is unfolded. */
export function MapFold({ state }: { state: AppState }) {
  return <Folded words={text.map.title}>{() => <Loaded state={state} />}</Folded>;
}

function Loaded({ state }: { state: AppState }) {
  const [part, setPart] = useState<{ PhotoMap: typeof PhotoMap } | "failed" | null>(null);
  useEffect(() => {
    import("./PhotoMap").then(setPart, () => setPart("failed"));
  }, []);
  if (part === "failed") return <p class="aside">{text.opinions.failed}</p>;
  return part && <part.PhotoMap state={state} />;
}
