import { useEffect, useState } from "preact/hooks";
import { takeDropped } from "../actions/intake";
import { getState, subscribe } from "../state/live";
import { text } from "../text";
import { AnswerRegion } from "./AnswerRegion";
import { AskClass } from "./AskClass";
import { useDrop } from "./drop";
import { Header } from "./Header";
import { Jump } from "./Jump";
import { Notes } from "./Notes";
import { isPressed, onRelease } from "./pressing";
import { Reteaching } from "./Reteaching";
import { Teach } from "./Teach";

/** Redraws once for any number of changes made together, and not while a button is pressed: it would move away. */
function useAppState() {
  const [state, setState] = useState(getState);
  useEffect(() => {
    const draw = () => {
      if (!isPressed()) setState(getState());
    };
    draw();
    onRelease(draw);
    return subscribe(draw);
  }, []);
  return state;
}

export function App() {
  const state = useAppState();
  const { over, handlers } = useDrop(takeDropped);
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
      {state.reteaching && <Reteaching {...state.reteaching} />}
      <Notes state={state} />
    </div>
  );
}
