import { useId, useRef, useState } from "preact/hooks";
import type { AppState } from "../state/state";
import { same } from "../state/updates";
import { text } from "../text";
import { ClassCard } from "./ClassCard";
import { toneOf } from "./tone";
import { drawnWhole } from "./windowed";

/** Of more classes, some can be looked for by their names. */
const AT_A_GLANCE = 12;

const NONE: readonly number[] = [];

/** The cards of all classes, or of those whose names have what is looked for. */
export function Classes({ state }: { state: AppState }) {
  const { classes, selected } = state;
  const [wanted, setWanted] = useState("");
  const many = classes.length > AT_A_GLANCE;
  const found = many ? classes.filter(({ label }) => plain(label).includes(plain(wanted))) : classes;
  const labels = useRef<readonly string[]>([]);
  labels.current = same(
    labels.current,
    classes.map(({ label }) => label),
  );
  const chosen = new Set(selected);
  return (
    <>
      {many && <Search wanted={wanted} found={found.length} count={classes.length} onInput={setWanted} />}
      <ul class="cards">
        {found.map((item) => (
          <li key={item.key}>
            <ClassCard
              item={item}
              tone={toneOf(item.label, classes)}
              labels={labels.current}
              selected={chosen.size > 0 && item.ids.some((id) => chosen.has(id)) ? selected : NONE}
              whole={drawnWhole(state)}
            />
          </li>
        ))}
      </ul>
    </>
  );
}

/** A name as it is compared: however it is spelled. */
function plain(name: string): string {
  return name.normalize("NFKC").toLocaleLowerCase().trim();
}

interface SearchProps {
  wanted: string;
  found: number;
  count: number;
  onInput: (wanted: string) => void;
}

function Search({ wanted, found, count, onInput }: SearchProps) {
  const id = useId();
  return (
    <p class="line search">
      <label class="unseen" for={id}>
        {text.teach.search}
      </label>
      <input
        id={id}
        type="search"
        class="field"
        value={wanted}
        placeholder={text.teach.search}
        autocomplete="off"
        dir="auto"
        onInput={({ currentTarget: { value } }) => onInput(value)}
      />
      <span class="aside" role="status">
        {wanted.trim() !== "" && text.teach.found(found, count)}
      </span>
    </p>
  );
}
