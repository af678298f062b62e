// The store of the package. Frames are the tabs: each has modules, locks and a connection of its own, and ends when it is closed.
import { check, expect, finish } from "./report.js";

const STREAMS = [{ name: "aux", dim: 3 }];
const row = (x) => Float32Array.of(1, x, 0.5);

/** What a JPEG file begins with; the store looks no further. */
const picture = (mark) => Uint8Array.of(0xff, 0xd8, 0xff, 0xc0, 0, 17, 8, 0, 160, 0, 160, mark, 0, 0);

async function refused(work, code) {
  const error = await work.then(
    () => undefined,
    (error) => error,
  );
  expect(error?.name === "HandfulError" && error.code === code, `the code ${code}, not ${error}`);
}

const result = (request) =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });

/** Opens a tab, made otherwise before the package is there, with a store. */
async function tab(name, change = () => {}) {
  const frame = document.createElement("iframe");
  frame.src = "./tab.html";
  await new Promise((resolve) => {
    frame.onload = resolve;
    document.body.append(frame);
  });
  change(frame.contentWindow);
  const { FeatureClassifier, Store } = await frame.contentWindow.begin();
  const store = new Store({ name });
  const open = (options) => store.openOrCreate("Fruit", FeatureClassifier, { streams: STREAMS, ...options });
  return { FeatureClassifier, store, open, close: () => frame.remove() };
}

/** Adds an example with a picture. */
function add(set, mark) {
  const id = set.classifier.addFeatures(row(mark), "apple");
  set.setPicture(id, picture(mark));
  return id;
}

/** The marks of the pictures of all examples. */
const marks = ({ classifier, pictures }) =>
  classifier.examples.map(({ id }) => pictures.get(id)?.[11]).join();

/** Resolves when the state of a set is such. */
function reached(set, kind, reason) {
  return new Promise((resolve) => {
    const look = () => set.state.kind === kind && set.state.reason === reason && resolve();
    set.subscribe(look);
    look();
  });
}

/** Opens a set that another tab has; resolves when this one is told so. */
const waitFor = (tab, options) =>
  new Promise((told) => {
    const opening = tab.open({ ...options, onWait: (waiting) => told({ ...waiting, opening }) });
  });

/** Everything in one store of a database. */
async function stored(name, store) {
  const database = await result(indexedDB.open(name));
  const all = await result(database.transaction(store).objectStore(store).getAll());
  database.close();
  return all;
}

/** Makes writing a picture fail as on a full disk, until `disk.full` is false. */
const small =
  (disk) =>
  ({ IDBObjectStore, DOMException }) => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...values) {
      if (disk.full && this.name === "pictures") throw new DOMException("full", "QuotaExceededError");
      return put.apply(this, values);
    };
  };

/** Tabs as they are, and as on plain http. */
const LOCKS = [
  ["", () => {}],
  [", without locks", ({ navigator }) => Object.defineProperty(navigator, "locks", { value: undefined })],
];

/** A tab that is made otherwise in two ways. */
const both = (one, other) => (window) => {
  one(window);
  other(window);
};

/** A test with a store of its own, whose tabs are closed in the end. */
async function tryStore(what, body) {
  const name = `test of ${what}`;
  await check(`the store: ${what}`, () => body(name));
  for (const frame of document.querySelectorAll("iframe")) frame.remove();
}

await tryStore("what is taught is there in the next visit, with pictures", async (name) => {
  const first = await tab(name);
  const set = await first.open();
  expect(set.state.kind === "idle" && (await set.saved()), "nothing to save");
  add(set, 1);
  expect(set.state.kind === "saving", "a change is being saved");
  const removed = add(set, 2);
  set.classifier.removeExample(removed);
  set.classifier.head = "knn";
  expect((await set.saved()) && set.state.kind === "saved", "all is saved");
  expect(
    set.pictures.has(removed) && (await stored(name, "pictures")).length === 1,
    "undo has more than the disk",
  );
  set.classifier.undo();
  expect(await set.saved(), "undo is saved");
  first.close();

  const again = await (await tab(name)).open();
  expect(again.state.kind === "saved" && again.name === "Fruit" && again.id === set.id, "the same set");
  expect(marks(again) === "1,2" && again.classifier.head === "knn", "what was taught");
});

