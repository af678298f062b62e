import type { RefObject } from "preact";
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
    <div class="set-bar">
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
          { words: text.sets.create, run: () => void createSet() },
          { words: text.sets.openFile, run: () => opened.current?.click() },
          ...(open
            ? [
                { words: text.sets.mergeFile, run: () => merged.current?.click() },
                { words: text.sets.savePlain, run: () => saveSetFile(false) },
                { words: text.sets.remove, run: () => void deleteSet() },
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
          <button type="button" class="button button-small" onClick={() => saveSetFile(true)}>
            {text.sets.save}
          </button>
          {canShare && (
            <button type="button" class="button button-small" onClick={() => void shareSetFile()}>
              {text.sets.share}
            </button>
          )}
        </>
      )}
      {leaving && <OtherDevice onClose={() => setLeaving(false)} />}
      <SetFileInput input={opened} name={text.sets.openFile} several onFiles={openSetFiles} />
      <SetFileInput input={merged} name={text.sets.mergeFile} onFiles={([file]) => mergeSetFile(file)} />
      <p class={state.storage.kind === "failed" ? "storage storage-failed" : "storage"}>
        {state.storage.kind === "failed" ? text.storage.unsaved : text.storage[state.storage.kind]}
      </p>
    </div>
  );
}

interface SetFileInputProps {
  input: RefObject<HTMLInputElement | null>;
  name: string;
  several?: boolean;
  onFiles: (files: [File, ...File[]]) => Promise<void>;
}

/** Not to be seen: the menu opens its file chooser. */
function SetFileInput({ input, name, several = false, onFiles }: SetFileInputProps) {
  return (
    <input
      ref={input}
      type="file"
      accept=".handful"
      multiple={several}
      hidden
      aria-label={name}
      onChange={({ currentTarget }) => {
        const [first, ...others] = currentTarget.files ?? [];
        if (first) void onFiles([first, ...others]);
        currentTarget.value = "";
      }}
    />
  );
}
