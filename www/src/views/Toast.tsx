import { useEffect, useState } from "preact/hooks";
import { undo } from "../actions/history";
import { hideToast } from "../actions/toast";
import type { AppState } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";

/** Long enough to read and reach. A step can be undone in the toolbar as well, the deletion of a set in the menu of sets. */
const SECONDS = 8;

export function Toast({ toast, canUndo }: { toast: AppState["toast"]; canUndo: boolean }) {
  const [held, setHeld] = useState(false);

  useEffect(() => {
    if (!toast || held) return;
    const timer = setTimeout(() => hideToast(toast.id), SECONDS * 1000);
    return () => clearTimeout(timer);
  }, [toast, held]);

  return (
    <div
      role="status"
      onPointerEnter={() => setHeld(true)}
      onPointerLeave={() => setHeld(false)}
      onFocusIn={() => setHeld(true)}
      onFocusOut={() => setHeld(false)}
    >
      {toast && (
        <div class="line toast" key={toast.id}>
          <span class="toast-text">{toast.text}</span>
          {(toast.undo === "set" || (toast.undo === "step" && canUndo)) && (
            <Button class="toast-undo" onClick={undo}>
              {text.history.undo}
            </Button>
          )}
        </div>
      )}
    </div>
  );
}