await tryStore("pictures are written once", async (name) => {
  let puts = 0;
  const { open } = await tab(name, ({ IDBObjectStore }) => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (...values) {
      puts += this.name === "pictures" ? 1 : 0;
      return put.apply(this, values);
    };
  });
  const set = await open();
  for (const mark of [1, 2, 3]) {
    add(set, mark);
    await set.saved();
  }
  expect(puts === 3, `three pictures written, not ${puts}`);
});

await tryStore("pictures are stored as long as that is wanted", async (name) => {
  const { open } = await tab(name);
  let set = await open();
  const kept = async () => ((await set.saved()) ? (await stored(name, "pictures")).length : Number.NaN);
  for (const mark of [1, 2]) add(set, mark);
  expect((await kept()) === 2, "both");
  set.savesPictures = false;
  expect((await kept()) === 0 && marks(set) === "1,2", "none is stored, both are here");
  add(set, 3);
  expect((await kept()) === 0 && marks(set) === "1,2,3", "nor what comes later");
  set.savesPictures = true;
  expect((await kept()) === 3, "stored again");
  set.dispose();
  set = await open();
  expect(set.savesPictures && marks(set) === "1,2,3", "they are there in the next visit");
  set.savesPictures = false;
  expect((await kept()) === 0, "those of an earlier visit go too");
  set.dispose();
  set = await open();
  expect(
    set.pictures.size === 0 && set.classifier.examples.length === 3,
    "the photos are known without them",
  );
});

await tryStore("a transaction is written when it has ended", async (name) => {
  const { store, open } = await tab(name);
  const set = await open();
  let goOn;
  const running = set.classifier.transaction("import", async () => {
    add(set, 1);
    await new Promise((resolve) => {
      goOn = resolve;
    });
    add(set, 2);
  });
  // Transactions of the database come one after another: had the half been written, this would come behind it.
  await store.list();
  expect((await stored(name, "sets")).length === 0, "nothing so far");
  goOn();
  await running;
  await set.saved();
  expect((await stored(name, "pictures")).length === 2, "both");
});

await tryStore("a tab that is ended while it saves loses nothing that was saved", async (name) => {
  let saved = 0;
  for (let round = 0; round < 12; round += 1) {
    const { open, close } = await tab(name);
    const set = await open();
    const found = set.classifier.examples.length;
    expect([saved, saved + 1].includes(found), `${saved} or one more, not ${found}`);
    expect(marks(set).split(",").length === Math.max(1, found) && !marks(set).includes(",,"), "all pictures");
    add(set, found + 1);
    await set.saved();
    saved = found + 1;
    add(set, found + 2);
    // Somewhere on its way, at another point of it in each round.
    for (let step = 0; step < round; step += 1) await new Promise((resolve) => setTimeout(resolve));
    close();
  }
});

for (const [words, change] of LOCKS) {
  await tryStore(`one tab at a time has a set, and hands it over when all is saved${words}`, async (name) => {
    const [first, second] = [await tab(name, change), await tab(name, change)];
    const mine = await first.open();
    add(mine, 1);
    const { reason, takeOver, opening } = await waitFor(second);
    expect(reason === "elsewhere", `elsewhere, not ${reason}`);
    add(mine, 2);
    expect(await takeOver(), "it is given");
    const theirs = await opening;
    expect(marks(theirs) === "1,2", "also what was not saved when it was asked for");
    expect(mine.state.kind === "elsewhere", "the first tab is told");
    await refused((async () => mine.classifier.classes)(), "disposed");
    const back = first.open();
    add(theirs, 3);
    await theirs.saved();
    second.close();
    expect(marks(await back) === "1,2,3", "the first tab has it again");
  });
}

for (const [words, change] of LOCKS) {
  await tryStore(`a set that is not saved is kept from another tab${words}`, async (name) => {
    const disk = { full: true };
    const [first, second] = [await tab(name, both(small(disk), change)), await tab(name, change)];
    const mine = await first.open();
    add(mine, 1);
    await reached(mine, "failed", "full");
    expect((await mine.saved()) === false, "not saved");
    await refused(first.store.remove(mine.id), "storage");
    const { takeOver, opening } = await waitFor(second);
    expect((await takeOver()) === false, "it is kept");
    expect(mine.state.kind === "failed" && marks(mine) === "1", "nothing is lost");
    disk.full = false;
    await reached(mine, "saved");
    expect(await takeOver(), "it is given when it is saved");
    expect(marks(await opening) === "1", "all is there");
  });

  await tryStore(`of three tabs that want a set at once one has it${words}`, async (name) => {
    const tabs = [await tab(name, change), await tab(name, change), await tab(name, change)];
    const id = await tabs[0].store.create({ name: "Fruit" });
    const heard = await new Promise((all) => {
      const heard = [];
      const hear = (what) => {
        if (heard.push(what) === tabs.length) all(heard);
      };
      for (const { store, FeatureClassifier } of tabs) {
        const opening = store.open(id, FeatureClassifier, { streams: STREAMS, onWait: () => hear("waits") });
        opening.then(() => hear("has it"));
      }
    });
    expect(heard.sort().join() === "has it,waits,waits", `one has it, not ${heard}`);
  });
}

