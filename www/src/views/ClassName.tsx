import { useEffect, useId, useState } from "preact/hooks";
import { renameClass } from "../actions/classes";
import type { Code } from "../state/state";
import { text } from "../text";
import { keyOf } from "./keys";

/** The name of a class is a field: type over it. Enter or leaving it renames, Escape takes the old name back. */
export function ClassName({ label }: { label: string }) {
  const [draft, setDraft] = useState(label);
  const [code, setCode] = useState<Code | null>(null);
  const id = useId();

  function reset() {
    setDraft(label);
    setCode(null);
  }
  useEffect(reset, [label]);

  return (
    <div class="class-name-box">
      <input
        type="text"
        class="class-name"
        aria-label={text.card.name(label)}
        aria-invalid={code !== null}
        aria-describedby={id}
        autocomplete="off"
        dir="auto"
        value={draft}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          const key = keyOf(event);
          if (key === "Escape") reset();
          if (key === "Enter") setCode(renameClass(label, draft));
        }}
        onBlur={() => {
          // A name that cannot be used does not stay behind.
          if (renameClass(label, draft)) reset();
        }}
      />
      <p id={id} class="field-note" role="status">
        {code && text.codes[code]}
      </p>
    </div>
  );
}
