import type { HeadName } from "handful";
import { exportedHead, saveHead, snippet } from "../actions/exports";
import type { ClassItem } from "../state/state";
import { text } from "../text";

/** For those who want to go on elsewhere: the head as a file, and a program that runs it. */
export function Exports({ head, classes }: { head: HeadName; classes: readonly ClassItem[] }) {
  const written = exportedHead(head);
  return (
    <details class="more head">
      <summary>{text.exports.title}</summary>
      <p>
        {text.exports.hint}
        {written !== head && ` ${text.exports.instead(text.head.names[written] ?? written)}`}
      </p>
      <div class="answers-foot">
        <button type="button" class="button" onClick={() => void saveHead("onnx")}>
          {text.exports.onnx}
        </button>
        <button type="button" class="button" onClick={() => void saveHead("safetensors")}>
          {text.exports.weights}
        </button>
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls has to be reached by keyboard */}
      <section class="snippet" tabIndex={0} aria-label={text.exports.snippet} dir="ltr">
        <pre>
          <code>{snippet(classes.map(({ label }) => label))}</code>
        </pre>
      </section>
    </details>
  );
}
