import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { chooseCamera, chooseVideo, closeCamera, retryCamera, showCamera } from "../actions/camera";
import { addClass } from "../actions/classes";
import { undo } from "../actions/history";
import { type AppState, type CameraStatus, NONE_KEY, type Outcome } from "../state/state";
import { verdict } from "../state/updates";
import { text } from "../text";
import { Chip } from "./Chip";
import { Back } from "./icons";
import { NewClass } from "./NewClass";
import { PhotoButton } from "./PhotoButton";
import { Reactions } from "./Reactions";
import { useLiveState } from "./redrawing";
import { SpokenAnswer } from "./SpokenAnswer";
import { toneOf } from "./tone";
import { unanswered } from "./Verdict";

/** The camera, large, what it is taken for, and the classes to teach with it. Nothing here moves while it is used. */
export function CameraStage() {
  const state = useLiveState();
  return state.live.kind === "on" ? <Stage state={state} outcome={state.live.outcome} /> : null;
}

function Stage({ state, outcome }: { state: AppState; outcome: Outcome }) {
  const { camera, classes } = state;
  const stage = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    stage.current?.scrollIntoView();
    stage.current?.focus({ preventScroll: true });
  }, []);
  const found = verdict(outcome, state.askBelow);
  const answer = outcome.kind === "answered" ? outcome.answer : null;
  return (
    <section class="panel stage" aria-labelledby="stage-title" tabIndex={-1} ref={stage}>
      <div class="region-head">
        <h2 id="stage-title">{text.camera.title}</h2>
        <button
          type="button"
          class="button button-quiet"
          aria-label={text.history.undo}
          aria-disabled={state.undo === null}
          title={`${text.history.undo}: ${state.undo ?? text.history.nothing}`}
          onClick={undo}
        >
          <Back />
          <span class="history-name">{text.history.undo}</span>
        </button>
        <button type="button" class="button" onClick={closeCamera}>
          {text.camera.close}
        </button>
      </div>
      <div class="stage-body">
        <div class="stage-picture">
          <Picture camera={camera} />
          {camera.kind === "on" &&
            (state.guide ? <Guide {...state.guide} /> : <Words outcome={outcome} state={state} />)}
        </div>
        <div class="stage-classes">
          <p class="aside">{text.camera.hint}</p>
          <ul class="chips" aria-label={text.camera.chips}>
            {classes.map((item) => (
              <Chip
                key={item.key}
                place={item.label}
                placeKey={item.key}
                count={item.count}
                share={answer?.scores.find(({ label }) => label === item.label)?.probability ?? null}
                best={found?.kind === "sure" && found.best.label === item.label}
                tone={toneOf(item, classes)}
                recording={state.recording === item.key}
              />
            ))}
            <Chip
              place={null}
              placeKey={NONE_KEY}
              count={state.negatives.length}
              share={null}
              best={found?.kind === "none"}
              tone={undefined}
              recording={state.recording === NONE_KEY}
            />
          </ul>
          <NewClass label={text.camera.newClass} button={text.camera.add} onAdd={addClass} />
          <Reactions outcome={outcome} found={found} />
          {/* Last, since it comes when the camera is on: nothing above it moves. */}
          <Source camera={camera} />
        </div>
      </div>
      <SpokenAnswer outcome={outcome} found={found} classes={classes} source={null} />
    </section>
  );
}

/** What the picture comes from. */
function Source({ camera }: { camera: CameraStatus }) {
  const { devices, device, file } = camera.kind === "on" ? camera : { devices: [], device: "", file: null };
  return (
    <div class="folder-line">
      {(devices.length > 1 || (file !== null && devices.length > 0)) && (
        <select
          class="button button-small stage-source"
          aria-label={text.camera.which}
          value={device}
          onChange={(event) => chooseCamera(event.currentTarget.value)}
        >
          {file !== null && (
            <option value="" disabled>
              {file}
            </option>
          )}
          {devices.map(({ id, label }, i) => (
            <option key={id} value={id}>
              {label || text.camera.number(i + 1)}
            </option>
          ))}
        </select>
      )}
      <PhotoButton class="button button-small" accept="video/*" onFiles={chooseVideo}>
        {text.camera.video}
      </PhotoButton>
    </div>
  );
}

/** The live picture, or why there is none. */
function Picture({ camera }: { camera: CameraStatus }) {
  const video = useRef<HTMLVideoElement>(null);
  useEffect(() => (video.current ? showCamera(video.current) : undefined), []);
  const on = camera.kind === "on";
  return (
    <>
      <video
        class={on && camera.mirrored ? "video video-mirrored" : "video"}
        ref={video}
        hidden={!on}
        controls={on && camera.file !== null}
        loop
        muted
        playsInline
        aria-label={text.camera.picture}
      />
      {!on && (
        <div class="video video-none">
          <p role="status">
            {camera.kind === "failed" ? text.cameraCodes[camera.code] : text.camera.starting}
          </p>
          {camera.kind === "failed" && camera.code !== "insecure" && (
            <button type="button" class="button" onClick={retryCamera}>
              {text.camera.again}
            </button>
          )}
        </div>
      )}
    </>
  );
}

/** What to show, in the line of the answer. */
function Guide({ prompt, seconds }: NonNullable<AppState["guide"]>) {
  return (
    <p class="stage-words">
      <span class="stage-label" role="status">
        {prompt}
      </span>
      {seconds > 0 && <span class="verdict-share">{seconds}</span>}
    </p>
  );
}

/** The answer in a line of fixed height. */
function Words({ outcome, state }: { outcome: Outcome; state: AppState }) {
  const found = verdict(outcome, state.askBelow);
  if (!found)
    return <p class="stage-words stage-words-none">{unanswered(outcome, state) ?? text.answer.waiting}</p>;
  const { best, kind } = found;
  if (kind !== "sure") return <p class="stage-words">{text.answer[kind]}</p>;
  return (
    <p class="stage-words">
      <bdi class="stage-label">{best.label}</bdi>
      <span class="verdict-share">{text.percent(best.probability)}</span>
    </p>
  );
}
