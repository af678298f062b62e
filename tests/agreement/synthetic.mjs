// A file of features that we make: both streams, and text for all classes but one.
import { createRandom } from "../images/random.mjs";

const CLASSES = 7;
const PHOTOS = 20;
const WIDTHS = { clip: 24, "aux.synthetic": 40 };

/** Rows near a centre for each class; far enough apart to be told, near enough to be unsure. */
function rows(random, labels, width) {
  const number = () => random.between(-1, 1);
  const centres = Array.from({ length: CLASSES }, () => Array.from({ length: width }, number));
  return labels.flatMap((label) => centres[label].map((value) => value + 1.3 * number()));
}

/** The bytes of a safetensors file: the length of the header, the header, the tensors. */
function safetensors(metadata, tensors) {
  const header = { __metadata__: metadata };
  let end = 0;
  for (const [name, { dtype, shape, values }] of Object.entries(tensors)) {
    header[name] = { dtype, shape, data_offsets: [end, end + values.byteLength] };
    end += values.byteLength;
  }
  const text = JSON.stringify(header);
  const json = Buffer.from(text.padEnd(Math.ceil(text.length / 8) * 8));
  const length = Buffer.alloc(8);
  length.writeBigUInt64LE(BigInt(json.length));
  const data = Object.values(tensors).map(({ values }) => Buffer.from(values.buffer));
  return Buffer.concat([length, json, ...data]);
}

export function syntheticFeatures() {
  const random = createRandom(11);
  const labels = Array.from({ length: CLASSES * PHOTOS }, (_, i) => i % CLASSES);
  const matrix = (values, width) => ({
    dtype: "F32",
    shape: [values.length / width, width],
    values: new Float32Array(values),
  });
  const tensors = { labels: { dtype: "I32", shape: [labels.length], values: new Int32Array(labels) } };
  for (const [name, width] of Object.entries(WIDTHS))
    tensors[name] = matrix(rows(random, labels, width), width);
  const text = rows(
    random,
    Array.from({ length: CLASSES }, (_, c) => c),
    WIDTHS.clip,
  );
  text.fill(0, -WIDTHS.clip);
  tensors.text = matrix(text, WIDTHS.clip);
  const names = Array.from({ length: CLASSES }, (_, c) => `thing ${c}`);
  return safetensors({ classes: JSON.stringify(names) }, tensors);
}
