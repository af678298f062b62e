import type { HeadName } from "handful";
import { exportedHead, saveExport, snippet } from "../actions/exports";
import type { ClassItem } from "../state/state";
import { text } from "../text";
import { Button } from "./Button";
import { Snippet } from "./Snippet";

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
        <Button onClick={() => void saveExport("zip")}>{text.exports.model}</Button>
        <Button onClick={() => void saveExport("onnx")}>{text.exports.onnx}</Button>
        <Button onClick={() => void saveExport("safetensors")}>{text.exports.weights}</Button>
      </div>
      <Snippet name={text.exports.snippet} program={snippet(classes.map(({ label }) => label))} />
    </details>
  );
}
