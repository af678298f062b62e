import { useEffect, useId, useRef, useState } from "preact/hooks";
import { text } from "../text";
import { Button } from "./Button";

/** The page's address as a picture that a phone's camera reads. */
export function OtherDevice({ onClose }: { onClose: () => void }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  const [rows, setRows] = useState<readonly boolean[][] | null>(null);
  const address = location.href.replace(/#.*/, "");
  useEffect(() => {
    dialog.current?.showModal();
    // Where that file does not come, the address can still be typed.
    import("uqr").then(
      ({ encode }) => setRows(encode(address, { ecc: "M", border: 4 }).data),
      () => {},
    );
  }, []);
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby={title} onClose={onClose}>
      <h2 id={title}>{text.sets.otherDevice}</h2>
      <div class="address-picture">
        {rows && (
          <svg viewBox={`0 0 ${rows.length} ${rows.length}`} role="img" aria-label={text.sets.qrCode}>
            <path
              d={rows
                .map((row, y) => row.map((dark, x) => (dark ? `M${x} ${y}h1v1h-1z` : "")).join(""))
                .join("")}
            />
          </svg>
        )}
      </div>
      <p class="address">
        <bdi>{address}</bdi>
      </p>
      <p class="aside">{text.sets.otherDeviceNote}</p>
      <div class="choices">
        <Button onClick={() => dialog.current?.close()}>{text.press.close}</Button>
      </div>
    </dialog>
  );
}
