import { useRef } from "preact/hooks";
import { allOf, takeInto } from "../actions/intake";
import { type AppState, NONE_KEY } from "../state/state";
import { text } from "../text";
import { CardPhotos } from "./CardPhotos";
import { useDrop } from "./drop";
import { Strictness } from "./Strictness";
import { drawnWhole } from "./windowed";

/** Photos that show none of the classes: what is like them is none of these; and how soon a photo is. */
export function NoneCard({ state }: { state: AppState }) {
  const { over, handlers } = useDrop((dropped) => takeInto(null, allOf(dropped)));
  const card = useRef<HTMLElement>(null);
  return (
    <section
      class={over ? "card card-none over" : "card card-none"}
      aria-labelledby="none-title"
      data-class={NONE_KEY}
      tabIndex={-1}
      ref={card}
      {...handlers}
    >
      <div class="card-head">
        <h3 id="none-title">{text.answer.none}</h3>
        <p class="count aside">{text.photos(state.negatives.length)}</p>
      </div>
      <CardPhotos
        place={null}
        placeKey={NONE_KEY}
        ids={state.negatives}
        empty={text.card.emptyNone}
        selected={state.selected}
        labels={state.classes.map(({ label }) => label)}
        whole={drawnWhole(state)}
        onEmptied={() => card.current?.focus()}
      />
      <Strictness state={state} />
    </section>
  );
}
