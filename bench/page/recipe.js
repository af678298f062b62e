// The published recipe of AMU-Tuning in TensorFlow.js, on features that are there already: 50 epochs of batches of 8 in
// random order; logits of the auxiliary features standardised over the classes; cross-entropy of the fused and of the
// auxiliary logits; AdamW with a cosine schedule stepped after every batch. Zero-shot logits are computed once.
import * as tf from "@tensorflow/tfjs-core";
import "@tensorflow/tfjs-core/dist/register_all_gradients.js";
import { unitRows } from "./data.js";

export const EPOCHS = 50;
const BATCH = 8;
const ALPHA = 0.5;
const LAMBDA = 0.35;
const LEARNING_RATE = 1e-3;
const WEIGHT_DECAY = 0.01;
const EPSILON = 1e-4;

/** Mean zero and variance one over the classes of each photo. */
function standardise(u) {
  const centred = tf.sub(u, tf.mean(u, 1, true));
  const variance = tf.div(tf.sum(tf.square(centred), 1, true), u.shape[1] - 1);
  return tf.div(centred, tf.sqrt(variance));
}

function crossEntropy(logits, labels) {
  return tf.neg(tf.mean(tf.sum(tf.mul(labels, tf.logSoftmax(logits)), 1)));
}

function shuffled(n) {
  const order = Int32Array.from({ length: n }, (_, i) => i);
  for (let i = n - 1; i > 0; i--) {
    const j = Math.floor(Math.random() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/**
 * What training starts from, in plain arrays. It is made once and not timed, because a run of few epochs, scaled up to
 * all of them, would count it many times over.
 * @param clip photos of the stream that shares its space with text
 * @param aux photos of the auxiliary stream
 * @param texts a row a class
 */
export function prepare(clip, aux, texts) {
  return { ...aux, f: unitRows(clip.rows), a: unitRows(aux.rows), t: unitRows(texts) };
}

/** Trains for some of the epochs on what {@link prepare} gave, and waits for the weights. */
export async function fit(data, epochs = EPOCHS) {
  const { labels, classes, width } = data;
  const n = labels.length;
  const [a, y, zeroShot] = tf.tidy(() => {
    const f = tf.tensor2d(data.f, [n, data.f.length / n]);
    const t = tf.tensor2d(data.t, [classes, data.t.length / classes]);
    return [
      tf.tensor2d(data.a, [n, width]),
      tf.cast(tf.oneHot(tf.tensor1d(labels, "int32"), classes), "float32"),
      tf.mul(tf.matMul(f, t, false, true), 100),
    ];
  });
  const weights = tf.variable(tf.tidy(() => tf.div(tf.matMul(y, a, true), n / classes)));
  const optimizer = tf.train.adam(LEARNING_RATE, 0.9, 0.999, EPSILON);
  const steps = EPOCHS * Math.ceil(n / BATCH);
  let step = 0;
  for (let epoch = 0; epoch < epochs; epoch++) {
    const order = shuffled(n);
    for (let start = 0; start < n; start += BATCH) {
      const rate = (LEARNING_RATE / 2) * (1 + Math.cos((Math.PI * step) / steps));
      optimizer.learningRate = rate;
      tf.tidy(() => {
        const batch = tf.tensor1d(order.subarray(start, start + BATCH), "int32");
        const [rows, own, prior] = [a, y, zeroShot].map((all) => tf.gather(all, batch));
        const { grads } = tf.variableGrads(() => {
          const z = standardise(tf.matMul(rows, weights, false, true));
          const s = tf.add(prior, tf.mul(z, ALPHA));
          return tf.add(tf.mul(crossEntropy(s, own), LAMBDA), tf.mul(crossEntropy(z, own), 1 - LAMBDA));
        }, [weights]);
        weights.assign(tf.mul(weights, 1 - rate * WEIGHT_DECAY));
        optimizer.applyGradients(grads);
      });
      step += 1;
    }
  }
  const result = await weights.data();
  tf.dispose([a, y, zeroShot, weights]);
  optimizer.dispose();
  return result;
}
