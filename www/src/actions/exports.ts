/** Gives what was learnt as a file for other programs. */
import { codeOf } from "../engine/codes";
import { type ExportFormat, exportSet } from "../engine/files";
import { getState } from "../state/live";
import { setName } from "../state/updates";
import { text } from "../text";
import { download } from "./download";
import { showToast } from "./toast";

export { exportedHead } from "../engine/files";

export async function saveExport(format: ExportFormat): Promise<void> {
  try {
    download(`${fileName()}.${format}`, await exportSet(format));
  } catch (error) {
    console.warn("the head could not be exported", error);
    const code = codeOf(error);
    showToast(code === "not-enough-examples" ? text.exports.failed : text.codes[code], null);
  }
}

/** A program that runs the exported graph on a photo. */
export function snippet(labels: readonly string[]): string {
  const { encoder } = getState();
  const [names, source] =
    encoder === "shipped" ? ["Encoder", ""] : ["Encoder, preset", `preset(${JSON.stringify(encoder)})`];
  return `import { ${names} } from "handful";
import * as ort from "onnxruntime-web";

const encoder = await Encoder.load(${source});
const head = await ort.InferenceSession.create(${JSON.stringify(`${fileName()}.onnx`)});
const labels = ${JSON.stringify(labels)};

const { features } = await encoder.encode(photo);
const inputs = {};
let start = 0;
for (const { name, dim } of encoder.streams) {
  const part = features.slice(start, start + dim);
  inputs[name] = new ort.Tensor("float32", part, [1, dim]);
  start += dim;
}
const { probabilities } = await head.run(inputs);
labels.forEach((label, i) => console.log(label, probabilities.data[i]));
`;
}

/** A program that hears what the camera sees, for a page with `<handful-camera>`. */
export function cameraSnippet(): string {
  return `import { Classifier } from "handful";
import "handful/camera";

const set = await fetch(${JSON.stringify(`${fileName()}.handful`)});
const camera = document.querySelector("handful-camera");
camera.classifier = await Classifier.load(new Uint8Array(await set.arrayBuffer()));
camera.addEventListener("answer", ({ detail }) => console.log(detail.label));
`;
}

/** The name of the set without what no file name may have. */
export function fileName(): string {
  return setName(getState()).replaceAll(/[\\/:*?"<>|]/g, "-");
}
