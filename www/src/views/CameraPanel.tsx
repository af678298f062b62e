import { useEffect, useRef } from "preact/hooks";
import { showCamera, takePhoto } from "../actions/camera";

import type { CameraStatus, ClassItem } from "../state/state";
import { text } from "../text";

export function CameraView({ camera }: { camera: CameraStatus }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => (video.current ? showCamera(video.current) : undefined), []);
  return (
    <div class="camera">
      <video
        class={camera.kind === "on" ? "video" : "video video-off"}
        ref={video}
        muted
        playsInline
        aria-label={text.camera.picture}
      />
      <p class="camera-note" role="status">
        {camera.kind === "starting" && text.camera.starting}
        {camera.kind === "failed" && text.cameraCodes[camera.code]}
      </p>
    </div>
  );
}

/** The camera inside a class card: each press of the button is one photo. */
export function CameraPanel({ item, camera }: { item: ClassItem; camera: CameraStatus }) {
  return (
    <section class="camera-panel" aria-label={text.camera.title(item.label)}>
      <CameraView camera={camera} />
      {camera.kind === "on" && (
        <button type="button" class="button button-strong" onClick={() => void takePhoto(item.label)}>
          {text.camera.take}
        </button>
      )}
    </section>
  );
}
