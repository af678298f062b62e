import { useId, useState } from "preact/hooks";
import type { Code } from "../state/state";
import { text } from "../text";

interface Props {
  label: string;
  button: string;
  hint?: string;
  /** Gives the code of what is wrong with the name, or null. */
  onAdd: (label: string) => Promise<Code | null>;
}

/** Type a name, press Enter, and type the next. */
export function NewClass({ label, button, hint, onAdd }: Props) {
  const [name, setName] = useState("");
  const [code, setCode] = useState<Code | null>(null);
  const [busy, setBusy] = useState(false);
  const id = useId();

  async function add(event: Event) {
    event.preventDefault();
    if (busy) return;
    setBusy(true);
    const failed = await onAdd(name);
    setBusy(false);
    setCode(failed);
    if (!failed) setName("");
  }

  return (
    <form class="new-class" onSubmit={add} noValidate>
      <label class="new-class-label" for={id}>
        {label}
      </label>
      <div class="new-class-line">
        <input
          id={id}
          type="text"
          class="field"
          value={name}
          placeholder={hint}
          autocomplete="off"
          dir="auto"
          aria-invalid={code !== null}
          aria-describedby={`${id}-note`}
          onInput={(event) => {
            setName(event.currentTarget.value);
            setCode(null);
          }}
        />
        <button type="submit" class="button button-strong">
          {button}
        </button>
      </div>
      <p id={`${id}-note`} class="field-note" role="status">
        {busy ? text.teach.opening : code && text.codes[code]}
      </p>
    </form>
  );
}
