// What `Classifier.exportModel` gives: the model and what runs it, in one ZIP file.
import { HandfulError } from "../errors.js";
import type { FeatureClassifier } from "../feature-classifier.js";
import type { Estimate, ModelFiles } from "../types.js";
import { type Graph, join } from "./join.js";
import { PAGE, PROGRAM } from "./programs.js";
import type { Parts } from "./protobuf.js";
import { zip } from "./zip.js";

/**
 * @param set - What is exported; disposed of.
 * @param answer - What its `exportOnnx` gives.
 * @param files - Of the encoder.
 */
export function bundle(
  set: FeatureClassifier,
  answer: Uint8Array,
  { manifest, model }: ModelFiles,
): Uint8Array<ArrayBuffer> {
  try {
    const graph = parsed(manifest);
    const labels = set.classes.map(({ label }) => label);
    const text = (content: string): Parts => [new TextEncoder().encode(content)];
    return zip({
      "model.onnx": joined(graph, model, answer),
      "labels.json": text(`${JSON.stringify(labels, null, 2)}\n`),
      "predict.py": text(PROGRAM),
      "index.html": text(PAGE),
      "README.md": text(readme(set, labels, graph)),
    });
  } finally {
    set.dispose();
  }
}

function parsed(manifest: string): Graph {
  try {
    return JSON.parse(manifest) as Graph;
  } catch (cause) {
    throw unusable(cause);
  }
}

/** The manifest of an encoder that is none of the package's is not checked yet. */
function joined(graph: Graph, model: Uint8Array, answer: Uint8Array): Parts {
  try {
    return join(graph, model, answer);
  } catch (cause) {
    throw cause instanceof HandfulError ? cause : unusable(cause);
  }
}

function unusable(cause: unknown): HandfulError {
  return new HandfulError("manifest", `The encoder manifest cannot be used: ${String(cause)}.`, { cause });
}

/** Labels stand in it as code, whatever they look like. */
function readme(set: FeatureClassifier, labels: readonly string[], { licence }: Graph): string {
  const head = typeof set.head === "string" ? set.head : set.head.name;
  const own = set.evaluate().accuracy;
  const isFused = head === "auto" || head === "fused";
  if (!isFused) set.head = "auto";
  const best = set.evaluate().accuracy;
  return `# A classifier of photos

It was taught with handful, from a handful of photos, and tells ${labels.length} things apart:

${labels.map((label) => `    ${JSON.stringify(label)}`).join("\n")}

| file | what it is |
| --- | --- |
| \`model.onnx\` | everything from pixels to probabilities, for any runtime of ONNX |
| \`labels.json\` | the names of the classes, in the order of the probabilities |
| \`predict.py\` | \`pip install numpy pillow onnxruntime\`, then \`python predict.py photo.jpg …\` |
| \`index.html\` | the same in a browser: \`python -m http.server\`, then http://localhost:8000; it fetches onnxruntime-web from cdn.jsdelivr.net |

## How good it is

${isFused ? "The answers are those that handful gives: nothing is lost." : `The answers are those of the head \`${head}\`; what handful answers by default is not in the file.`}

| answers | photos that are recognised, of those that were taught and then held out |
| --- | --- |
| of this file | ${shown(own)} |
${isFused ? "" : `| by default | ${shown(best)} |\n`}
## The model

| value | shape | what it is |
| --- | --- | --- |
| the input | bytes [N, H, W, 3] | red, green and blue of images of any size, upright, on white where they are transparent |
| \`scores\` | floats [N, ${labels.length}] | before the temperature and the softmax |
| \`probabilities\` | floats [N, ${labels.length}] | of each class; they sum to 1 |
| \`p_value\` | floats [N] | share of photos of these classes that look at least as foreign |
| \`foreign\` | booleans [N] | whether the photo is taken to show none of the classes |

The file knows what the encoder sees in the photos that were taught, though not the photos: give it to those who may have that.
${typeof licence === "string" ? `The encoder in it is under a licence of its own: ${licence}.` : "The encoder in it may have a licence of its own."}
`;
}

function shown(accuracy: Estimate | null | undefined): string {
  if (!accuracy) return "not known: too few photos of each class";
  const percent = (share: number): string => `${(100 * share).toFixed(0)} %`;
  return `${percent(accuracy.value)} (${percent(accuracy.low)} to ${percent(accuracy.high)})`;
}
