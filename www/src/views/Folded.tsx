import { type ComponentChildren, createRef, type RefObject } from "preact";
import { useState } from "preact/hooks";

interface Props {
  words: string;
  /** The line that is always there. */
  summary?: RefObject<HTMLElement | null>;
  children: () => ComponentChildren;
}

/** Words that unfold more, which is not drawn before. */
export function Folded({ words, summary = createRef(), children }: Props) {
  const [open, setOpen] = useState(false);
  return (
    <details class="more" onToggle={({ currentTarget }) => setOpen(currentTarget.open)}>
      <summary ref={summary}>{words}</summary>
      {open && children()}
    </details>
  );
}
