import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";

interface Props {
  /** Full name for those who do not see where the button is; begins with the visible words. */
  name?: string;
  class?: string;
  /** Choose a folder with all that is in it. */
  folder?: boolean;
  /** What may be chosen. */
  accept?: "image/*" | "video/*";
  onFiles: (files: File[]) => void;
  children: ComponentChildren;
}

/** A button that opens the browser's own file chooser. */
export function PhotoButton({
  name,
  class: style = "button",
  folder = false,
  accept = "image/*",
  onFiles,
  children,
}: Props) {
  const input = useRef<HTMLInputElement>(null);
  // Before it can be pressed.
  useLayoutEffect(() => {
    if (input.current) input.current.webkitdirectory = folder;
  }, [folder]);
  return (
    <>
      <button type="button" class={style} aria-label={name} onClick={() => input.current?.click()}>
        {children}
      </button>
      <input
        ref={input}
        type="file"
        accept={accept}
        multiple={accept === "image/*"}
        hidden
        onChange={(event) => {
          const { currentTarget } = event;
          onFiles(Array.from(currentTarget.files ?? []));
          // The same file may be chosen again.
          currentTarget.value = "";
        }}
      />
    </>
  );
}
