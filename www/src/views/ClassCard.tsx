import { useRef } from "preact/hooks";
import { closeCamera, openCamera } from "../actions/camera";
import { enableClass, mergeClasses, removeClass } from "../actions/classes";
import { takeInto } from "../actions/intake";
import type { AppState, ClassItem } from "../state/state";
import { text } from "../text";
import { CameraPanel } from "./CameraPanel";
import { ClassName } from "./ClassName";
import { allOf, useDrop } from "./drop";
import { Camera, Plus } from "./icons";
import { Menu } from "./Menu";
import { PhotoButton } from "./PhotoButton";
import { Thumbnails } from "./Thumbnails";
import { toneOf } from "./tone";

export function ClassCard({ item, state }: { item: ClassItem; state: AppState }) {
  const { label, key } = item;
  const teach = (files: File[]) => takeInto(label, files);
  const { over, handlers } = useDrop((dropped) => teach(allOf(dropped)));
  const card = useRef<HTMLElement>(null);
  const others = state.classes.filter((other) => other.key !== key);
  const filming = state.cameraClass === key;

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
        <ClassName label={label} />
        <p class="count">
          <span>{text.photos(item.count)}</span>
          {item.enabled ? (
            item.named && <span class="named">{text.card.named}</span>
          ) : (
            <span>{text.card.disabled}</span>
          )}
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
      {/* Above the photos, which become more: what is pressed for the next one stays where it is. */}
      {filming && <CameraPanel item={item} state={state} />}
      <Thumbnails item={item} state={state} onEmptied={() => card.current?.focus()} />
      <div class="card-foot">
        <PhotoButton name={text.card.addPhotosTo(label)} onFiles={teach}>
          <Plus />
          {text.card.addPhotos}
        </PhotoButton>
        <button
          type="button"
          class="button"
          aria-label={filming ? text.card.closeCameraFor(label) : text.card.cameraFor(label)}
          onClick={() => (filming ? closeCamera() : openCamera(item))}
        >
          <Camera />
          {filming ? text.card.closeCamera : text.card.camera}
        </button>
      </div>
    </article>
  );
}
