// Everything that `npm run bench` measures. `window.bench()` gives sections of rows; the runner prints them.
import { photos, unitRows } from "./data.js";
import { heads, load, taught, Workload } from "./handful.js";
import { add, BACKENDS, knnClassifier, nearest, predict, use } from "./peers.js";
import * as recipe from "./recipe.js";
import { sideBySide } from "./timing.js";

const CLIP = 512;
/** Classes, examples of each, width of the auxiliary stream. */
const SIZES = [
  [5, 8, 1280],
  [10, 16, 512],
  [46, 16, 512],
  [46, 16, 1280],
  [1000, 4, 512],
];
/** No auxiliary stream: the one of {@link CLIP} features alone. */
const ONE_STREAM = [46, 16, 0];
const title = ([classes, shots, aux]) => `${classes} × ${shots} × ${aux || `${CLIP} alone`}`;
/** Milliseconds beyond which a fit is timed once. */
const SLOW = 2000;
/** Milliseconds within which a head has to fit each size to be tried on the last one, where most take minutes. */
const SWIFT = 40;

/** Fits of one head after the other, without bindings, and questions to all of them at once. */
async function raw(size, swift) {
  const fits = [];
  const asks = [];
  const workload = new Workload(...size);
  for (const head of swift) {
    const fit = () => {
      workload.clear();
      workload.fit(head);
    };
    const began = performance.now();
    fit();
    const took = performance.now() - began;
    if (took > SLOW) {
      fits.push({ name: head, peer: false, median: took, least: took, rounds: 1 });
      continue;
    }
    fits.push(...(await sideBySide([{ name: head, run: fit }], 5)));
    asks.push(...(await sideBySide([{ name: head, run: () => workload.ask(10), scale: 0.1 }], 5)));
  }
  workload.clear();
  for (const { name } of asks) workload.fit(name);
  const [all] = await sideBySide([{ name: "all of these", run: () => workload.ask(10), scale: 0.1 }], 5);
  workload.free();
  return [
    { title: `Fit, ${title(size)}`, rows: fits },
    { title: `One query, ${title(size)}`, rows: [...asks, all] },
  ];
}

/** Fitting against the published recipe. Our heads see the same sizes: 512 features that share a space with text. */
async function training(size, epochs) {
  const [classes, shots, width] = size;
  const workload = new Workload(...size);
  const [clip, aux] = [photos(classes, shots, CLIP), photos(classes, shots, width)];
  const data = recipe.prepare(clip, aux, photos(classes, 1, CLIP).rows);
  const ours = heads().map((head) => ({
    name: head,
    run: () => {
      workload.clear();
      workload.fit(head);
    },
  }));
  const theirs = BACKENDS.map((backend) => ({
    name: `TensorFlow.js ${backend}, published recipe${epochs < recipe.EPOCHS ? ` (${epochs} epochs, scaled up)` : ""}`,
    peer: true,
    once: true,
    scale: recipe.EPOCHS / epochs,
    prepare: () => use(backend),
    run: () => recipe.fit(data, epochs),
  }));
  const rows = await sideBySide([...ours, ...theirs], 3);
  workload.free();
  return { title: `Fit against the published recipe, ${title(size)}`, rows };
}

const KINDS = ["naive_bayes", "auto"];

/** Asking through the package, as a page does, against asking knn-classifier. */
async function asking(size) {
  const data = photos(...size);
  const contestants = [];
  for (const head of KINDS) {
    const classifier = await taught(data, head);
    contestants.push({ name: head, run: () => classifier.predictFeatures(data.query) });
  }
  for (const backend of BACKENDS) {
    await use(backend);
    const knn = knnClassifier(data);
    contestants.push({
      name: `knn-classifier, ${backend}`,
      peer: true,
      prepare: () => use(backend),
      run: () => predict(knn, data.query),
    });
  }
  const all = unitRows(data.rows);
  contestants.push({
    name: "plain JavaScript loop",
    peer: true,
    run: () => nearest(all, data.labels, data.classes, data.query),
  });
  return { title: `Ask, ${title(size)}`, rows: await sideBySide(contestants) };
}

/** Examples that are added between two fresh starts: enough to time, few enough to leave the size what it is. */
const ADDED = 16;

/** Adding an example, then asking. */
async function adding(size) {
  const data = photos(...size);
  const contestants = [];
  for (const head of [...heads(), "auto"]) {
    const classifier = await taught(data, head);
    try {
      classifier.predictFeatures(data.query);
    } catch {
      continue; // There is no text here, and some heads need it.
    }
    const added = [];
    contestants.push({
      name: head,
      most: ADDED,
      prepare: () => {
        for (const id of added.splice(0)) classifier.removeExample(id);
        classifier.predictFeatures(data.query);
      },
      run: () => {
        added.push(classifier.addFeatures(data.query, "0"));
        classifier.predictFeatures(data.query);
      },
    });
  }
  for (const backend of BACKENDS) {
    let knn;
    contestants.push({
      name: `knn-classifier, ${backend}`,
      peer: true,
      most: ADDED,
      prepare: async () => {
        await use(backend);
        knn?.dispose();
        knn = knnClassifier(data);
        await predict(knn, data.query);
      },
      run: () => {
        add(knn, data.query, 0);
        return predict(knn, data.query);
      },
    });
  }
  return { title: `Add one, then ask, ${title(size)}`, rows: await sideBySide(contestants) };
}

/** Adding alone: the statistics of naive Bayes follow. */
async function updating(size) {
  const data = photos(...size);
  const classifier = await taught(data, "naive_bayes");
  const added = [];
  const contestant = {
    name: "naive_bayes",
    most: 512,
    prepare: () => {
      for (const id of added.splice(0)) classifier.removeExample(id);
    },
    run: () => added.push(classifier.addFeatures(data.query, "0")),
  };
  return { title: `Add one, ${title(size)}`, rows: await sideBySide([contestant]) };
}

window.bench = async (sections) => {
  await load();
  const wanted = (name) => sections.length === 0 || sections.includes(name);
  const tables = [];
  if (wanted("ask")) for (const size of [SIZES[0], SIZES[2]]) tables.push(await asking(size));
  if (wanted("add"))
    for (const size of SIZES.slice(0, 3)) tables.push(await updating(size), await adding(size));
  if (wanted("train")) tables.push(await training(SIZES[0], recipe.EPOCHS), await training(SIZES[3], 2));
  let swift = heads();
  for (const size of wanted("raw") ? [ONE_STREAM, ...SIZES] : []) {
    const [fits, asks] = await raw(size, swift);
    tables.push(fits, asks);
    if (size === SIZES.at(-2)) swift = fits.rows.filter(({ least }) => least < SWIFT).map(({ name }) => name);
  }
  return tables;
};
