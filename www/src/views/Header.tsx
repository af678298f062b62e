import { startNewVersion } from "../actions/offline";
import { reteachHere } from "../actions/reteaching";
import { saveCopy, startEmpty, tryAgain } from "../actions/session";
import { takeOver } from "../actions/sets";
import type { AppState, EngineStatus } from "../state/state";
import { hasPictures, setName } from "../state/updates";
import { text } from "../text";
import { Button } from "./Button";
import { EncoderOffer } from "./EncoderOffer";
import { Mark } from "./icons";
import { LanguageChoice } from "./LanguageChoice";

export function Header({ state }: { state: AppState }) {
  const { engine, set, language } = state;
  return (
    <header class="header">
      <div class="line header-line">
        <h1 class="brand">
          <Mark />
          handful
        </h1>
        <p class="tagline">{text.header.tagline}</p>
        <LanguageChoice language={language} />
      </div>
      <div class="status-line aside">
        <p class="private">{text.header.private}</p>
        <Engine
          engine={engine}
          waits={state.set.kind === "opening" || (state.offer?.needed ?? false)}
          offline={state.offline !== "no"}
        />
      </div>
      {state.offline === "newer" && (
        <div class="line notice notice-calm" role="status">
          <p>{text.newer.words}</p>
          <Button onClick={startNewVersion}>{text.newer.start}</Button>
        </div>
      )}
      {engine.kind === "failed" && (
        <div class="line notice" role="alert">
          <p>
            <strong>{text.engine.failed}</strong> {text.codes[engine.code]}
          </p>
          <Button onClick={tryAgain}>{text.press.again}</Button>
        </div>
      )}
      {state.offer?.needed && <EncoderOffer offer={state.offer} pictures={hasPictures(state)} />}
      {set.kind === "elsewhere" && (
        <div class="line notice notice-calm" role="alert">
          <p>{(set.kept ? text.elsewhere.kept : text.elsewhere.words)(setName(state))}</p>
          <Button onClick={takeOver}>{text.elsewhere.here}</Button>
        </div>
      )}
      {set.kind === "unusable" && (
        <div class="line notice" role="alert">
          <p>
            {text.codes[set.code]} {text.unusable.kept} {set.pictures && text.unusable.pictures}
          </p>
          {set.pictures && (
            <Button class="button-strong" onClick={reteachHere}>
              {text.encoder.reteachHere}
            </Button>
          )}
          <Button onClick={saveCopy}>{text.unusable.copy}</Button>
          <Button onClick={startEmpty}>{text.unusable.anew}</Button>
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
      <p class="line engine" role="status">
        {text.engine.loading}
        <progress aria-label={text.engine.loading} {...(total > 0 ? { value: done, max: total } : {})} />
        <span class="engine-bytes" aria-hidden="true">
          {done > 0 && text.engine.loaded(done, total)}
        </span>
      </p>
    );
  }
  return (
    <p class="line engine" role="status">
      {engine.kind === "ready" && !waits && <span>{text.engine.ready}</span>}
      {offline && <span>{text.header.offline}</span>}
    </p>
  );
}
