import type { ComponentChildren } from "preact";
import { useLayoutEffect, useRef } from "preact/hooks";
import { Button } from "./Button";
import { FileInput } from "./FileInput";

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
  class: style,
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
      <Button class={style} aria-label={name} onClick={() => input.current?.click()}>
        {children}
      </Button>
      <FileInput input={input} accept={accept} several={accept === "image/*"} onFiles={onFiles} />
    </>
  );
}
