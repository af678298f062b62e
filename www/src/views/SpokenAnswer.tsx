import { useEffect, useRef, useState } from "preact/hooks";
import type { Outcome } from "../state/state";
import type { Verdict } from "../state/updates";
import { text } from "../text";

/** A screen reader is told at most this often. */
const QUIET = 1500;

interface Props {
  outcome: Outcome | null;
  found: Verdict | null;
  /** Which photo it is about; null for the camera. */
  source: number | null;
}

/** Tells the answer to those who do not see it: only when another class wins, and never in a rush. */
export function SpokenAnswer({ outcome, found, source }: Props) {
  const [words, setWords] = useState("");
  const last = useRef(0);
  const news = found && (found.kind === "none" ? found.kind : `${found.kind} ${found.best.label}`);

  useEffect(() => {
    if (outcome?.kind !== "answered" || !found) {
      setWords("");
      return;
    }
    const { best, kind } = found;
    const next = outcome.answer.scores[1];
    const wait = Math.max(0, last.current + QUIET - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      setWords(
        {
          sure: () => text.answer.spoken(best, next),
          unsure: () => text.answer.spokenUnsure(best, next),
          none: () => text.answer.spokenNone(best),
        }[kind](),
      );
    }, wait);
    return () => clearTimeout(timer);
    // The numbers of a live answer change all the time; only the winner is news.
  }, [news, source]);

  return (
    <p class="unseen" aria-live="polite">
      {words}
    </p>
  );
}
