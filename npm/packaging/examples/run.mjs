// Runs the compiled examples that state what comes of them, as `console.log(x); // y`, and holds them to it. The encoder that
// they take for granted (`prelude.ts`) sees the names of files here.
// Exits with an error that names those which state what is not so.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import * as handful from "handful";
import * as store from "handful/store";

const DIM = 512;

/** Numbers in [-0.5, 0.5) that follow from a text. */
function* numbersOf(text) {
  let seed = Array.from(text).reduce((hash, letter) => Math.imul(hash, 31) + letter.codePointAt(0), 7);
  for (;;) {
    seed = Math.imul(seed, 1664525) + 1013904223;
    yield (seed >>> 0) / 2 ** 32 - 0.5;
  }
}

/** A row of a photo by its name, such as `apple-3.jpg`: photos of a thing are alike. */
function rowOf(name) {
  const [thing, photo] = [numbersOf(name.replace(/-.*/, "")), numbersOf(name)];
  return Float32Array.from({ length: DIM }, () => thing.next().value + 0.5 * photo.next().value);
}

const encoder = {
  id: "mine-1",
  streams: [{ name: "clip", dim: DIM }],
  encode: async ({ name }) => ({ features: rowOf(name) }),
  encodeText: async (name) => ({ features: rowOf(name), confidence: 1 }),
};

const photosOf = (things, count) =>
  Array.from({ length: count }, (_, i) => new File([], `${things[i % things.length]}-${10 + i}.jpg`));

async function given() {
  const fruit = await handful.Classifier.create({ encoder, text: false });
  for (const thing of ["apple", "pear"])
    for (const i of [0, 1, 2, 3]) fruit.addFeatures(rowOf(`${thing}-${i}.jpg`), thing);
  const bytes = fruit.save();
  const classifier = await handful.Classifier.load(bytes, { encoder, text: false });
  const files = photosOf(["apple", "pear"], 24);
  const rows = files.map(({ name }) => rowOf(name));
  return {
    classifier,
    encoder,
    bytes,
    file: new File([bytes], "fruit.handful"),
    files,
    rows,
    appleRow: rows[0],
    pearRow: rows[1],
    tableRow: rowOf("table-0.jpg"),
    photo: files[0],
    tablePhoto: new File([], "table-0.jpg"),
    applePhotos: photosOf(["apple"], 4),
    pearPhotos: photosOf(["pear"], 4),
    signal: new AbortController().signal,
    onProgress: () => {},
    embed: async ({ name }) => rowOf(name),
  };
}

/** A value as an example states it. */
function shown(value) {
  if (typeof value === "string") return value;
  return (JSON.stringify(value) ?? "undefined").replaceAll(/"(\w+)":/g, "$1:");
}

const bare = (text) => text.replaceAll(/\s/g, "");

const HERE = new URL(".", import.meta.url);
const read = (path) => readFileSync(new URL(path, HERE), "utf8");

const STATED = /^( *)console\.log\((.*)\); \/\/ (.*)$/gm;

/** What an example states that is not so. */
async function untruths(name) {
  let places = 0;
  const program = read(`out/${name}.js`).replaceAll(
    STATED,
    (_, space, values) => `${space}state(${places++}, ${values});`,
  );
  const got = [];
  const state = (place, ...values) => {
    got[place] = values.map(shown).join(" ");
  };
  Object.assign(globalThis, handful, store, await given(), { state });
  const runnable = new URL(`out/${name}.run.js`, HERE);
  writeFileSync(runnable, program);
  await import(runnable.href);
  const wanted = [...read(`${name}.ts`).matchAll(STATED)].map(([, , , result]) => result);
  return wanted.flatMap((result, place) =>
    bare(got[place] ?? "nothing") === bare(result) ? [] : [`“${result}” is ${got[place]}`],
  );
}

const sources = readdirSync(HERE).filter((path) => path.endsWith(".ts"));
for (const source of sources.filter((path) => read(path).search(STATED) >= 0)) {
  const name = source.replace(/\.ts$/, "");
  const wrong = await untruths(name).catch((error) => [error.stack]);
  if (wrong.length === 0) continue;
  console.error(`${name}: ${wrong.join("; ")}`);
  process.exitCode = 1;
}
