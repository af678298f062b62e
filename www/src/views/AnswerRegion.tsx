import { useState } from "preact/hooks";
import { askAbout } from "../actions/answer";
import { toggleCamera } from "../actions/camera";
import { allOf } from "../actions/intake";
import type { AppState } from "../state/state";
import { candidates, currentOutcome, taught, verdict } from "../state/updates";
import { text } from "../text";
import { AnswerTable } from "./AnswerTable";
import { AskBelow } from "./AskBelow";
import { Batch } from "./Batch";
import { Button } from "./Button";
import { useDrop } from "./drop";
import { Exports } from "./Exports";
import { HeadChoice } from "./HeadChoice";
import { Camera, Plus } from "./icons";
import { OneByOne } from "./OneByOne";
import { PhotoButton } from "./PhotoButton";
import { SpokenAnswer } from "./SpokenAnswer";
import { Tabs } from "./Tabs";

export function AnswerRegion({ state }: { state: AppState }) {
  const { over, handlers } = useDrop((dropped) => askAbout(allOf(dropped)));
  const [view, setView] = useState<"one" | "table">("one");
  const outcome = currentOutcome(state);
  const several = state.readings.length > 1;
  return (
    <section
      id="answer"
      class={over ? "panel answer over" : "panel answer"}
      aria-labelledby="answer-title"
      tabIndex={-1}
      data-answer
      {...handlers}
    >
      <div class="line region-head">
        <h2 id="answer-title">{text.answer.title}</h2>
        <PhotoButton onFiles={askAbout}>
          <Plus />
          {text.answer.choose}
        </PhotoButton>
        <Button aria-pressed={state.live !== null} onClick={toggleCamera}>
          <Camera />
          {text.answer.live}
        </Button>
      </div>
      {several && (
        <>
          <Batch state={state} />
          <Tabs
            label={text.answer.many(state.readings.length)}
            names={text.answer.views}
            shown={view}
            panel="answer-view"
            onShow={setView}
          />
        </>
      )}
      <div id="answer-view" {...(several ? { role: "tabpanel", "aria-label": text.answer.views[view] } : {})}>
        {several && view === "table" ? (
          <AnswerTable state={state} onShow={() => setView("one")} />
        ) : (
          <OneByOne state={state} />
        )}
      </div>
      <SpokenAnswer
        outcome={outcome}
        found={verdict(outcome, state.askBelow)}
        classes={state.classes}
        source={state.shown}
      />
      {candidates(state).length > 1 && <AskBelow share={state.askBelow} />}
      {state.set.kind === "open" && <HeadChoice state={state} />}
      {taught(state).length > 1 && <Exports head={state.head} classes={state.classes} />}
    </section>
  );
}
