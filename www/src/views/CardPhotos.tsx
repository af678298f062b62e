import { openCamera } from "../actions/camera";
import { takeInto } from "../actions/intake";
import type { AppState, Place } from "../state/state";
import { text } from "../text";
import { showChip } from "./Chip";
import { Camera, Plus } from "./icons";
import { PhotoButton } from "./PhotoButton";
import { Thumbnails } from "./Thumbnails";

interface Props {
  place: Place;
  /** Of its class, or `NONE_KEY`. */
  placeKey: number;
  /** Of its photos. */
  ids: readonly number[];
  /** What is said where there are none. */
  empty: string;
  state: AppState;
  /** The control in use is about to go. */
  onEmptied: () => void;
}

/** The photos of a card, with the buttons that add more. */
export function CardPhotos({ place, placeKey, ids, empty, state, onEmptied }: Props) {
  const name = place ?? text.answer.none;
  return (
    <>
      {ids.length === 0 ? (
        <p class="well">{empty}</p>
      ) : (
        <Thumbnails place={place} ids={ids} state={state} onEmptied={onEmptied} />
      )}
      <div class="card-foot">
        <PhotoButton name={text.card.addPhotosTo(name)} onFiles={(files) => takeInto(place, files)}>
          <Plus />
          {text.card.addPhotos}
        </PhotoButton>
        <button
          type="button"
          class="button"
          aria-label={text.card.cameraFor(name)}
          onClick={() => {
            openCamera();
            showChip(placeKey);
          }}
        >
          <Camera />
          {text.card.camera}
        </button>
      </div>
    </>
  );
}
