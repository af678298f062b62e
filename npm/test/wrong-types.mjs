// Every public function with every wrong type, in Node and in browsers alike: nothing of either is used here.

const STREAMS = [
  { name: "clip", dim: 3 },
  { name: "aux", dim: 2 },
];
const APPLE = Float32Array.of(1, 0.1, 0, 1, 0);
const PEAR = Float32Array.of(0, 0.2, 1, 0, 1);

/** What a runtime has, as {@link lend} says. */
let here;
let pixels;
let savedBytes;
let savedOfEncoder;
let ofImages;

/**
 * @param runtime `handful`, the package with its further entries; `encoder`, the shipped one, and `ortEncoder`, the same in `ort`;
 *   `openThread`, which opens its worker; `manifest`, its address; `values`, what else may come there; `live`, what can be
 *   watched there
 */
export async function lend(runtime) {
  here = runtime;
  Object.assign(VALUES, runtime.values);
  pixels = { data: new Uint8Array(400).fill(90), width: 10, height: 10 };
  savedBytes = (await taught()).save();
  savedOfEncoder = await here.handful.Classifier.create({ encoder: here.encoder }).then((empty) =>
    empty.save(),
  );
  ofImages = await taughtByImages();
}

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
const image = kind(
  () => pixels,
  ["ImageBitmap", "ImageData", "video"],
  ["not-an-image", "image-empty", "image-bytes"],
);
const address = kind(() => here.manifest, ["text", "empty text", "URL"], ["network", "manifest"]);
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
const counts = kind(() => ({ apple: 1, pear: 1 }), [], ["unknown-class"]);
const assignOptions = options({ ...call, detail: kind(() => "photo"), counts });
// Node has nothing to draw them with.
const thumbnail = kind(() => undefined, ["number"], ["worker"]);
const encodeOptions = options({ ...call, detail: kind(() => "photo"), thumbnail, following: count });
const module = kind(() => undefined, ["text", "empty text", "URL"], ["network", "wasm-load"]);
const sourceFields = {
  manifest: address,
  model: optional({ ...address, right: () => undefined }),
  words: optional({ ...address, right: () => undefined }),
  base: optional({ ...address, right: () => undefined }),
  keep: optional(flag),
};
const source = record(sourceFields);
/** An encoder that is none of the package's. */
const foreign = {
  ...record({
    id: kind(() => "mine", ["text"]),
    streams: kind(() => STREAMS),
    encode: kind(() => async () => ({ features: APPLE }), ["function"]),
    encodeText: optional(
      kind(() => async () => ({ features: APPLE.slice(0, 3), confidence: 1 }), ["function"]),
    ),
    hasText: optional(flag),
    textReady: optional(flag),
    atOnce: optional(count),
    files: optional(kind(() => async () => ({}), ["function"])),
  }),
  fine: [],
};
const workers = kind(() => "auto", ["number"]);
const encoderFields = {
  ...call,
  wasm: module,
  worker: kind(() => here.openThread, []),
  workers,
  tokenizer: { ...address, right: () => undefined },
};
const encoderOptions = options(encoderFields);
const ortOptions = {
  ...options({ ...sourceFields, ...encoderFields, executionProviders: kind(() => ["wasm"]) }),
  optional: false,
  fine: [],
};
ortOptions.fields.ort = kind(() => here.ort);
const madeOptions = {
  ...call,
  core: wasm,
  text: flag,
  onTextError: callback,
  encoderWasm: module,
  worker: kind(() => here.openThread, ["function"]),
  workers,
};
const classifierOptions = options({
  ...madeOptions,
  encoder: kind(() => here.encoder, ["null"]),
  streams: { ...streams, fine: ["empty array"] }, // not looked at where an encoder is
});

