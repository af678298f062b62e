import type { HeadName } from "handful";
import { chooseHead, showHeads } from "../actions/head";
import { chooseNames } from "../actions/preferences";
import type { Answer, AppState } from "../state/state";
import { currentOutcome } from "../state/updates";
import { text } from "../text";
import { Check } from "./Check";
import { Choice } from "./Choice";
import { EncoderChoice } from "./EncoderChoice";
import { Opinions } from "./Opinions";

/** For those who want to know: other ways to come to answers, and what each says. */
export function HeadChoice({ state }: { state: AppState }) {
  const { head, engine, encoder, useNames, explaining } = state;
  const outcome = currentOutcome(state);
  return (
    <details class="more head" open={explaining} onToggle={(event) => showHeads(event.currentTarget.open)}>
      <summary>{text.head.title}</summary>
      <Choice
        label={text.head.choose}
        value={head}
        names={{ [head]: head, ...text.head.names }}
        choose={(name) => chooseHead(name as HeadName)}
      />
      <p class="aside">{text.head.hint}</p>
      {encoder === "shipped" && engine.kind === "ready" && engine.names && (
        <>
          <Check
            checked={useNames}
            words={text.head.useNames}
            onChange={(checked) => void chooseNames(checked)}
          />
          <p class="aside">{text.head.namesHint}</p>
        </>
      )}
      <Opinions state={state} />
      {outcome?.kind === "answered" && <p class="timings">{stages(outcome.answer).join(" · ")}</p>}
      <EncoderChoice state={state} />
    </details>
  );
}

function stages({ timings }: Answer): string[] {
  const { stages: names, milliseconds } = text.answer;
  return (["decode", "preprocess", "encode", "classify"] as const).map(
    (stage) => `${names[stage]} ${milliseconds(timings[stage])}`,
  );
}
