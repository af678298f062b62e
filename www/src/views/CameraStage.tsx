import { useEffect, useLayoutEffect, useRef } from "preact/hooks";
import { chooseCamera, chooseVideo, closeCamera, retryCamera, showCamera } from "../actions/camera";
import { addClass } from "../actions/classes";
import { undo } from "../actions/history";
import { type AppState, type CameraStatus, NONE_KEY, type Outcome } from "../state/state";
import { verdict } from "../state/updates";
import { text } from "../text";
import { Button } from "./Button";
import { Chip } from "./Chip";
import { HistoryButton } from "./HistoryButton";
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
  return state.live && <Stage state={state} outcome={state.live} />;
}

function Stage({ state, outcome }: { state: AppState; outcome: Outcome }) {
  const { camera, classes } = state;
  const stage = useRef<HTMLElement>(null);
  useLayoutEffect(() => {
    const before = document.activeElement as HTMLElement | null;
    stage.current?.scrollIntoView();
    stage.current?.focus({ preventScroll: true });
    return () => {
      // Work goes on where the camera was opened, once it is gone.
      if (stage.current?.contains(document.activeElement)) queueMicrotask(() => before?.focus());
    };
  }, []);
  const found = verdict(outcome, state.askBelow);
  const answer = outcome.kind === "answered" ? outcome.answer : null;
  const none = { key: NONE_KEY, label: null, count: state.negatives.length };
  /** What the picture is taken for; null for none of the classes. */
  const seen = found ? { sure: found.best.label, none: null, unsure: undefined }[found.kind] : undefined;
  return (
    <section class="panel stage" aria-labelledby="stage-title" tabIndex={-1} ref={stage}>
      <div class="line region-head">
        <h2 id="stage-title">{text.camera.title}</h2>
        <HistoryButton what={state.undo} name={text.history.undo} onPress={undo} />
        <Button onClick={closeCamera}>{text.camera.close}</Button>
      </div>
      <div class="stage-body">
        <div class="stage-picture">
          <Picture camera={camera} />
          {camera.kind === "on" &&
            (state.guide ? <Guide {...state.guide} /> : <Words outcome={outcome} state={state} />)}
        </div>
        <div>
          <p class="aside">{text.camera.hint}</p>
          <ul class="chips" aria-label={text.camera.chips}>
            {[...classes, none].map(({ key, label, count }) => (
              <Chip
                key={key}
                place={label}
                placeKey={key}
                count={count}
                share={answer?.scores.find((score) => score.label === label)?.probability ?? null}
                best={label === seen}
                tone={toneOf(label, classes)}
                recording={state.recording === key}
              />
            ))}
          </ul>
          <NewClass label={text.camera.newClass} button={text.press.add} onAdd={addClass} />
          <Reactions outcome={outcome} found={found} labels={classes.map(({ label }) => label)} />
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
    <div class="line">
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
      <PhotoButton class="button-small" accept="video/*" onFiles={chooseVideo}>
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
            <Button onClick={retryCamera}>{text.press.again}</Button>
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
