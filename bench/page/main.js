// Everything that `npm run bench` measures. `window.bench()` gives sections of rows; the runner prints them.
import { photos, unitRows } from "./data.js";
import { heads, inTwoStreams, load, reopened, taught, Workload } from "./handful.js";
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

/** Examples that are added between two fresh starts: enough to time, few enough to leave the size what it is. */
const ADDED = 16;

/** Asking knn-classifier, and asking it after an addition. */
function knn(data, backend) {
  let taught;
  const fresh = async () => {
    await use(backend);
    taught?.dispose();
    taught = knnClassifier(data);
    await predict(taught, data.query);
  };
  return [
    {
      name: `knn-classifier, ${backend}: ask`,
      job: "ask",
      peer: true,
      prepare: fresh,
      run: () => predict(taught, data.query),
    },
    {
      name: `knn-classifier, ${backend}: add one, ask`,
      job: "change",
      peer: true,
      most: ADDED,
      prepare: fresh,
      run: () => {
        add(taught, data.query, 0);
        return predict(taught, data.query);
      },
    },
  ];
}

/** Asking through the package, as a page does, against asking knn-classifier. */
async function asking(size) {
  const data = photos(...size);
  const contestants = [];
  for (const head of KINDS) {
    const classifier = await taught(data, head);
    contestants.push({ name: head, job: "ask", run: () => classifier.predictFeatures(data.query) });
  }
  for (const backend of BACKENDS) contestants.push(knn(data, backend)[0]);
  const all = unitRows(data.rows);
  contestants.push({
    name: "plain JavaScript loop",
    job: "ask",
    peer: true,
    run: () => nearest(all, data.labels, data.classes, data.query),
  });
  return { title: `Ask, ${title(size)}`, rows: await sideBySide(contestants) };
}

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
      job: "change",
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
  for (const backend of BACKENDS) contestants.push(knn(data, backend)[1]);
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

/** What a visitor meets: the default answer. The last two sizes are beyond what knn-classifier is asked for by a page. */
const USUAL = [
  [5, 8, 1280],
  [10, 16, 512],
  [46, 16, 512],
  [100, 16, 512],
  [100, 100, 512],
];

/** The default answer after each kind of change, beside knn-classifier after an addition. */
async function usual(size) {
  const data = photos(...size);
  const classifier = await taught(data, "auto");
  const ask = () => classifier.predictFeatures(data.query);
  const ids = [];
  const add = () => ids.push(classifier.addFeatures(data.query, "0"));
  /** So many examples more, taken away or undone one by one. */
  const more = () => {
    for (let i = 0; i < ADDED; i += 1) add();
    ask();
  };
  const contestants = [
    { name: "ask", job: "ask", run: ask },
    {
      name: "add one, ask",
      job: "change",
      most: ADDED,
      run: () => {
        add();
        ask();
      },
    },
    {
      name: "remove one, ask",
      job: "change",
      most: ADDED,
      prepare: more,
      run: () => {
        classifier.removeExample(ids.pop());
        ask();
      },
    },
    {
      name: "undo, ask",
      job: "change",
      most: ADDED,
      prepare: more,
      run: () => {
        classifier.undo();
        ids.pop();
        ask();
      },
    },
    {
      name: "add one, ask, quality",
      job: "quality",
      most: ADDED,
      run: () => {
        add();
        ask();
        classifier.evaluate();
      },
    },
  ].map((contestant) => ({
    ...contestant,
    prepare: () => {
      for (const id of ids.splice(0)) classifier.removeExample(id);
      ask();
      contestant.prepare?.();
    },
  }));
  for (const backend of BACKENDS) contestants.push(...knn(data, backend));
  const all = unitRows(data.rows);
  const loop = () => nearest(all, data.labels, data.classes, data.query);
  contestants.push({ name: "ask, plain JavaScript loop", job: "ask", peer: true, run: loop });
  return { title: `The default answer, ${title(size)}`, rows: await sideBySide(contestants) };
}

/** Milliseconds of the longest question among some that follow one another without a change. */
function longest(classifier, query, questions) {
  let most = 0;
  for (let i = 0; i < questions; i += 1) {
    const began = performance.now();
    classifier.predictFeatures(query);
    most = Math.max(most, performance.now() - began);
  }
  return most;
}

const ROUNDS = 5;

/** The longest question while a new view is learned, piece by piece: how images are seen, in a growing set and in one that lost most of its first photos. */
async function learning() {
  const [growing, large] = [photos(5, 52, 1024), photos(100, 100, 512)];
  const rows = [
    {
      name: "5 classes grow to 260 photos, 512 + 512",
      run: async () => {
        const classifier = await inTwoStreams();
        let most = 0;
        for (let i = 0; i < growing.rows.length; i += 1) {
          const label = i % growing.classes;
          classifier.addFeatures(growing.rows[52 * label + Math.floor(i / growing.classes)], String(label));
          if (i === 0) continue;
          classifier.predictFeatures(growing.query);
          most = Math.max(most, longest(classifier, growing.query, 12));
        }
        classifier.dispose();
        return most;
      },
    },
    {
      name: "70 of the first of 10,000 photos go, 512",
      run: async () => {
        const classifier = await taught(large, "auto");
        classifier.predictFeatures(large.query);
        for (const { id } of classifier.examples.slice(0, 70)) classifier.removeExample(id);
        classifier.predictFeatures(large.query);
        const most = longest(classifier, large.query, 400);
        classifier.dispose();
        return most;
      },
    },
  ];
  for (const row of rows) {
    const times = [];
    for (let round = 0; round < ROUNDS; round += 1) times.push(await row.run());
    times.sort((a, b) => a - b);
    Object.assign(row, { median: times[Math.floor(ROUNDS / 2)], least: times[0] });
  }
  return { title: "The longest question without a change", rows };
}

/** From the bytes of a saved set of 5,000 to its first answer. */
async function opening() {
  const data = photos(100, 50, 512);
  const bytes = (await taught(data, "auto")).save();
  const run = async () => {
    const classifier = await reopened(bytes);
    classifier.predictFeatures(data.query);
    classifier.dispose();
  };
  return {
    title: "Open a set of 5,000, then ask",
    rows: await sideBySide([{ name: "auto", run, once: true }]),
  };
}

window.bench = async (sections) => {
  await load();
  const wanted = (name) => sections.length === 0 || sections.includes(name);
  const tables = [];
  if (wanted("ask")) for (const size of [SIZES[0], SIZES[2]]) tables.push(await asking(size));
  if (wanted("add"))
    for (const size of SIZES.slice(0, 3)) tables.push(await updating(size), await adding(size));
  if (wanted("train")) tables.push(await training(SIZES[0], recipe.EPOCHS), await training(SIZES[3], 2));
  if (sections.includes("default")) {
    for (const size of USUAL) tables.push(await usual(size));
    tables.push(await learning(), await opening());
  }
  let swift = heads();
  for (const size of wanted("raw") ? [ONE_STREAM, ...SIZES] : []) {
    const [fits, asks] = await raw(size, swift);
    tables.push(fits, asks);
    if (size === SIZES.at(-2)) swift = fits.rows.filter(({ least }) => least < SWIFT).map(({ name }) => name);
  }
  return tables;
};
