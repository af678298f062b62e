import { useRef } from "preact/hooks";
import { enableClass, mergeClasses, removeClass } from "../actions/classes";
import { takeInto } from "../actions/intake";
import type { AppState, ClassItem } from "../state/state";
import { text } from "../text";
import { CardPhotos } from "./CardPhotos";
import { ClassName } from "./ClassName";
import { allOf, useDrop } from "./drop";
import { Menu } from "./Menu";
import { toneOf } from "./tone";

export function ClassCard({ item, state }: { item: ClassItem; state: AppState }) {
  const { label, key } = item;
  const { over, handlers } = useDrop((dropped) => takeInto(label, allOf(dropped)));
  const card = useRef<HTMLElement>(null);
  const others = state.classes.filter((other) => other.key !== key);

  /** Does what makes this card go; focus moves on to the next card, or to the field for a new class. */
  function leaving(remove: () => void) {
    const next = card.current?.closest("li")?.nextElementSibling ?? card.current?.closest("section");
    next?.querySelector<HTMLElement>(":scope > .card, :scope > .new-class .field")?.focus();
    remove();
  }

  return (
    <article
      class={`card${over ? " card-over" : ""}${item.enabled ? "" : " card-resting"}`}
      aria-label={label}
      data-class={key}
      data-tone={toneOf(item, state.classes)}
      tabIndex={-1}
      ref={card}
      {...handlers}
    >
      <div class="card-head">
        <h3 class="unseen">{label}</h3>
        <ClassName label={label} />
        <p class="count">
          <span>{text.photos(item.count)}</span>
          {!item.enabled && <span>{text.card.disabled}</span>}
        </p>
        <Menu
          name={text.card.more(label)}
          items={[
            {
              words: item.enabled ? text.card.disable : text.card.enable,
              run: () => enableClass(label, !item.enabled),
            },
            ...others.map((other) => ({
              words: text.card.mergeInto(other.label),
              run: () => leaving(() => mergeClasses(label, other.label)),
            })),
            { words: text.card.remove, run: () => leaving(() => removeClass(label)) },
          ]}
        />
      </div>
      <CardPhotos
        place={label}
        placeKey={key}
        ids={state.examples.flatMap((example) => (example.label === label ? [example.id] : []))}
        empty={item.named ? text.card.emptyNamed : text.card.empty}
        state={state}
        onEmptied={() => card.current?.focus()}
      />
    </article>
  );
}
