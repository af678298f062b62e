// What others do for the same job: TensorFlow.js with knn-classifier, and a plain loop.
import { create } from "@tensorflow-models/knn-classifier";
import "@tensorflow/tfjs-backend-cpu";
import { setWasmPaths } from "@tensorflow/tfjs-backend-wasm";
import plain from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm.wasm?url";
import simd from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url";
import threaded from "@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-threaded-simd.wasm?url";
import * as tf from "@tensorflow/tfjs-core";

setWasmPaths({
  "tfjs-backend-wasm.wasm": plain,
  "tfjs-backend-wasm-simd.wasm": simd,
  "tfjs-backend-wasm-threaded-simd.wasm": threaded,
});

export const BACKENDS = ["wasm", "cpu"];

export async function use(backend) {
  if (tf.getBackend() === backend) return;
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no back end ${backend} here`);
  await tf.ready();
}

/** A knn-classifier that was taught these photos; call it with its back end in use. */
export function knnClassifier({ rows, labels }) {
  const knn = create();
  for (const [i, row] of rows.entries()) add(knn, row, labels[i]);
  return knn;
}

export function add(knn, row, label) {
  tf.tidy(() => knn.addExample(tf.tensor1d(row), String(label)));
}

export async function predict(knn, row) {
  const tensor = tf.tensor1d(row);
  const answer = await knn.predictClass(tensor);
  tensor.dispose();
  return answer;
}

/** The three nearest of all unit rows, as a loop in JavaScript. */
export function nearest(all, labels, classes, row) {
  const width = row.length;
  const length = Math.hypot(...row);
  const best = [];
  for (let i = 0; i < labels.length; i++) {
    let sum = 0;
    for (let d = 0; d < width; d++) sum += all[i * width + d] * row[d];
    const similarity = sum / length;
    if (best.length < 3 || similarity > best[2].similarity) {
      best.push({ similarity, label: labels[i] });
      best.sort((a, b) => b.similarity - a.similarity);
      best.length = Math.min(best.length, 3);
    }
  }
  const votes = new Float32Array(classes);
  for (const { label } of best) votes[label] += 1 / best.length;
  return votes;
}
