import type { HeadName } from "handful";
import { exportedHead, saveExport, snippet } from "../actions/exports";
import type { ClassItem } from "../state/state";
import { text } from "../text";

/** For those who want to go on elsewhere: files, and a program that runs one of them. */
export function Exports({ head, classes }: { head: HeadName; classes: readonly ClassItem[] }) {
  const weights = exportedHead(head, "safetensors");
  const both = exportedHead(head, "onnx") === weights;
  return (
    <details class="more head">
      <summary>{text.exports.title}</summary>
      <p>{text.exports.hint}</p>
      {weights !== head && <p>{text.exports.instead(text.head.names[weights] ?? weights, both)}</p>}
      <div class="answers-foot">
        <button type="button" class="button" onClick={() => void saveExport("zip")}>
          {text.exports.model}
        </button>
        <button type="button" class="button" onClick={() => void saveExport("onnx")}>
          {text.exports.onnx}
        </button>
        <button type="button" class="button" onClick={() => void saveExport("safetensors")}>
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
