import { useEffect, useState } from "preact/hooks";
import type { AppState } from "../state/state";
import { currentOutcome, taught, verdict } from "../state/updates";
import { text } from "../text";
import { unanswered } from "./Verdict";

/** On a narrow screen the parts of the page lie below each other: this line at the bottom leads to each, and tells the answer. */
export function PhoneBar({ state }: { state: AppState }) {
  const judged = taught(state).length > 1;
  const part = usePart();
  const to = (id: string) =>
    ({ href: `#${id}`, "aria-current": id === part ? "location" : undefined }) as const;
  // The open camera has the thumb for itself.
  if (state.live) return null;
  return (
    <nav class="phone-bar" aria-label={text.bar.name}>
      <a {...to("teach")}>{text.teach.title}</a>
      <a class="phone-answer" {...to("answer")}>
        <ShortAnswer state={state} />
      </a>
      {judged && <a {...to("quality")}>{text.bar.quality}</a>}
    </nav>
  );
}

/** The part that the middle of the window shows. */
function usePart(): string {
  const [part, setPart] = useState("teach");
  // Each time, since the last part comes and goes.
  useEffect(() => {
    const see = (entries: readonly IntersectionObserverEntry[]) => {
      for (const { isIntersecting, target } of entries) if (isIntersecting) setPart(target.id);
    };
    const observer = new IntersectionObserver(see, { rootMargin: "-50% 0px" });
    for (const section of document.querySelectorAll("#teach, #answer, #quality")) observer.observe(section);
    return () => observer.disconnect();
  });
  return part;
}

/** The answer, or why there is none. */
function ShortAnswer({ state }: { state: AppState }) {
  const outcome = currentOutcome(state);
  const found = verdict(outcome, state.askBelow);
  const why = outcome && unanswered(outcome, state);
  if (why) return <span class="phone-why">{why}</span>;
  if (!found) return <span>{text.answer.title}</span>;
  const { best, kind } = found;
  const words = { sure: best.label, unsure: text.answer.unsure, none: text.answer.none }[kind];
  return (
    <>
      <span class="unseen">{text.answer.jump}</span> <bdi class="phone-label">{words}</bdi>
      {kind === "sure" && <span>{text.percent(best.probability)}</span>}
    </>
  );
}
