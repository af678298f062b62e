import { useRef, useState } from "preact/hooks";
import { addressOf } from "../actions/answer";
import type { Outcome, Reading } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";
import { Part } from "./Part";

const load = () => import("./Heat").then(({ Heat }) => Heat);

/** A photo that was asked about; by a press it is shown where in it the answer comes from. */
export function AskedPhoto({ reading: { id, path, outcome } }: { reading: Reading }) {
  const image = useRef<HTMLImageElement>(null);
  const [wanted, setWanted] = useState<Outcome | null>(null);
  // Another photo has another outcome, and so has any change of the set.
  const hot = wanted === outcome;
  return (
    <div class="asked-photo">
      <img ref={image} src={addressOf(id)} alt={text.answer.photo(path)} />
      {outcome.kind === "answered" && (
        <>
          <Button
            class="button-quiet button-small"
            aria-pressed={hot}
            onClick={() => setWanted(hot ? null : outcome)}
          >
            {text.heat.ask}
          </Button>
          {hot && <Part load={load} props={{ reading: id, answer: outcome.answer, image }} />}
        </>
      )}
    </div>
  );
}
