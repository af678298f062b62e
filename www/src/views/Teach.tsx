import { addClass } from "../actions/classes";
import { redo, undo } from "../actions/history";
import { takeDropped } from "../actions/intake";
import type { AppState } from "../state/state";
import { text } from "../text";
import { Classes } from "./Classes";
import { chosenFolder } from "./entries";
import { Ghosts } from "./Ghosts";
import { HistoryButton } from "./HistoryButton";
import { Plus } from "./icons";
import { KeepPictures } from "./KeepPictures";
import { NewClass } from "./NewClass";
import { NoneCard } from "./NoneCard";
import { PhotoButton } from "./PhotoButton";
import { Samples } from "./Samples";
import { SetBar } from "./SetBar";

export function Teach({ state }: { state: AppState }) {
  const { classes, set } = state;
  const empty =
    classes.length === 0 && (set.kind === "open" || (set.kind === "opening" && state.expected.length === 0));
  const usable = set.kind === "opening" || set.kind === "open";
  return (
    <section id="teach" class="teach" aria-labelledby="teach-title" tabIndex={-1}>
      <div class="line region-head">
        <h2 id="teach-title">{text.teach.title}</h2>
        <SetBar state={state} />
        <div class="history">
          <HistoryButton what={state.undo} name={text.history.undo} onPress={undo} />
          <HistoryButton what={state.redo} name={text.history.redo} onPress={redo} turned />
        </div>
      </div>
      {set.kind === "opening" && classes.length === 0 && !empty && <Ghosts counts={state.expected} />}
      {empty && (
        <div class="welcome">
          <p class="welcome-title">{text.teach.emptyTitle}</p>
          <ol class="steps">
            {text.teach.steps.map((step) => (
              <li key={step}>{step}</li>
            ))}
          </ol>
        </div>
      )}
      <Classes state={state} />
      {usable && (
        <NewClass
          label={text.teach.newClass}
          button={text.teach.addClass}
          hint={text.teach.newClassHint}
          onAdd={addClass}
        />
      )}
      {usable && (
        <p class="line aside">
          <PhotoButton class="button-small" folder onFiles={(files) => takeDropped(chosenFolder(files))}>
            <Plus />
            {text.teach.folder}
          </PhotoButton>
          <span class="by-mouse">{text.teach.dropAnywhere}</span>
        </p>
      )}
      {usable && (classes.length > 0 || state.negatives.length > 0) && <NoneCard state={state} />}
      {empty && <Samples />}
      {state.pictureBytes > 0 && <KeepPictures keep={state.keepPictures} bytes={state.pictureBytes} />}
      {state.persisted !== null && classes.length > 0 && (
        <p class="aside">{state.persisted ? text.storage.kept : text.storage.evictable}</p>
      )}
    </section>
  );
}
