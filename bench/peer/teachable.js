// What Teachable Machine trains on the features of its base, in TensorFlow.js: the layers, the initial weights, the optimizer
// and the order of the photos are those of its library (teachable-mobilenet.ts of @teachablemachine/image 0.8.5), with the
// epochs, batches and rate that its page starts with.
const UNITS = 100;
const EPOCHS = 50;
const BATCH = 16;
const RATE = 1e-3;
/** Share of each class that the library puts aside, rounded up, to draw a curve of it: nothing is learned from it. */
const ASIDE = 0.15;

const { tf } = globalThis;

export async function use(backend) {
  tf.wasm.setWasmPaths("/tensorflow/@tensorflow/tfjs-backend-wasm/dist/");
  if (!(await tf.setBackend(backend))) throw new Error(`TensorFlow.js has no back end ${backend} here`);
}

/** Numbers from 0 to 1 that repeat with their seed (mulberry32), so that a run can be repeated. */
function random(seed) {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 2 ** 32;
  };
}

function shuffled(items, next) {
  const order = [...items];
  for (let i = order.length - 1; i > 0; i--) {
    const j = Math.floor(next() * (i + 1));
    [order[i], order[j]] = [order[j], order[i]];
  }
  return order;
}

/** What is learned from: all photos, or what the library leaves of each class. */
function learned(examples, aside) {
  if (!aside) return examples;
  return Map.groupBy(examples, ({ label }) => label)
    .values()
    .flatMap((photos) => photos.slice(0, photos.length - Math.ceil(ASIDE * photos.length)))
    .toArray();
}

/**
 * A model of the examples (`row`, `label`), to be disposed; null where nothing is left to learn from.
 * @param aside whether photos are put aside
 */
export async function teach(examples, classes, seed, aside = false) {
  const order = shuffled(learned(examples, aside), random(seed));
  if (order.length === 0) return null;
  const initial = (number) => tf.initializers.varianceScaling({ seed: 2 * seed + number });
  const model = tf.sequential({
    layers: [
      tf.layers.dense({
        inputShape: [order[0].row.length],
        units: UNITS,
        activation: "relu",
        kernelInitializer: initial(1),
      }),
      tf.layers.dense({
        units: classes,
        activation: "softmax",
        useBias: false,
        kernelInitializer: initial(2),
      }),
    ],
  });
  const optimizer = tf.train.adam(RATE);
  model.compile({ optimizer, loss: "categoricalCrossentropy" });
  const xs = matrix(order.map(({ row }) => row));
  const labels = Int32Array.from(order, ({ label }) => label);
  const ys = tf.tidy(() => tf.cast(tf.oneHot(labels, classes), "float32"));
  // The library shuffles once, not before each epoch; that the page is not left a moment to draw is to its favour.
  await model.fit(xs, ys, {
    epochs: EPOCHS,
    batchSize: BATCH,
    shuffle: false,
    yieldEvery: "never",
    verbose: 0,
  });
  tf.dispose([xs, ys]);
  optimizer.dispose();
  return model;
}

function matrix(rows) {
  const width = rows[0].length;
  const values = new Float32Array(rows.length * width);
  for (const [i, row] of rows.entries()) values.set(row, i * width);
  return tf.tensor2d(values, [rows.length, width]);
}

/** The likeliest class of each row. */
export async function ask(model, rows) {
  const best = tf.tidy(() => tf.argMax(model.predict(matrix(rows)), 1));
  const classes = await best.data();
  best.dispose();
  return classes;
}
