import { dismissProblems, stopAdding } from "../actions/examples";
import type { AppState } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";
import { Toast } from "./Toast";

/** What has to be seen now, at the lower edge of the window, wherever the page is scrolled to. */
export function Notes({ state }: { state: AppState }) {
  return (
    <div class="notes">
      <Unsaved storage={state.storage} />
      <Problems problems={state.problems} />
      <Progress teaching={state.teaching} />
      <Toast toast={state.toast} canUndo={state.undo !== null} />
    </div>
  );
}

function Unsaved({ storage }: Pick<AppState, "storage">) {
  if (storage.kind !== "failed") return null;
  return (
    <p class="line notice note" role="alert">
      {text.storage.failed[storage.reason]}
    </p>
  );
}

/** Problems that are listed, the last ones. */
const LISTED = 20;

function Problems({ problems }: Pick<AppState, "problems">) {
  return (
    <div role="status">
      {problems.length > 0 && (
        <div class="line notice note">
          <p>
            <strong>{text.teach.problems(problems.length)}</strong>
          </p>
          <Button onClick={dismissProblems}>{text.teach.dismiss}</Button>
          {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
          <ul class="problems" tabIndex={0}>
            {problems.length > LISTED && <li>{text.teach.others(problems.length - LISTED)}</li>}
            {problems.slice(-LISTED).map((problem) => (
              <li key={problem.id}>
                <bdi>{problem.name}</bdi>: {text.codes[problem.code]}
              </li>
            ))}
          </ul>
        </div>
      )}
    </div>
  );
}

function Progress({ teaching }: Pick<AppState, "teaching">) {
  if (!teaching) return null;
  const words = text.teach.progress(teaching.done, teaching.total);
  return (
    <div class="line progress note">
      <progress value={teaching.done} max={teaching.total} aria-label={words} />
      <span>{words}</span>
      <Button class="button-quiet" onClick={stopAdding}>
        {text.press.stop}
      </Button>
    </div>
  );
}
