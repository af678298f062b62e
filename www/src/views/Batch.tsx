import type { AppState } from "../state/state";
import { canHelpEachOther, tally } from "../state/updates";
import { text } from "../text";

/** Many photos in a line: how far they are looked at, then how they were answered, and whether together. */
export function Batch({ state }: { state: AppState }) {
  const { readings, together, askBelow } = state;
  const { length: total } = readings;
  const { waiting, ...counts } = tally(readings, askBelow);
  const words = text.answer.together;
  return (
    <div class="batch">
      {waiting > 0 && canHelpEachOther(state, total) && (
        <p class="line aside">
          <progress value={total - waiting} max={total} aria-label={text.answer.many(total)} />
          <span>{words.looking(total - waiting, total)}</span>
        </p>
      )}
      <p class="batch-counts" role="status">
        {waiting === 0 && text.answer.counts(total, counts)}
      </p>
      {waiting === 0 && together !== "no" && <p class="aside">{words[together]}</p>}
    </div>
  );
}
