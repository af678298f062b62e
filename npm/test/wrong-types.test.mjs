// Every public function with every wrong type: refused by a typed error, and the set is as it was.
// What there is to call is found in the package itself, so that nothing new is forgotten: a function or an option without an
// entry here fails.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import * as handful from "../dist/node.js";
import { openThread } from "../dist/node-worker.js";

const { Classifier, Encoder, ERROR_CODES, FeatureClassifier, HandfulError } = handful;
const EXPORTS = { ...handful };

const STREAMS = [
  { name: "clip", dim: 3 },
  { name: "aux", dim: 2 },
];
const APPLE = Float32Array.of(1, 0.1, 0, 1, 0);
const PEAR = Float32Array.of(0, 0.2, 1, 0, 1);
const MANIFEST = new URL("../dist/models/handful-lite0.json", import.meta.url);

function detached(array) {
  structuredClone(array, { transfer: [array.buffer] });
  return array;
}

/** Whatever may come. */
const VALUES = {
  undefined: () => undefined,
  null: () => null,
  number: () => 5,
  fraction: () => 0.5,
  NaN: () => Number.NaN,
  "-1": () => -1,
  "1e99": () => 1e99,
  text: () => "nonsense",
  "empty text": () => "",
  true: () => true,
  symbol: () => Symbol("nonsense"),
  bigint: () => 5n,
  "empty array": () => [],
  "array of numbers": () => [1, 2, 3, 4, 5],
  "plain object": () => ({}),
  "object without prototype": () => Object.create(null),
  function: () => () => undefined,
  Date: () => new Date(0),
  Map: () => new Map(),
  Promise: () => Promise.resolve(5),
  Blob: () => new Blob(["no picture"]),
  ArrayBuffer: () => new ArrayBuffer(20),
  Float64Array: () => Float64Array.from(APPLE),
  Uint16Array: () => Uint16Array.of(1, 0, 0, 1, 0),
  DataView: () => new DataView(new ArrayBuffer(20)),
  "short row": () => APPLE.slice(1),
  "long row": () => new Float32Array(6).fill(1),
  "no row": () => new Float32Array(0),
  "detached row": () => detached(APPLE.slice()),
  "row with NaN": () => Float32Array.of(1, Number.NaN, 0, 1, 0),
  "row with infinity": () => Float32Array.of(1, Number.POSITIVE_INFINITY, 0, 1, 0),
  "row of zeros": () => new Float32Array(5),
  bytes: () => Uint8Array.of(1, 2, 3),
  "detached bytes": () => detached(new Uint8Array(20)),
  AbortSignal: () => new AbortController().signal,
  URL: () => new URL("file:///nowhere"),
};

/** A kind of argument: a right value, the values that may be taken for right, and the codes that refuse the others. */
const kind = (right, fine = [], codes = []) => ({ right, fine, codes: ["parameter", ...codes] });
const label = kind(() => "apple", ["text"], ["empty-label", "unknown-class", "duplicate-label"]);
const ROW_CODES = ["shape", "not-finite", "zero-feature"];
const row = kind(() => PEAR, [], ROW_CODES);
const id = kind(() => 0, [], ["unknown-example"]);
const bytes = kind(() => savedBytes, [], ["format"]);
const count = kind(() => 1, ["number", "1e99"]);
const flag = kind(() => true, ["true"]);
const callback = kind(() => () => undefined, ["function"]);
const image = kind(() => pixels, [], ["not-an-image", "image-empty", "image-bytes"]);
const address = kind(() => MANIFEST, ["text", "empty text", "URL"], ["network", "manifest"]);
const images = kind(() => [pixels], ["empty array", "array of numbers", "Map"]);
const rows = kind(() => [APPLE, PEAR], ["empty array"], ROW_CODES);
const streams = kind(() => STREAMS, []);
const text = kind(() => "a text", ["text", "empty text"]);
const wasm = kind(
  () => undefined,
  [
    "text",
    "empty text",
    "Promise",
    "ArrayBuffer",
    "Float64Array",
    "Uint16Array",
    "DataView",
    "URL",
    ...Object.keys(VALUES).filter((name) => /row|bytes/.test(name)),
  ],
  ["wasm-load", "network"],
);
const optional = (one) => ({ ...one, optional: true });
/** An object whose fields are looked at one by one. */
const record = (fields) => ({
  right: () => Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, field.right()])),
  fine: ["plain object", "object without prototype"],
  codes: ["parameter"],
  fields,
});
const options = (fields) =>
  optional(
    record(Object.fromEntries(Object.entries(fields).map(([name, field]) => [name, optional(field)]))),
  );

