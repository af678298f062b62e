import { useEffect, useRef, useState } from "preact/hooks";
import type { Outcome } from "../state/state";
import { winner } from "../state/updates";
import { text } from "../text";

/** A screen reader is told at most this often. */
const QUIET = 1500;

interface Props {
  outcome: Outcome | null;
  /** Which photo it is about; null for the camera. */
  source: number | null;
}

/** Tells the answer to those who do not see it: only when another class wins, and never in a rush. */
export function SpokenAnswer({ outcome, source }: Props) {
  const [words, setWords] = useState("");
  const last = useRef(0);
  const label = winner(outcome)?.label;

  useEffect(() => {
    if (outcome?.kind !== "answered") {
      setWords("");
      return;
    }
    const [best, next] = outcome.answer.scores;
    if (!best) return;
    const wait = Math.max(0, last.current + QUIET - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      setWords(text.answer.spoken(best, next));
    }, wait);
    return () => clearTimeout(timer);
    // The numbers of a live answer change all the time; only the winner is news.
  }, [label, source]);

  return (
    <p class="unseen" aria-live="polite">
      {words}
    </p>
  );
}
