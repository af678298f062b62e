import { useId, useState } from "preact/hooks";
import type { Code } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";
import { keyOf } from "./keys";

interface Props {
  label: string;
  button: string;
  hint?: string;
  /** Gives the code of what is wrong with the name, or null. */
  onAdd: (label: string) => Promise<Code | null>;
}

/** Type a name, press Enter, and type the next: also while those before it wait for the encoder. */
export function NewClass({ label, button, hint, onAdd }: Props) {
  const [name, setName] = useState("");
  const [waiting, setWaiting] = useState<readonly string[]>([]);
  const [refused, setRefused] = useState<{ name: string; code: Code } | null>(null);
  const id = useId();

  async function add(event: Event) {
    event.preventDefault();
    setName("");
    setRefused(null);
    setWaiting((names) => [...names, name]);
    const code = await onAdd(name);
    setWaiting((names) => names.toSpliced(names.indexOf(name), 1));
    if (!code) return;
    setRefused({ name, code });
    // To be put right, unless the next one is being typed.
    setName((next) => next || name);
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
          aria-invalid={refused !== null}
          aria-describedby={`${id}-note`}
          onInput={(event) => {
            setName(event.currentTarget.value);
            setRefused(null);
          }}
          onKeyDown={(event) => {
            if (event.key === "Enter" && keyOf(event) === null) event.preventDefault();
          }}
        />
        <Button type="submit" class="button-strong">
          {button}
        </Button>
      </div>
      <p id={`${id}-note`} class="field-note" role="status">
        {refused
          ? `${refused.name === name ? "" : `${refused.name}: `}${text.codes[refused.code]}`
          : waiting.length > 0 && text.teach.opening(waiting)}
      </p>
    </form>
  );
}