/** Rows of a length at which a few hundred make a large set. */
const WIDE = { streams: [{ name: "aux", dim: 384 }] };
const wideRow = (mark) => Float32Array.from({ length: 384 }, (_, i) => Math.sin(1 + mark * 384 + i));

await tryStore("of a large set what is new is written, and all of it is read", async (name) => {
  const disk = { bytes: 0 };
  const counted = ({ IDBObjectStore }) => {
    const { put } = IDBObjectStore.prototype;
    IDBObjectStore.prototype.put = function (value) {
      disk.bytes += value.bytes?.length ?? 0;
      return put.call(this, value);
    };
  };
  const first = await tab(name, counted);
  const mine = await first.open(WIDE);
  for (let mark = 0; mark < 500; mark += 1) mine.classifier.addFeatures(wideRow(mark), `class ${mark % 3}`);
  await mine.saved();
  const all = disk.bytes;
  expect(all > 500 * 384 * 4, "all of it");
  const writes = async (change) => {
    disk.bytes = 0;
    change(mine.classifier);
    await mine.saved();
    return disk.bytes;
  };
  const one = await writes((classifier) => classifier.addFeatures(wideRow(500), "class 1"));
  expect(one < all / 4, `${one} bytes of ${all} for one more`);
  await writes((classifier) => classifier.removeExample(classifier.examples[250].id));
  await writes((classifier) =>
    classifier.transaction("most go", () => {
      for (const { id } of classifier.examples.slice(100)) classifier.removeExample(id);
    }),
  );
  await writes((classifier) => classifier.undo());
  const last = mine.classifier.save();
  first.close();
  const second = await tab(name, counted);
  const theirs = await second.open(WIDE);
  const read = theirs.classifier.save();
  expect(read.length === last.length && read.every((byte, i) => byte === last[i]), "the same set");
  disk.bytes = 0;
  theirs.classifier.addFeatures(wideRow(501), "class 1");
  await theirs.saved();
  expect(disk.bytes < all / 4, `${disk.bytes} bytes of ${all} for the first change`);
  const parts = (await stored(name, "parts")).length;
  for (const { id } of theirs.classifier.examples.slice(10)) theirs.classifier.removeExample(id);
  await theirs.saved();
  const left = (await stored(name, "parts")).length;
  expect(left < parts / 2, `${left} parts of ${parts}: what is none any more is gone`);
});

await tryStore(
  "a set that an earlier version stored in one piece is read, and stored in parts",
  async (name) => {
    const first = await tab(name);
    const classifier = await first.FeatureClassifier.create({ streams: STREAMS });
    classifier.addFeatures(row(1), "apple");
    const opening = indexedDB.open(name, 2);
    opening.onupgradeneeded = () => {
      const database = opening.result;
      database
        .createObjectStore("sets", { keyPath: "id" })
        .put({ id: "a", bytes: classifier.save(), savedAt: 0 });
      database.createObjectStore("names", { keyPath: "id" }).put({ id: "a", name: "Fruit" });
      database
        .createObjectStore("pictures", { keyPath: ["set", "id"] })
        .put({ set: "a", id: 0, bytes: picture(1) });
    };
    (await result(opening)).close();
    const set = await first.open();
    expect(set.id === "a" && marks(set) === "1", "it is read");
    add(set, 2);
    await set.saved();
    const [{ bytes, parts }] = await stored(name, "sets");
    expect(bytes === undefined && parts.length === (await stored(name, "parts")).length, "in parts");
    first.close();
    expect(marks(await (await tab(name)).open()) === "1,2", "all is there");
  },
);

