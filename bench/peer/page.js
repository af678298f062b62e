// What runs in the page: Teachable Machine's recipe on every draw, and how long it takes beside handful.
import { sideBySide } from "../page/timing.js";
import { rows } from "./exported.js";
import { photos } from "./features.js";
import { ask, teach, use } from "./teachable.js";

/** The faster one of those without a graphics card for matrices of this size. */
const BACKEND = "wasm";

const read = async (address) => photos(new Uint8Array(await (await fetch(address)).arrayBuffer()));

const examplesOf = ({ rows, labels }, { taught }) => taught.map((i) => ({ row: rows[i], label: labels[i] }));

/** Share of the photos asked about that are recognised, for each draw; null where nothing was left to learn from. */
export async function accuracies(address, draws, aside) {
  await use(BACKEND);
  const set = await read(address);
  const shares = [];
  for (const draw of draws) {
    const model = await teach(examplesOf(set, draw), set.classes.length, draw.seed, aside);
    if (!model) {
      shares.push(null);
      continue;
    }
    const answers = await ask(
      model,
      draw.asked.map((i) => set.rows[i]),
    );
    const right = draw.asked.filter((row, i) => answers[i] === set.labels[row]);
    shares.push(right.length / draw.asked.length);
    model.dispose();
  }
  return shares;
}

/** What an exported model of theirs makes of photos. */
export async function exportedRows(modelAddress, photoAddresses) {
  await use(BACKEND);
  return rows(modelAddress, photoAddresses);
}

/** Milliseconds from the features of one draw to the first answer, and of one more answer. */
export async function times([theirAddress, ourAddress], draw) {
  await use(BACKEND);
  const { FeatureClassifier } = await import("/npm/dist/core.js");
  const [theirs, ours] = [await read(theirAddress), await read(ourAddress)];
  const [theirPhotos, ourPhotos] = [examplesOf(theirs, draw), examplesOf(ours, draw)];
  const question = draw.asked[0];

  const model = async () => {
    const model = await teach(theirPhotos, theirs.classes.length, draw.seed);
    await ask(model, [theirs.rows[question]]);
    return model;
  };
  const classifier = async () => {
    const classifier = await FeatureClassifier.create({ streams: ours.streams });
    for (const { row, label } of ourPhotos) classifier.addFeatures(row, ours.classes[label]);
    classifier.predictFeatures(ours.rows[question]);
    return classifier;
  };
  const done = async (made) => (await made).dispose();
  const taught = await sideBySide(
    [
      { name: "handful", once: true, run: () => done(classifier()) },
      { name: "theirs", once: true, run: () => done(model()) },
    ],
    5,
  );
  const [mine, their] = [await classifier(), await model()];
  const asked = await sideBySide([
    { name: "handful", run: () => mine.predictFeatures(ours.rows[question]) },
    { name: "theirs", run: () => ask(their, [theirs.rows[question]]) },
  ]);
  await Promise.all([done(mine), done(their)]);
  return { taught, asked };
}
