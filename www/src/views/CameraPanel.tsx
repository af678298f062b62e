import { useEffect, useRef } from "preact/hooks";
import { chooseCamera, retryCamera, showCamera, takePhoto, toggleBurst } from "../actions/camera";
import type { AppState, CameraStatus, Place } from "../state/state";
import { text } from "../text";

export function CameraView({ camera }: { camera: CameraStatus }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => (video.current ? showCamera(video.current) : undefined), []);
  const on = camera.kind === "on";
  // Why there is no picture is seen by whoever pressed the button, even at the lower edge of a phone.
  const note = useRef<HTMLParagraphElement>(null);
  const failed = camera.kind === "failed" && camera.code;
  useEffect(() => {
    if (failed) note.current?.scrollIntoView({ block: "nearest" });
  }, [failed]);
  const style = on ? (camera.mirrored ? "video video-mirrored" : "video") : "video video-off";
  return (
    <div class="camera">
      <video class={style} ref={video} muted playsInline aria-label={text.camera.picture} />
      {on && camera.devices.length > 1 && (
        <select
          class="button button-small"
          aria-label={text.camera.which}
          value={camera.device}
          onChange={(event) => chooseCamera(event.currentTarget.value)}
        >
          {camera.devices.map(({ id, label }, i) => (
            <option key={id} value={id}>
              {label || text.camera.number(i + 1)}
            </option>
          ))}
        </select>
      )}
      <p class="camera-note" role="status" ref={note}>
        {camera.kind === "starting" && text.camera.starting}
        {camera.kind === "failed" && text.cameraCodes[camera.code]}
      </p>
      {camera.kind === "failed" && camera.code !== "insecure" && (
        <button type="button" class="button button-small" onClick={retryCamera}>
          {text.camera.again}
        </button>
      )}
    </div>
  );
}

interface Props {
  place: Place;
  /** Of its class, or `NONE_KEY`. */
  placeKey: number;
  state: AppState;
}

/** The camera inside a card: each press of the button is one photo, or a press starts and ends a burst. */
export function CameraPanel({ place, placeKey, state: { camera, burst } }: Props) {
  return (
    <section class="camera-panel" aria-label={text.camera.title(place ?? text.answer.none)}>
      <CameraView camera={camera} />
      {camera.kind === "on" && (
        <div class="camera-buttons">
          <button type="button" class="button button-strong" onClick={() => void takePhoto(place)}>
            {text.camera.take}
          </button>
          <button
            type="button"
            class="button"
            aria-pressed={burst}
            onClick={() => void toggleBurst(placeKey)}
          >
            {text.camera.burst}
          </button>
        </div>
      )}
    </section>
  );
}