const setId = kind(() => "mine", ["text", "empty text"], ["unknown-set"]);
const JPEG = Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 160, 0, 160, 0, 0, 0);
const pictures = kind(() => new Map([[0, JPEG]]), ["Map"]);
const stored = record({ bytes, pictures });
const making = kind(() => () => here.handful.FeatureClassifier.create({ streams: STREAMS }));
// A set that is not stored yet is not loaded.
const setKind = { ...record({ create: making, load: { ...making, fine: ["function"] } }), fine: [] };
const openOptions = options({ signal, onWait: callback });

/** What each function takes. `#` stands between a class and a method, `=` behind what is set. */
export const CALLS = {
  init: [optional(wasm)],
  preset: [kind(() => "mobileclip-s1"), options({ base: { ...address, right: () => undefined } })],
  presetOf: [record({ encoderId: optional(text) })],
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
  "FeatureClassifier#addNegativeFeatures": [row],
  "FeatureClassifier#removeNegative": [id],
  "FeatureClassifier#featuresOf": [id],
  "FeatureClassifier#addUnlabelledFeatures": [row],
  "FeatureClassifier#removeUnlabelled": [id],
  "FeatureClassifier#labelUnlabelled": [{ ...id, right: () => 2 }, label],
  "FeatureClassifier#suggestUnlabelled": [count],
  "FeatureClassifier#observeFeatures": [row, label],
  "FeatureClassifier#forget": [label],
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
  "FeatureClassifier#strictness=": [kind(() => 0.1, ["fraction"])],
  "FeatureClassifier#prepare": [options({ signal })],
  "FeatureClassifier#predictFeatures": [row],
  "FeatureClassifier#explainFeatures": [row],
  "FeatureClassifier#predictFeaturesTogether": [rows, options({ signal })],
  "FeatureClassifier#assignFeatures": [rows, options({ counts, signal })],
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
  "Classifier.create": [classifierOptions],
  "Classifier.load": [{ ...bytes, right: () => savedOfEncoder }, classifierOptions],
  "Classifier.reencode": [
    bytes,
    options({
      ...madeOptions,
      encoder: kind(() => here.encoder),
      picture: { ...callback, right: () => () => pixels },
    }),
  ],
  "Classifier#addExample": [image, label, imageOptions],
  "Classifier#addExamples": [images, label, encodeOptions],
  "Classifier#addNegative": [image, imageOptions],
  "Classifier#addUnlabelled": [images, encodeOptions],
  "Classifier#observe": [image, label, imageOptions],
  "Classifier#predict": [image, imageOptions],
  "Classifier#predictMany": [images, imageOptions],
  "Classifier#explain": [image, imageOptions],
  "Classifier#predictTogether": [images, imageOptions],
  "Classifier#assign": [images, assignOptions],
  "Classifier#nearest": [image, count, imageOptions],
  "Classifier#exportModel": [options(call)],
  "Classifier#suggest": [images, count, imageOptions],
  "Classifier#dispose": [],
  "Encoder.load": [optional(source), encoderOptions],
  "Encoder.downloadSize": [source],
  "Encoder#encode": [image, encodeOptions],
  "Encoder#encodeMany": [images, encodeOptions],
  "Encoder#encodeText": [text, options(call)],
  "Encoder#files": [options(call)],
  "Encoder#fits": [record({ streams: { ...streams, fine: ["empty array"] }, encoderId: optional(text) })],
  "Encoder#dispose": [],
  encodeMany: [foreign, images, encodeOptions],
  occlusionSensitivity: [
    kind(() => ofImages),
    image,
    options({
      ...call,
      detail: kind(() => "photo"),
      label,
      grid: { ...count, fine: ["number"] },
      encoder: kind(() => here.encoder),
    }),
  ],
  fromTransformers: [
    callback,
    {
      ...record({
        RawImage: kind(() => class {}, ["function"]),
        id: kind(() => "mine", ["text"]),
        streams: kind(() => STREAMS),
        pool: optional(kind(() => "mean")),
      }),
      fine: [],
    },
  ],
  "OrtEncoder.load": [ortOptions],
  "OrtEncoder#encode": [image, encodeOptions],
  "OrtEncoder#encodeText": [text, options(call)],
  "OrtEncoder#files": [options(call)],
  "OrtEncoder#dispose": [],
  "Store#list": [],
  "Store#removed": [],
  "Store#openOrCreate": [text, setKind, openOptions],
  "Store#open": [setId, setKind, openOptions],
  "Store#create": [record({ name: text, bytes: optional(bytes), pictures: optional(pictures) })],
  "Store#rename": [setId, text],
  "Store#remove": [setId],
  "Store#replace": [setId, stored],
  "Store#restore": [setId],
  "Store#forget": [setId],
  "Store#subscribe": [callback],
  "StoredSet#setPicture": [id, kind(() => JPEG)],
  "StoredSet#savesPictures=": [flag],
  "StoredSet#merge": [stored],
  "StoredSet#saved": [],
  "StoredSet#subscribe": [callback],
  "StoredSet#dispose": [],
  readSetFile: [kind(() => new Blob([savedBytes]), [], ["format"])],
  writeSetFile: [record({ name: text, bytes, pictures })],
  // In Node there is no video that could be right; the other arguments are looked at before it.
  watch: [
    kind(() => here.live, ["video", "MediaStream"]),
    kind(() => here.encoder),
    options({ fps: kind(() => 5, ["number", "fraction"]), detail: kind(() => "photo"), thumbnail, signal }),
  ],
};

