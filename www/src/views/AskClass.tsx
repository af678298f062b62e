import { useEffect, useId, useRef } from "preact/hooks";
import { answerWaiting, forgetWaiting, teachWaiting, teachWaitingNew } from "../actions/intake";
import type { ClassItem } from "../state/state";
import { text } from "../text";
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
          <button key={item.key} type="button" class="button" onClick={() => teachWaiting(item.label)}>
            {item.label}
          </button>
        ))}
        {classes.length > 0 && (
          <button type="button" class="button button-none" onClick={() => teachWaiting(null)}>
            {text.answer.none}
          </button>
        )}
      </div>
      <NewClass label={text.asking.newClass} button={text.asking.add} onAdd={teachWaitingNew} />
      <div class="choices">
        <button type="button" class="button" onClick={answerWaiting}>
          {text.asking.answer}
        </button>
        <button type="button" class="button button-quiet" onClick={forgetWaiting}>
          {text.asking.cancel}
        </button>
      </div>
    </dialog>
  );
}
