import type { RefObject } from "preact";
import { useEffect, useRef, useState } from "preact/hooks";
import {
  createSet,
  deleteSet,
  mergeSetFile,
  openSetFile,
  renameSet,
  saveSetFile,
  switchSet,
} from "../actions/sets";
import type { AppState, StorageStatus } from "../state/state";
import { setName } from "../state/updates";
import { text } from "../text";
import { Menu } from "./Menu";

/** The name of the open set, and what can be done with sets. */
export function SetBar({ state }: { state: AppState }) {
  const name = setName(state);
  const opened = useRef<HTMLInputElement>(null);
  const merged = useRef<HTMLInputElement>(null);
  const [draft, setDraft] = useState(name);
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
          if (event.key === "Escape") setDraft(name);
          if (event.key === "Enter") void renameSet(draft);
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
                { words: text.sets.save, run: () => saveSetFile(true) },
                { words: text.sets.savePlain, run: () => saveSetFile(false) },
                { words: text.sets.remove, run: () => void deleteSet() },
              ]
            : []),
        ]}
      />
      <SetFileInput input={opened} name={text.sets.openFile} onFile={openSetFile} />
      <SetFileInput input={merged} name={text.sets.mergeFile} onFile={mergeSetFile} />
      <Storage storage={state.storage} />
    </div>
  );
}

interface SetFileInputProps {
  input: RefObject<HTMLInputElement | null>;
  name: string;
  onFile: (file: File) => Promise<void>;
}

/** Not to be seen: the menu opens its file chooser. */
function SetFileInput({ input, name, onFile }: SetFileInputProps) {
  return (
    <input
      ref={input}
      type="file"
      accept=".handful"
      hidden
      aria-label={name}
      onChange={({ currentTarget }) => {
        const [file] = currentTarget.files ?? [];
        if (file) void onFile(file);
        currentTarget.value = "";
      }}
    />
  );
}

/** A failure is said aloud; saving and saved are only to be seen, because they come after every change. */
function Storage({ storage }: { storage: StorageStatus }) {
  if (storage.kind !== "failed") return <p class="storage">{text.storage[storage.kind]}</p>;
  return (
    <p class="storage storage-failed" role="alert">
      {text.storage.failed[storage.reason]}
    </p>
  );
}
