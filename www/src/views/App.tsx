import { takeDropped } from "../actions/intake";
import { text } from "../text";
import { AnswerRegion } from "./AnswerRegion";
import { AskClass } from "./AskClass";
import { CameraStage } from "./CameraStage";
import { useDrop } from "./drop";
import { Header } from "./Header";
import { Jump } from "./Jump";
import { Notes } from "./Notes";
import { Quality } from "./Quality";
import { useRestingState } from "./redrawing";
import { Reteaching } from "./Reteaching";
import { Teach } from "./Teach";

export function App() {
  const state = useRestingState();
  const { over, handlers } = useDrop(takeDropped);
  return (
    <div class={over ? "page page-over" : "page"} {...handlers}>
      <Header state={state} />
      <main class="columns">
        <CameraStage />
        <Teach state={state} />
        <div class="side">
          <AnswerRegion state={state} />
          <Quality state={state} />
        </div>
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
