/** Dropping files on something. A place inside another takes the files for itself. */
import { useState } from "preact/hooks";
import { type Dropped, tellGone } from "../actions/intake";
import { readDropped } from "./entries";

export function useDrop(onDropped: (dropped: Dropped) => void) {
  const [over, setOver] = useState(false);
  const hasFiles = (event: DragEvent) => event.dataTransfer?.types.includes("Files") ?? false;
  const handlers = {
    onDragOver(event: DragEvent) {
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      setOver(true);
    },
    onDragLeave(event: DragEvent) {
      const { currentTarget, relatedTarget } = event;
      const inside =
        currentTarget instanceof Node &&
        relatedTarget instanceof Node &&
        currentTarget.contains(relatedTarget);
      if (!inside) setOver(false);
    },
    onDrop(event: DragEvent) {
      setOver(false);
      if (!hasFiles(event)) return;
      event.preventDefault();
      event.stopPropagation();
      void readDropped(event.dataTransfer, tellGone).then(onDropped);
    },
  };
  return { over, handlers };
}
