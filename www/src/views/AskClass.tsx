import { useEffect, useId, useRef } from "preact/hooks";
import { answerWaiting, forgetWaiting, teachWaiting, teachWaitingNew } from "../actions/intake";
import type { ClassItem } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";
import { NewClass } from "./NewClass";

/** Asks which class some photos belong to. */
export function AskClass({ count, classes }: { count: number; classes: readonly ClassItem[] }) {
  const dialog = useRef<HTMLDialogElement>(null);
  const title = useId();
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="dialog" ref={dialog} aria-labelledby={title} onCancel={forgetWaiting}>
      <h2 id={title}>{text.asking.title(count)}</h2>
      <div class="choices">
        {classes.map((item) => (
          <Button key={item.key} onClick={() => teachWaiting(item.label)}>
            {item.label}
          </Button>
        ))}
        {classes.length > 0 && (
          <Button class="button-none" onClick={() => teachWaiting(null)}>
            {text.answer.none}
          </Button>
        )}
      </div>
      <NewClass label={text.asking.newClass} button={text.press.add} onAdd={teachWaitingNew} />
      <div class="choices">
        <Button onClick={answerWaiting}>{text.asking.answer}</Button>
        <Button class="button-quiet" onClick={forgetWaiting}>
          {text.press.cancel}
        </Button>
      </div>
    </dialog>
  );
}
