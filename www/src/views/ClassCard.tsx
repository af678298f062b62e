import { useRef } from "preact/hooks";
import { enableClass, mergeClasses, removeClass } from "../actions/classes";
import { allOf, takeInto } from "../actions/intake";
import type { ClassItem } from "../state/state";
import { text } from "../text";
import { CardPhotos } from "./CardPhotos";
import { ClassName } from "./ClassName";
import { useDrop } from "./drop";
import { Menu } from "./Menu";
import { steady } from "./redrawing";
import { toned } from "./tone";

interface Props {
  item: ClassItem;
  tone: number | undefined;
  /** Of all classes. */
  labels: readonly string[];
  /** Ids of the photos that are picked out, where some of these are. */
  selected: readonly number[];
  /** All photos are drawn, whether they are in view or not. */
  whole: boolean;
}

export const ClassCard = steady(function ClassCard({ item, tone, labels, selected, whole }: Props) {
  const { label, key } = item;
  const { over, handlers } = useDrop((dropped) => takeInto(label, allOf(dropped)));
  const card = useRef<HTMLElement>(null);
  const others = labels.filter((other) => other !== label);

  /** Does what makes this card go; focus moves on to the next card, or to the field for a new class. */
  function leaving(remove: () => void) {
    const next = card.current?.closest("li")?.nextElementSibling ?? card.current?.closest("section");
    next?.querySelector<HTMLElement>(":scope > .card, :scope > .new-class .field")?.focus();
    remove();
  }

  return (
    <article
      class={`card${over ? " over" : ""}${item.enabled ? "" : " card-resting"}`}
      aria-label={label}
      data-class={key}
      style={toned(tone)}
      tabIndex={-1}
      ref={card}
      {...handlers}
    >
      <div class="card-head">
        <h3 class="unseen">{label}</h3>
        <ClassName label={label} />
        <p class="count aside">
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
            { words: text.card.remove, run: () => leaving(() => removeClass(label)) },
            // Last: there may be many.
            ...others.map((other) => ({
              words: text.card.mergeInto(other),
              run: () => leaving(() => mergeClasses(label, other)),
            })),
          ]}
        />
      </div>
      <CardPhotos
        place={label}
        placeKey={key}
        ids={item.ids}
        empty={item.named ? text.card.emptyNamed : text.card.empty}
        selected={selected}
        labels={labels}
        whole={whole}
        onEmptied={() => card.current?.focus()}
      />
    </article>
  );
});
