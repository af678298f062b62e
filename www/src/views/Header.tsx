import { startNewVersion } from "../actions/offline";
import { reteachHere } from "../actions/reteaching";
import { saveCopy, startEmpty, tryAgain } from "../actions/session";
import { takeOver } from "../actions/sets";
import type { AppState, EngineStatus } from "../state/state";
import { hasPictures, setName } from "../state/updates";
import { text } from "../text";
import { EncoderOffer } from "./EncoderOffer";
import { Mark } from "./icons";
import { LanguageChoice } from "./LanguageChoice";

export function Header({ state }: { state: AppState }) {
  const { engine, set, language } = state;
  return (
    <header class="header">
      <div class="header-line">
        <h1 class="brand">
          <Mark />
          {text.header.name}
        </h1>
        <p class="tagline">{text.header.tagline}</p>
        <LanguageChoice language={language} />
      </div>
      <div class="status-line">
        <p class="private">{text.header.private}</p>
        <Engine
          engine={engine}
          waits={state.set.kind === "opening" || (state.offer?.needed ?? false)}
          offline={state.offline !== "no"}
        />
      </div>
      {state.offline === "newer" && (
        <div class="notice notice-calm" role="status">
          <p>{text.newer.words}</p>
          <button type="button" class="button" onClick={() => void startNewVersion()}>
            {text.newer.start}
          </button>
        </div>
      )}
      {engine.kind === "failed" && (
        <div class="notice" role="alert">
          <p>
            <strong>{text.engine.failed}</strong> {text.codes[engine.code]}
          </p>
          <button type="button" class="button" onClick={tryAgain}>
            {text.engine.again}
          </button>
        </div>
      )}
      {state.offer?.needed && <EncoderOffer offer={state.offer} pictures={hasPictures(state)} />}
      {set.kind === "elsewhere" && (
        <div class="notice notice-calm" role="alert">
          <p>{(set.kept ? text.elsewhere.kept : text.elsewhere.words)(setName(state))}</p>
          <button type="button" class="button" onClick={takeOver}>
            {text.elsewhere.here}
          </button>
        </div>
      )}
      {set.kind === "unusable" && (
        <div class="notice" role="alert">
          <p>
            {text.codes[set.code]} {text.unusable.kept} {set.pictures && text.unusable.pictures}
          </p>
          {set.pictures && (
            <button type="button" class="button button-strong" onClick={() => void reteachHere()}>
              {text.encoder.reteachHere}
            </button>
          )}
          <button type="button" class="button" onClick={saveCopy}>
            {text.unusable.copy}
          </button>
          <button type="button" class="button" onClick={startEmpty}>
            {text.unusable.anew}
          </button>
        </div>
      )}
    </header>
  );
}

interface EngineProps {
  engine: EngineStatus;
  /** The set is being opened, or waits for another encoder. */
  waits: boolean;
  offline: boolean;
}

/** Comes last in its line, so that nothing moves when it changes. */
function Engine({ engine, waits, offline }: EngineProps) {
  if (engine.kind === "loading") {
    const { done, total } = engine;
    return (
      <p class="engine" role="status">
        {text.engine.loading}
        <progress aria-label={text.engine.loading} {...(total > 0 ? { value: done, max: total } : {})} />
        <span class="engine-bytes" aria-hidden="true">
          {done > 0 && text.engine.loaded(done, total)}
        </span>
      </p>
    );
  }
  return (
    <p class="engine" role="status">
      {engine.kind === "ready" && !waits && <span>{text.engine.ready}</span>}
      {offline && <span>{text.header.offline}</span>}
    </p>
  );
}