const signal = kind(() => undefined, ["AbortSignal"]);
const call = { signal, onProgress: callback };
const imageOptions = options({ ...call, detail: kind(() => "photo") });
// Node has nothing to draw them with.
const thumbnail = kind(() => undefined, ["number"], ["worker"]);
const encodeOptions = options({ ...call, detail: kind(() => "photo"), thumbnail });
const module = kind(() => undefined, ["text", "empty text", "URL"], ["network", "wasm-load"]);
const source = record({
  manifest: address,
  model: optional({ ...address, right: () => undefined }),
  words: optional({ ...address, right: () => undefined }),
  base: optional({ ...address, right: () => undefined }),
  keep: optional(flag),
});
const encoderOptions = options({
  ...call,
  wasm: module,
  worker: kind(() => openThread, []),
  tokenizer: { ...address, right: () => undefined },
});
const classifierOptions = (encoder) =>
  options({
    ...call,
    core: wasm,
    encoder: { ...kind(() => encoder(), ["null"]) },
    streams: { ...streams, fine: ["empty array"] }, // not looked at where an encoder is
    text: flag,
    onTextError: callback,
    encoderWasm: module,
    worker: kind(() => openThread, ["function"]),
  });

/** What each function takes. `#` stands between a class and a method, `=` behind what is set. */
const CALLS = {
  init: [optional(wasm)],
  preset: [kind(() => "mobileclip-s1"), options({ base: { ...address, right: () => undefined } })],
  inspect: [bytes],
  fromEarlierEncoder: [record({ encoderId: optional(text) })],
  "FeatureClassifier.create": [
    record({ core: optional(wasm), signal: optional(signal), streams, encoderId: optional(text) }),
  ],
  "FeatureClassifier.load": [bytes, options({ core: wasm, signal })],
  "FeatureClassifier#addClass": [label],
  "FeatureClassifier#renameClass": [label, label],
  "FeatureClassifier#removeClass": [label],
  "FeatureClassifier#mergeClasses": [label, label],
  "FeatureClassifier#setEnabled": [label, flag],
  "FeatureClassifier#setText": [label, optional(row)],
  "FeatureClassifier#readLabels": [callback, optional(callback)],
  "FeatureClassifier#forgetLabels": [],
  "FeatureClassifier#addFeatures": [row, label],
  "FeatureClassifier#removeExample": [id],
  "FeatureClassifier#moveExample": [id, label],
  "FeatureClassifier#merge": [bytes],
  "FeatureClassifier#named": [text, callback],
  "FeatureClassifier#transaction": [text, callback],
  "FeatureClassifier#undo": [],
  "FeatureClassifier#redo": [],
  "FeatureClassifier#head=": [
    record({
      name: kind(() => "naive_bayes_full"),
      ridge: optional(kind(() => ({ fixed: 0.1 }))),
      standardise: optional({ ...flag, right: () => false }),
      prior: optional(kind(() => "empirical")),
      centerCount: optional(kind(() => 2, ["number", "fraction"])),
    }),
  ],
  "FeatureClassifier#predictFeatures": [row],
  "FeatureClassifier#explainFeatures": [row],
  "FeatureClassifier#nearestFeatures": [row, count],
  "FeatureClassifier#labelOf": [text],
  "FeatureClassifier#duplicateOf": [row, text],
  "FeatureClassifier#suggestFeatures": [rows, count],
  "FeatureClassifier#evaluate": [],
  "FeatureClassifier#exportWeights": [],
  "FeatureClassifier#exportOnnx": [],
  "FeatureClassifier#save": [],
  "FeatureClassifier#subscribe": [callback],
  "FeatureClassifier#dispose": [],
  "Classifier.create": [classifierOptions(() => encoder)],
  "Classifier.load": [{ ...bytes, right: () => savedOfEncoder }, classifierOptions(() => encoder)],
  "Classifier#addExample": [image, label, imageOptions],
  "Classifier#addExamples": [images, label, imageOptions],
  "Classifier#predict": [image, imageOptions],
  "Classifier#predictMany": [images, imageOptions],
  "Classifier#explain": [image, imageOptions],
  "Classifier#nearest": [image, count, imageOptions],
  "Classifier#suggest": [images, count, imageOptions],
  "Classifier#dispose": [],
  "Encoder.load": [optional(source), encoderOptions],
  "Encoder.downloadSize": [source],
  "Encoder#encode": [image, encodeOptions],
  "Encoder#encodeMany": [images, encodeOptions],
  "Encoder#encodeText": [text, options(call)],
  "Encoder#fits": [record({ streams: { ...streams, fine: ["empty array"] }, encoderId: optional(text) })],
  "Encoder#dispose": [],
  // In Node there is no video that could be right; the other arguments are looked at before it.
  watch: [kind(() => undefined), kind(() => encoder), options({ fps: kind(() => 5, ["number"]), signal })],
};

const encoder = await Encoder.load();
after(() => encoder.dispose());
const pixels = { data: new Uint8Array(400).fill(90), width: 10, height: 10 };
const savedBytes = (await taught()).save();
const savedOfEncoder = await Classifier.create({ encoder }).then((empty) => empty.save());

async function taught() {
  const set = await FeatureClassifier.create({ streams: STREAMS });
  set.addFeatures(APPLE, "apple");
  set.addFeatures(PEAR, "pear");
  return set;
}

async function taughtByImages() {
  // What labels mean would come later, and change what is saved.
  const set = await Classifier.create({ encoder, text: false });
  await set.addExample(pixels, "apple");
  await set.addExample({ ...pixels, data: new Uint8Array(400).fill(200) }, "pear");
  return set;
}