await tryStore("what is written is whole or nothing", async (name) => {
  const disk = { full: false };
  const first = await tab(name, small(disk));
  const set = await first.open();
  add(set, 1);
  await set.saved();
  disk.full = true;
  add(set, 2);
  await reached(set, "failed", "full");
  first.close();
  expect(marks(await (await tab(name)).open()) === "1", "what was saved last");
});

await tryStore("a set is taken from a tab that does not answer", async (name) => {
  const deaf = await tab(name, (window) => {
    window.BroadcastChannel = undefined;
  });
  const mine = await deaf.open();
  add(mine, 1);
  await mine.saved();
  const { takeOver, opening } = await waitFor(await tab(name));
  expect(await takeOver(), "it is had");
  expect(marks(await opening) === "1" && mine.state.kind === "elsewhere", "the other tab is told");
});

await tryStore("a tab that only opens a set hands it over, and gets it later", async (name) => {
  const [first, second] = [await tab(name), await tab(name)];
  let begun = 0;
  const slow = {
    load: first.FeatureClassifier.load,
    create: () => {
      begun += 1;
      return new Promise(() => {});
    },
  };
  const id = await first.store.create({ name: "Fruit" });
  const stop = new AbortController();
  const opening = first.store.open(id, slow, { signal: stop.signal });
  const { takeOver, opening: theirs } = await waitFor(second);
  expect(begun === 1 && (await takeOver()), "it is given");
  add(await theirs, 1);
  expect(await (await theirs).saved(), "it works");
  (await theirs).dispose();
  // The first now loads what the second has stored.
  const set = await opening;
  expect(set.classifier.examples.length === 1 && begun === 1, "what was stored meanwhile");
  stop.abort();
  expect(set.classifier.examples.length === 1, "it is open, and stays so");
});

await tryStore("who stops waiting is in nobody's way", async (name) => {
  const [first, second, third] = [await tab(name), await tab(name), await tab(name)];
  const mine = await first.open();
  const stop = new AbortController();
  const { takeOver, opening } = await waitFor(second, { signal: stop.signal });
  stop.abort(new Error("enough"));
  expect((await opening.catch((error) => error)).message === "enough", "the reason of the abort");
  expect((await takeOver()) === false, "no claim any more");
  add(mine, 1);
  await mine.saved();
  mine.dispose();
  expect(marks(await third.open()) === "1", "the next one gets it");
});

await tryStore("two tabs that make a set of one name at once make one", async (name) => {
  const [first, second] = [await tab(name), await tab(name)];
  const one = await Promise.race([first.open(), second.open()]);
  expect((await first.store.list()).length === 1, "one set");
  expect((await first.store.list())[0].id === one.id, "that one");
});

await tryStore("everything is written again when the database is deleted", async (name) => {
  const { store, open } = await tab(name);
  const set = await open();
  add(set, 1);
  await set.saved();
  for (const mark of [2, 3]) {
    let states = "";
    set.subscribe(() => {
      states += `${set.state.kind} `;
    });
    await result(indexedDB.deleteDatabase(name));
    expect(states.startsWith("saving"), `it is being saved, not ${states}`);
    expect((await set.saved()) && (await stored(name, "pictures")).length === mark - 1, "all pictures");
    expect((await store.list()).map(({ name }) => name).join() === "Fruit", "its name too");
    add(set, mark);
    await set.saved();
  }
});

await tryStore("another connection is had when the browser has lost one without a word", async (name) => {
  let connection;
  const { open } = await tab(name, ({ IDBFactory }) => {
    const { open } = IDBFactory.prototype;
    IDBFactory.prototype.open = function (...asked) {
      const request = open.apply(this, asked);
      request.addEventListener("success", () => {
        connection = request.result;
      });
      return request;
    };
  });
  const set = await open();
  connection.close();
  add(set, 1);
  expect((await set.saved()) && set.state.kind === "saved", "it is saved");
});

await tryStore("a later version of the database is left alone", async (name) => {
  const { open } = await tab(name);
  const set = await open();
  add(set, 1);
  await set.saved();
  const newer = await result(indexedDB.open(name, 4));
  await reached(set, "failed", "newer");
  newer.close();
});

