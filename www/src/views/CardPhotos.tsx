import { openCamera } from "../actions/camera";
import { takeInto } from "../actions/intake";
import { text } from "../text";
import { Button } from "./Button";
import { showChip } from "./Chip";
import { Camera, Plus } from "./icons";
import { PhotoButton } from "./PhotoButton";
import { Thumbnails, type ThumbnailsProps } from "./Thumbnails";

interface Props extends ThumbnailsProps {
  /** Of its class, or `NONE_KEY`. */
  placeKey: number;
  /** What is said where there are none. */
  empty: string;
}

/** The photos of a card, with the buttons that add more. */
export function CardPhotos({ placeKey, empty, ...photos }: Props) {
  const { place, ids } = photos;
  const name = place ?? text.answer.none;
  return (
    <>
      {ids.length === 0 ? <p class="well aside">{empty}</p> : <Thumbnails {...photos} />}
      <div class="line card-foot">
        <PhotoButton name={text.card.addPhotosTo(name)} onFiles={(files) => takeInto(place, files)}>
          <Plus />
          {text.card.addPhotos}
        </PhotoButton>
        <Button
          aria-label={text.card.cameraFor(name)}
          onClick={() => {
            openCamera();
            showChip(placeKey);
          }}
        >
          <Camera />
          {text.card.camera}
        </Button>
      </div>
    </>
  );
}