export async function taught() {
  const set = await here.handful.FeatureClassifier.create({ streams: STREAMS });
  set.addFeatures(APPLE, "apple");
  set.addFeatures(PEAR, "pear");
  set.addUnlabelledFeatures(APPLE);
  return set;
}

export async function taughtByImages() {
  // What labels mean would come later, and change what is saved.
  const set = await here.handful.Classifier.create({ encoder: here.encoder, text: false });
  await set.addExample(pixels, "apple");
  await set.addExample({ ...pixels, data: new Uint8Array(400).fill(200) }, "pear");
  return set;
}

/** A store of its own; in Node it says that nothing can be stored there. */
const store = () => new here.handful.Store({ name: "wrong types" });

let opened = 0;
async function storedSet() {
  opened += 1;
  const set = await store().open(`set ${opened}`, here.handful.FeatureClassifier, { streams: STREAMS });
  set.classifier.addFeatures(APPLE, "apple");
  return set;
}

/** How an object of each class is made on which methods are called. */
const MAKERS = { FeatureClassifier: taught, Classifier: taughtByImages, Store: store, StoredSet: storedSet };

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
      if (result && Symbol.asyncIterator in Object(result)) {
        await result.next();
        await result.return();
      }
      if (result !== here.encoder && result?.constructor !== URL) result?.dispose?.();
    }
    return undefined;
  } catch (error) {
    return error;
  }
}

function expect(truth, what) {
  if (!truth) throw new Error(what);
}

