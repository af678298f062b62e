import { useState } from "preact/hooks";
import type { AppState } from "../state/state";
import { text } from "../text";
import type { PhotoMap } from "./PhotoMap";

/** The map of the photos, which is loaded and laid out when it is unfolded. */
export function MapFold({ state }: { state: AppState }) {
  const [open, setOpen] = useState(false);
  const [part, setPart] = useState<{ PhotoMap: typeof PhotoMap } | "failed" | null>(null);
  const load = async () => {
    try {
      setPart(await import("./PhotoMap"));
    } catch {
      setPart("failed");
    }
  };
  return (
    <details
      class="more"
      onToggle={({ currentTarget }) => {
        setOpen(currentTarget.open);
        if (currentTarget.open) void load();
      }}
    >
      <summary>{text.map.title}</summary>
      {open && part !== null && part !== "failed" && <part.PhotoMap state={state} />}
      {part === "failed" && <p class="aside">{text.opinions.failed}</p>}
    </details>
  );
}
