import type { ComponentType } from "preact";
import { useEffect, useState } from "preact/hooks";
import { text } from "../text";

interface Props<Own extends object> {
  load: () => Promise<ComponentType<Own>>;
  /** Of the part itself. */
  props: Own;
}

/** A part of the page that is loaded when it is first shown. */
export function Part<Own extends object>({ load, props }: Props<Own>) {
  const [View, setView] = useState<ComponentType<Own> | "failed" | null>(null);
  useEffect(() => {
    load().then(
      (loaded) => setView(() => loaded),
      () => setView("failed"),
    );
  }, []);
  if (View === "failed") return <p class="aside">{text.opinions.failed}</p>;
  return View && <View {...props} />;
}