/** One of {@link CALLS}: what is wrong is refused by a typed error, and the set is as it was; after `dispose` all is. `onTry` is told what is next. */
export async function tryCall(call, onTry = () => {}) {
  const { ERROR_CODES, HandfulError } = here.handful;
  const [, owner, sign, name] = /^(?:(\w+)([.#]))?(\w+=?)$/.exec(call);
  const shared = { Encoder: here.encoder, OrtEncoder: here.ortEncoder }[owner];
  const make = async () => {
    if (shared) return shared;
    const set = await MAKERS[owner]();
    if (name.startsWith("observe")) set.head = "uer"; // the head that observes
    return set;
  };
  let object = sign === "#" ? await make() : (here.handful[owner] ?? here.handful);
  for (const { what, allowed, codes, given } of spoilt(CALLS[call])) {
    onTry(what);
    const before = object.save?.();
    const error = await outcome(object, name, given);
    if (error !== undefined) {
      expect(error instanceof HandfulError, `${what}: ${error?.stack ?? String(error)}`);
      expect(error.code !== "internal" && ERROR_CODES.includes(error.code), `${what}: ${error.stack}`);
      if (!allowed && codes) expect(codes.includes(error.code), `${what}: ${error.code}, ${error.message}`);
      expect(`${object.save?.()}` === `${before}`, `${what} left a trace`);
    } else {
      expect(allowed, `${what} is taken`);
      if (sign === "#" && !shared) {
        object.dispose?.();
        object = await make();
      }
    }
  }
  if (sign !== "#" || shared) return;
  object.dispose?.();
  if (name === "dispose" || !(object instanceof here.handful.FeatureClassifier)) return;
  const rights = CALLS[call].map(({ right }) => right());
  const error = await outcome(object, name, rights);
  expect(error?.code === "disposed", `after dispose: ${error ?? "taken"}`);
}

/** What an encoder that is none of the package's may give, and the codes that refuse what is wrong of it. */
const GIVEN = {
  encode: record({
    features: kind(() => PEAR, [], ROW_CODES),
    timings: optional(kind(() => ({ decode: 1, preprocess: 1, encode: 1 }))),
    thumbnail: optional(kind(() => Uint8Array.of(1), ["bytes"])),
  }),
  encodeText: record({
    features: kind(() => PEAR.slice(0, 3), [], ROW_CODES),
    confidence: kind(() => 1, ["fraction"]),
  }),
};

/** Whatever an encoder gives: what is wrong is refused by a typed error, and the set is as it was. */
export async function tryGiven(onTry = () => {}) {
  const { Classifier, encodeMany, ERROR_CODES, HandfulError } = here.handful;
  let given;
  let failures = [];
  const right = (name) => GIVEN[name].right();
  const encoder = {
    id: "mine",
    streams: STREAMS,
    encode: async () => given("encode"),
    encodeText: async () => given("encodeText"),
  };
  for (const [name, { fields }] of Object.entries(GIVEN)) {
    for (const [kindOf, value] of Object.entries(VALUES)) {
      for (const field of [undefined, ...Object.keys(fields)]) {
        const what = `${name} gives ${field ? `${field}: ` : ""}${kindOf}`;
        onTry(what);
        given = right;
        failures = [];
        const set = await Classifier.create({ encoder, onTextError: (error) => failures.push(error) });
        await set.addExample(pixels, "apple");
        await new Promise((done) => setTimeout(done));
        let before = set.save();
        given = (asked) => {
          if (asked !== name) return right(asked);
          return field ? { ...right(name), [field]: value() } : value();
        };
        // A class of an unread name asks for its text; all that is done with images asks for features.
        if (name === "encodeText") {
          set.addClass("pear");
          before = set.save();
        } else {
          const tries = [
            () => set.addExample(pixels, "apple"),
            () => set.predict(pixels),
            () => set.explain(pixels),
            () => set.nearest(pixels, 1),
          ];
          for (const attempt of tries) await attempt().catch((error) => failures.push(error));
          for await (const { error } of encodeMany(encoder, [pixels])) if (error) failures.push(error);
          for (const { error } of await set.addExamples([pixels], "apple")) if (error) failures.push(error);
        }
        await new Promise((done) => setTimeout(done));
        const { fine, codes, optional: may } = fields[field] ?? GIVEN[name];
        const allowed = field && (fine.includes(kindOf) || (may && kindOf === "undefined"));
        // One example alone cannot be asked.
        failures = failures.filter(({ code }) => code !== "not-enough-examples");
        if (allowed) expect(failures.length === 0, `${what}: ${failures[0]?.stack}`);
        else {
          expect(failures.length > 0, `${what} is taken`);
          for (const error of failures) {
            expect(error instanceof HandfulError, `${what}: ${error?.stack ?? String(error)}`);
            expect(ERROR_CODES.includes(error.code) && error.code !== "internal", `${what}: ${error.stack}`);
            if (field) expect(codes.includes(error.code), `${what}: ${error.code}, ${error.message}`);
          }
          expect(`${set.save()}` === `${before}`, `${what} left a trace`);
        }
        set.dispose();
      }
    }
  }
}
