/** Sets and heads as bytes: what a file holds before it is used here, and what leaves for other programs. */
import {
  Classifier,
  type Encoder,
  FeatureClassifier,
  fromEarlierEncoder,
  type HeadName,
  inspect,
  LINEAR_HEADS,
} from "handful";
import { getState } from "../state/live";
import { encoderOf, neededEncoder, shippedEncoder } from "./encoders";
import { currentSet, headName } from "./set";

/** Stands in for a head that cannot be written, as the automatic one cannot be as weights. */
const EXPORTED: HeadName = "naive_bayes_full";

/** What an export writes: a graph of any answer that can be one, or weights. */
export type ExportFormat = "onnx" | "safetensors";

/** The head that an export would write. */
export function exportedHead(head: HeadName, format: ExportFormat): HeadName {
  const written = LINEAR_HEADS.includes(head) || (format === "onnx" && (head === "auto" || head === "fused"));
  return written ? head : EXPORTED;
}

export async function exportHead(format: ExportFormat): Promise<Uint8Array<ArrayBuffer>> {
  // A copy, because the head of the set that is in use stays as it is.
  const copy = await FeatureClassifier.load(currentSet().save());
  return using(copy, async () => {
    await copy.learned;
    const head = headName(copy);
    const exported = exportedHead(head, format);
    if (exported !== head) copy.head = exported;
    return format === "onnx" ? copy.exportOnnx() : copy.exportWeights();
  });
}

/** All that answers a photo, the encoder too, as a ZIP file with programs that run it. */
export async function exportModel(): Promise<Uint8Array<ArrayBuffer>> {
  const saved = currentSet().save();
  const encoder = await neededEncoder(getState().encoder);
  const copy = await Classifier.load(saved, { encoder, text: false });
  return using(copy, async () => {
    await copy.learned;
    const head = headName(copy);
    const exported = exportedHead(head, "onnx");
    if (exported !== head) copy.head = exported;
    return copy.exportModel();
  });
}

/** The open set as the package saves it. */
export function setBytes(): Uint8Array<ArrayBuffer> {
  return currentSet().save();
}

/** A set without classes, for an encoder. */
export async function emptySet({ streams, id }: Encoder): Promise<Uint8Array<ArrayBuffer>> {
  return using(await FeatureClassifier.create({ streams, encoderId: id }), async (empty) => empty.save());
}

/** How the encoder of a saved set stands to those that are here. */
export interface Maker {
  /** It can be had here. */
  fits: boolean;
  /** It is that of the open set. */
  same: boolean;
  /** It came with an earlier version of the page. */
  earlier: boolean;
}

/** @throws `HandfulError` for bytes that are no set. */
export async function makerOf(bytes: Uint8Array): Promise<Maker> {
  const saved = inspect(bytes);
  const encoder = await shippedEncoder();
  return {
    fits: encoderOf(saved) !== "shipped" || encoder.fits(saved),
    same: getState().set.kind === "open" && saved.encoderId === currentSet().encoderId,
    earlier: fromEarlierEncoder(saved),
  };
}

/** What `use` makes of a set that is needed for nothing else. The declaration of that name is missing up to Safari 27. */
async function using<Result>(
  set: FeatureClassifier,
  use: (set: FeatureClassifier) => Promise<Result>,
): Promise<Result> {
  try {
    return await use(set);
  } finally {
    set.dispose();
  }
}