await tryStore("storage that does not answer is told, and waited for", async (name) => {
  const [first, second] = [await tab(name), await tab(name)];
  const set = await first.open();
  add(set, 1);
  await set.saved();
  // A page that holds the database and lets it go for nobody.
  const holder = await result(indexedDB.open(name));
  const deletion = result(indexedDB.deleteDatabase(name));
  await reached(set, "failed", "slow");
  const told = new Promise((resolve) => {
    const waiting = second.store.open("other", second.FeatureClassifier, {
      streams: STREAMS,
      onWait: resolve,
    });
    void waiting;
  });
  expect((await told).reason === "storage", "who opens a set is told too");
  holder.close();
  await deletion;
  await reached(set, "saved");
  expect((await stored(name, "pictures")).length === 1, "all is there");
});

await tryStore("the one set of the first version is there, with its pictures", async (name) => {
  const first = await tab(name);
  const classifier = await first.FeatureClassifier.create({ streams: STREAMS });
  const id = classifier.addFeatures(row(1), "apple");
  const lay = async (...thumbnails) => {
    const opening = indexedDB.open(name, 1);
    opening.onupgradeneeded = () => {
      const { result: database } = opening;
      database.createObjectStore("sets", { keyPath: "id" }).put({ id: "default", bytes: classifier.save() });
      const store = database.createObjectStore("thumbnails", { keyPath: "id" });
      for (const thumbnail of thumbnails) store.put(thumbnail);
    };
    (await result(opening)).close();
    return thumbnails.length > 0 ? "7" : "";
  };
  // A window of WebKit that keeps nothing on the disk stores no Blob, so there the first version could keep no picture.
  const kept = await lay({ id, blob: new Blob([picture(7)]) }).catch(() => lay());
  const [found] = await first.store.list();
  expect(found.id === "default" && found.name === "", "it is in the list");
  const set = await first.store.open("default", first.FeatureClassifier);
  expect(marks(set) === kept, "its picture");
  add(set, 8);
  expect(await set.saved(), "it is saved");
});

await tryStore("sets are listed, renamed, removed, had back, and forgotten after a day", async (name) => {
  const [first, second] = [await tab(name), await tab(name)];
  const { store, FeatureClassifier } = first;
  const names = async (list) => (await list).map((set) => set.name).join();
  let told = 0;
  second.store.subscribe(() => {
    told += 1;
  });
  const set = await first.open();
  add(set, 1);
  await set.saved();
  const bytes = set.classifier.save();
  const id = await store.create({ name: "Apples", bytes, pictures: new Map([[0, picture(9)]]) });
  await store.rename(set.id, "Garden");
  expect(
    set.name === "Garden" && (await names(second.store.list())) === "Apples,Garden",
    "both in both tabs",
  );
  await refused(second.store.remove(set.id), "set-in-use");
  await refused(second.store.forget(set.id), "set-in-use");
  await store.remove(set.id);
  expect(
    (await names(store.list())) === "Apples" && (await names(store.removed())) === "Garden",
    "one is removed",
  );
  await refused(store.open(set.id, FeatureClassifier), "unknown-set");
  const again = await first.open();
  expect(again.id !== set.id, "a removed set is not found by its name");
  await store.forget(again.id);
  await store.restore(set.id);
  const back = await store.open(set.id, FeatureClassifier);
  expect(marks(back) === "1" && back.name === "Garden", "all of it is back");
  expect(marks(await store.open(id, FeatureClassifier)) === "9", "what was added from a file");
  await store.remove(back.id);

  const database = await result(indexedDB.open(name));
  const names2 = database.transaction("names", "readwrite").objectStore("names");
  const gone = await result(names2.get(back.id));
  await result(names2.put({ ...gone, deletedAt: gone.deletedAt - 24 * 60 * 60 * 1000 }));
  database.close();
  expect(
    (await names(store.removed())) === "" && (await stored(name, "sets")).length === 1,
    "nothing is left of it",
  );
  for (const work of [store.restore(back.id), store.rename("none", "x"), store.remove("none")])
    await refused(work, "unknown-set");
  await refused(store.create({ name: "x", bytes: new Uint8Array(9) }), "format");
  expect(told > 0, "the other tab is told");
});

