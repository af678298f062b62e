import { takeDropped } from "../actions/intake";
import { text } from "../text";
import { AnswerRegion } from "./AnswerRegion";
import { AskClass } from "./AskClass";
import { CameraStage } from "./CameraStage";
import { useDrop } from "./drop";
import { Header } from "./Header";
import { Notes } from "./Notes";
import { PhoneBar } from "./PhoneBar";
import { Quality } from "./Quality";
import { Reteaching } from "./Reteaching";
import { useRestingState } from "./redrawing";
import { Teach } from "./Teach";

export function App() {
  const state = useRestingState();
  const { over, handlers } = useDrop(takeDropped);
  return (
    <div class={over ? "page page-over" : "page"} {...handlers}>
      <a class="skip" href="#main">
        {text.bar.skip}
      </a>
      <a class="skip" href="#answer">
        {text.bar.skipAnswer}
      </a>
      <Header state={state} />
      <main id="main" class="columns" tabIndex={-1}>
        <CameraStage />
        <Teach state={state} />
        <div class="side">
          <AnswerRegion state={state} />
          <Quality state={state} />
        </div>
      </main>
      <footer class="footer aside">
        <p class="by-mouse">{text.footer.keys}</p>
        <p>
          <a href="licences/NOTICE.txt">{text.footer.licences}</a>
        </p>
      </footer>
      <PhoneBar state={state} />
      {state.asking && <AskClass count={state.asking.count} classes={state.classes} />}
      {state.reteaching && <Reteaching {...state.reteaching} />}
      <Notes state={state} />
    </div>
  );
}
