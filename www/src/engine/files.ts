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

/** What an export writes: a graph of any answer that can be one, weights, or with the graph all that answers a photo. */
export type ExportFormat = "onnx" | "safetensors" | "zip";

/** The head that an export would write. */
export function exportedHead(head: HeadName, format: ExportFormat): HeadName {
  const isGraph = format !== "safetensors" && (head === "auto" || head === "fused");
  return isGraph || LINEAR_HEADS.includes(head) ? head : EXPORTED;
}

export async function exportSet(format: ExportFormat): Promise<Uint8Array<ArrayBuffer>> {
  // A copy, because the head of the set that is in use stays as it is.
  const saved = currentSet().save();
  const copy = await (format === "zip" ? withEncoder(saved) : FeatureClassifier.load(saved));
  return using(copy, async () => {
    await copy.learned;
    const head = headName(copy);
    const exported = exportedHead(head, format);
    if (exported !== head) copy.head = exported;
    if (copy instanceof Classifier) return copy.exportModel();
    return format === "onnx" ? copy.exportOnnx() : copy.exportWeights();
  });
}

async function withEncoder(saved: Uint8Array): Promise<Classifier> {
  return Classifier.load(saved, { encoder: await neededEncoder(getState().encoder), text: false });
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
