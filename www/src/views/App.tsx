import { useEffect, useState } from "preact/hooks";
import { takeIn, teachFolders } from "../actions/intake";
import { getState, subscribe } from "../state/live";
import { text } from "../text";
import { AnswerRegion } from "./AnswerRegion";
import { AskClass } from "./AskClass";
import { useDrop } from "./drop";
import { Header } from "./Header";
import { Jump } from "./Jump";
import { Teach } from "./Teach";
import { Toast } from "./Toast";

/** Redraws once for any number of changes made together. */
function useAppState() {
  const [state, setState] = useState(getState);
  useEffect(() => {
    setState(getState());
    return subscribe(() => setState(getState()));
  }, []);
  return state;
}

export function App() {
  const state = useAppState();
  const { over, handlers } = useDrop(({ loose, folders }) => {
    takeIn(loose);
    void teachFolders(folders);
  });
  return (
    <div class={over ? "page page-over" : "page"} {...handlers}>
      <Header state={state} />
      <main class="columns">
        <Teach state={state} />
        <AnswerRegion state={state} />
      </main>
      <footer class="footer">
        <p>{text.footer.keys}</p>
        <p>
          <a href="licences/NOTICE.txt">{text.footer.licences}</a>
        </p>
      </footer>
      <Jump state={state} />
      {state.asking && <AskClass count={state.asking.count} classes={state.classes} />}
      <Toast toast={state.toast} canUndo={state.undo !== null} />
    </div>
  );
}