await tryStore("a set gives its place to another one at once, and gets it back", async (name) => {
  const disk = { full: false };
  const [first, second] = [await tab(name, small(disk)), await tab(name)];
  const { store, FeatureClassifier } = first;
  const id = await store.create({ name: "Fruit" });
  const old = await store.open(id, FeatureClassifier, { streams: STREAMS });
  add(old, 1);
  expect(await old.saved(), "the old set is saved");
  disk.full = true;
  const other = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 5 }] });
  const photo = other.addFeatures(Float32Array.of(1, 2, 3, 4, 5), "apple");
  const set = { bytes: other.save(), pictures: new Map([[photo, picture(7)]]) };
  await refused(store.replace(id, set), "storage");
  expect((await store.list()).map((one) => one.id).join() === id, "a full disk changes nothing");
  expect((await store.removed()).length === 0 && old.state.kind === "saved", "nor is it put away");
  disk.full = false;
  await refused(second.store.replace(id, set), "set-in-use");
  await refused(store.replace("none", set), "unknown-set");
  await refused(store.replace(id, { ...set, bytes: new Uint8Array(9) }), "format");
  await refused(store.replace(id, { ...set, pictures: [] }), "parameter");

  const now = await store.replace(id, set);
  const [listed, ...more] = await second.store.list();
  expect(more.length === 0 && listed.id === now && listed.name === "Fruit", "the new one has the name");
  const opened = await store.open(now, FeatureClassifier);
  expect(opened.classifier.streams[0].dim === 5 && marks(opened) === "7", "its rows and pictures");
  await refused(store.replace(id, set), "unknown-set");
  await store.restore(id);
  await store.remove(now);
  expect((await store.list()).map((one) => one.id).join() === id, "the old one is back");
  const back = await store.open(id, FeatureClassifier);
  expect(back.classifier.streams[0].dim === STREAMS[0].dim && back.name === "Fruit", "as it was");
});

await tryStore("what cannot be loaded stays as it is", async (name) => {
  const { store, FeatureClassifier } = await tab(name);
  const classifier = await FeatureClassifier.create({ streams: STREAMS });
  const id = await store.create({ name: "Fruit", bytes: classifier.save() });
  const refuse = {
    create: FeatureClassifier.create,
    load: async () => {
      throw new Error("another encoder");
    },
  };
  const error = await store.open(id, refuse).catch((error) => error);
  expect(error.message === "another encoder", "what the loading threw");
  expect((await store.open(id, FeatureClassifier)).state.kind === "saved", "it can be opened otherwise");
});

await check(
  "the store: photos are taught, kept with their pictures, and answered in the next visit",
  async () => {
    const { Classifier, Encoder } = await import("./package/dist/index.js");
    const { Store, writeSetFile } = await import("./package/dist/store/index.js");
    const photo = async (name) => (await fetch(`./photos/${name}.png`)).blob();
    const encoder = await Encoder.load();
    const store = new Store({ name: "photos" });
    const set = await store.openOrCreate("Things", Classifier, { encoder });
    /** As one step: photos and pictures are there together, or neither is. */
    const teach = async (label, options) => {
      const photos = await Promise.all([0, 1].map((number) => photo(`${label}-${number}`)));
      await set.classifier.transaction(`add ${label}`, async () => {
        const added = await set.classifier.addExamples(photos, label, { thumbnail: 160, ...options });
        for (const { id, thumbnail } of added) set.setPicture(id, thumbnail);
      });
    };
    for (const label of ["tomato", "leaf"]) await teach(label);
    const stop = new AbortController();
    const onProgress = ({ done }) => done === 1 && stop.abort("enough");
    const stopped = teach("bread", { signal: stop.signal, onProgress });
    expect((await stopped.catch((reason) => reason)) === "enough", "the reason of the abort");
    expect(set.classifier.undoName === "add leaf" && set.classifier.classes.length === 2, "no bread");
    expect(await set.saved(), "all is saved");
    set.dispose();
    const again = await store.openOrCreate("Things", Classifier, { encoder });
    expect((await again.classifier.predict(await photo("leaf-5"))).label === "leaf", "a leaf");
    for (const bytes of again.pictures.values()) {
      const picture = await createImageBitmap(new Blob([bytes], { type: "image/jpeg" }));
      expect(picture.width === 160, "a picture that can be shown");
    }

    // What is in the file is enough to teach the set anew.
    const { classifier: old, pictures } = again;
    const file = writeSetFile({ bytes: old.save(), name: "Things", pictures });
    const bytes = new Uint8Array(await file.arrayBuffer());
    const { classifier, lost } = await Classifier.reencode(bytes, { encoder });
    expect(lost.length === 0 && classifier.examples.length === 4, "every photo");
    expect((await classifier.predict(await photo("leaf-5"))).label === "leaf", "a leaf, taught anew");
    classifier.dispose();
    again.dispose();
    encoder.dispose();
  },
);

finish();
