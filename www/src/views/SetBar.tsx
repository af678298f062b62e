import { useEffect, useRef, useState } from "preact/hooks";
import {
  canShare,
  createSet,
  deleteSet,
  mergeSetFile,
  openSetFiles,
  renameSet,
  restoreSet,
  saveSetFile,
  shareSetFile,
  switchSet,
} from "../actions/sets";
import type { AppState } from "../state/state";
import { setName } from "../state/updates";
import { text } from "../text";
import { Button } from "./Button";
import { FileInput } from "./FileInput";
import { keyOf } from "./keys";
import { Menu } from "./Menu";
import { OtherDevice } from "./OtherDevice";

/** The name of the open set, and what can be done with sets. */
export function SetBar({ state }: { state: AppState }) {
  const name = setName(state);
  const opened = useRef<HTMLInputElement>(null);
  const merged = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(name);
  const [leaving, setLeaving] = useState(false);
  const others = state.sets.filter(({ id }) => id !== state.setId);
  const open = state.set.kind === "open";
  useEffect(() => setDraft(name), [name]);

  return (
    <div class="line set-bar">
      <input
        type="text"
        class="set-name"
        aria-label={text.sets.name}
        autocomplete="off"
        dir="auto"
        maxLength={100}
        value={draft}
        onInput={(event) => setDraft(event.currentTarget.value)}
        onKeyDown={(event) => {
          const key = keyOf(event);
          if (key === "Escape") setDraft(name);
          if (key === "Enter") void renameSet(draft);
        }}
        onBlur={() => {
          if (draft.trim() === "") setDraft(name);
          else if (draft.trim() !== name) void renameSet(draft);
        }}
      />
      <Menu
        name={text.sets.menu}
        items={[
          ...others.map((other) => ({
            words: text.sets.open(other.name || text.sets.first),
            run: () => void switchSet(other.id),
          })),
          { words: text.sets.create, run: createSet },
          { words: text.sets.openFile, run: () => opened.current?.click() },
          ...(open
            ? [
                { words: text.sets.mergeFile, run: () => merged.current?.click() },
                { words: text.sets.savePlain, run: () => saveSetFile(false) },
                { words: text.sets.remove, run: deleteSet },
              ]
            : []),
          { words: text.sets.otherDevice, run: () => setLeaving(true) },
          ...state.deletedSets.map((deleted) => ({
            words: text.sets.restore(deleted.name || text.sets.first),
            run: () => void restoreSet(deleted.id),
          })),
        ]}
      />
      {open && (state.classes.length > 0 || state.negatives.length > 0) && (
        <>
          <Button class="button-small" onClick={() => saveSetFile(true)}>
            {text.sets.save}
          </Button>
          {canShare && (
            <Button class="button-small" onClick={shareSetFile}>
              {text.sets.share}
            </Button>
          )}
        </>
      )}
      {leaving && <OtherDevice onClose={() => setLeaving(false)} />}
      <FileInput input={opened} name={text.sets.openFile} accept=".handful" several onFiles={openSetFiles} />
      <FileInput input={merged} name={text.sets.mergeFile} accept=".handful" onFiles={mergeSetFile} />
      <p class={state.storage.kind === "failed" ? "storage storage-failed" : "storage"}>
        {state.storage.kind === "failed" ? text.storage.unsaved : text.storage[state.storage.kind]}
      </p>
    </div>
  );
}