/** What can be called: functions, static and other methods, what can be set. `@internal` ones are protected. */
function* callables() {
  for (const [name, value] of Object.entries(EXPORTS)) {
    if (typeof value !== "function" || value === HandfulError) continue;
    if (!/^class\b/.test(String(value))) {
      yield name;
      continue;
    }
    for (const own of Object.getOwnPropertyNames(value))
      if (typeof value[own] === "function" && own !== "prototype") yield `${name}.${own}`;
    for (const [own, { value: method, set }] of Object.entries(
      Object.getOwnPropertyDescriptors(value.prototype),
    )) {
      if (set) yield `${name}#${own}=`;
      else if (typeof method === "function" && own !== "constructor" && !PROTECTED.has(own))
        yield `${name}#${own}`;
    }
  }
}

const dist = new URL("../dist/", import.meta.url);
const declarations = readdirSync(dist)
  .filter((name) => name.endsWith(".d.ts"))
  .map((name) => readFileSync(new URL(name, dist), "utf8"))
  .join("\n");
const PROTECTED = new Set(
  [...declarations.matchAll(/^ {4}protected (?:get )?(\w+)/gm)].map((match) => match[1]),
);

test("each function and each option of the package has an entry here", () => {
  assert.deepEqual(Object.keys(CALLS).sort(), [...callables()].sort());
  const tried = new Set(
    Object.values(CALLS).flatMap((args) => args.flatMap(({ fields }) => Object.keys(fields ?? {}))),
  );
  const interfaces = [
    ...declarations.matchAll(/^export interface (\w+Options|EncoderSource)\b[^{]*\{(.*?)^\}/gms),
  ];
  assert.ok(interfaces.length > 5);
  for (const [, name, body] of interfaces) {
    if (/^(Download|Keep)Options$/.test(name)) continue; // of modules that are not exported
    for (const [, option] of body.matchAll(/^ {4}readonly (\w+)\??:/gm))
      assert.ok(tried.has(option), `${name}.${option}`);
  }
});

test("nothing can be set but what has a setter", async () => {
  for (const object of [encoder, await taughtByImages(), await taught()])
    assert.deepEqual(Object.keys(object), [], "own fields");
});

/** The arguments with one of them wrong, and what the wrong one is called. */
function* spoilt(args) {
  for (const [at, { right, fine, codes, fields, optional: may }] of args.entries()) {
    const rights = args.map((arg) => arg.right());
    for (const [name, value] of Object.entries(VALUES)) {
      const allowed = fine.includes(name) || (may && name === "undefined");
      const given = rights.with?.(at, value()) ?? Object.assign([...rights], { [at]: value() });
      yield { what: `argument ${at}: ${name}`, allowed, codes: fields ? undefined : codes, given };
      if (Array.isArray(right()) && name !== "undefined" && !fine.includes("Map")) {
        const inside = Object.assign([...rights], { [at]: [right()[0], value()] });
        yield { what: `argument ${at}: [${name}]`, allowed: false, codes, given: inside };
      }
      for (const [field, own] of Object.entries(fields ?? {})) {
        const object = { ...right(), [field]: value() };
        yield {
          what: `argument ${at}, ${field}: ${name}`,
          allowed: own.fine.includes(name) || (own.optional && name === "undefined"),
          codes: own.codes,
          given: Object.assign([...rights], { [at]: object }),
        };
      }
    }
  }
}

async function outcome(object, name, given) {
  try {
    if (name.endsWith("=")) object[name.slice(0, -1)] = given[0];
    else {
      const result = await object[name](...given);
      if (result && Symbol.asyncIterator in Object(result)) await result.next();
      if (result !== encoder && result?.constructor !== URL) result?.dispose?.();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

for (const [call, args] of Object.entries(CALLS)) {
  if (args.length === 0) continue;
  test(`${call} takes nothing but what it should`, async () => {
    const [, owner, sign, name] = /^(?:(\w+)([.#]))?(\w+=?)$/.exec(call);
    const make = { FeatureClassifier: taught, Classifier: taughtByImages, Encoder: () => encoder }[owner];
    let object = sign === "#" ? await make() : (EXPORTS[owner] ?? EXPORTS);
    for (const { what, allowed, codes, given } of spoilt(args)) {
      const before = object.save?.();
      const error = await outcome(object, name, given);
      if (error !== undefined) {
        assert.ok(error instanceof HandfulError, `${what}: ${error?.stack ?? String(error)}`);
        assert.ok(error.code !== "internal" && ERROR_CODES.includes(error.code), `${what}: ${error.stack}`);
        if (!allowed && codes)
          assert.ok(codes.includes(error.code), `${what}: ${error.code}, ${error.message}`);
        assert.deepEqual(object.save?.(), before, `${what} left a trace`);
      } else {
        assert.ok(allowed, `${what} is taken`);
        if (sign === "#" && owner !== "Encoder") {
          object.dispose();
          object = await make();
        }
      }
    }
    if (owner !== "Encoder") object.dispose?.();
  });
}
