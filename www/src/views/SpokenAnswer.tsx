import { useEffect, useRef, useState } from "preact/hooks";
import type { ClassItem, Outcome } from "../state/state";
import { byName, type Verdict } from "../state/updates";
import { text } from "../text";

/** A screen reader is told at most this often. */
const QUIET = 1500;

interface Props {
  outcome: Outcome | null;
  found: Verdict | null;
  classes: readonly ClassItem[];
  /** Which photo it is about; null for the live picture. */
  source: number | null;
}

/** Tells the answer to those who do not see it: only when another class wins, and never in a rush. */
export function SpokenAnswer({ outcome, found, classes, source }: Props) {
  const [words, setWords] = useState("");
  const last = useRef(0);
  const news = found && (found.kind === "none" ? found.kind : `${found.kind} ${found.best.label}`);

  useEffect(() => {
    if (outcome?.kind !== "answered" || !found) {
      setWords("");
      return;
    }
    const { best, kind } = found;
    const { scores } = outcome.answer;
    const next = scores[1];
    const namesAlone = byName(outcome.answer, classes).length === scores.length;
    const wait = Math.max(0, last.current + QUIET - performance.now());
    const timer = setTimeout(() => {
      last.current = performance.now();
      const said = {
        sure: () => text.answer.spoken(best, next),
        unsure: () => text.answer.spokenUnsure(best, next),
        none: () => text.answer.spokenNone(best),
      }[kind]();
      setWords(namesAlone ? `${said}. ${text.answer.namesAlone}` : said);
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
