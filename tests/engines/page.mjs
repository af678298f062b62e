// The page, as a person uses it; the same steps in every engine.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import * as ort from "onnxruntime-web";
import { Key } from "selenium-webdriver";
import { Classifier } from "../../npm/dist/node.js";
import { ROOT } from "../../scripts/shell.mjs";
import { drawPixels } from "../images/photo.mjs";
import { COMMAND } from "./person.mjs";
import { addClass, ask, menu, open, photosOf, picturesShown, reload, saved, teach } from "./steps.mjs";

const THINGS = ["tomato", "leaf", "bread"];

const LARGER = "handful-lite2 (slower, sees more)";

async function chooseEncoder(person, name) {
  await person.run(() => TestingLibraryDom.getByText(document.body, "How answers are computed").click());
  await person.select("What looks at the photos", name);
  return person.find("region", name);
}

/** Sentences of the page on a camera, each as it begins. */
const ON_CAMERAS =
  /The camera is blocked|No camera was found|The camera is busy|Browsers allow the camera|The camera was disconnected|Waiting for the camera|Looking…/g;

export const TESTS = {
  "teaches three classes from files, answers, and still does after a reload": async (person, place) => {
    await open(person, place);
    await teach(person, place, { tomato: 3, leaf: 3, bread: 3 });
    for (const thing of THINGS) assert.equal(await ask(person, place.drawn(thing, 5, 6)), thing);
    await saved(person);
    await reload(person);
    await person.read("Ready to teach");
    for (const thing of THINGS) {
      await picturesShown(person, thing, 3);
      assert.equal(await ask(person, place.drawn(thing, 5, 6)), thing);
    }
  },

  "undoes and redoes": async (person, place) => {
    await open(person, place);
    await teach(person, place, { mug: 3 });
    await person.press("button", "Undo");
    await person.count(0, ...photosOf("mug"));
    await person.press("button", "Redo");
    await picturesShown(person, "mug", 3);
    await person.press("button", "More for mug");
    await person.press("button", "Remove class");
    await person.gone("article", "mug");
    await person.chord(COMMAND, "z");
    await picturesShown(person, "mug", 3);
  },

  "saves a set as a file; a browser that knows nothing opens it, and another adds it to its own": async (
    person,
    place,
  ) => {
    await open(person, place);
    await teach(person, place, { mug: 2, leaf: 2 });
    const file = await person.download(() => menu(person, "Save as a file"));

    const inPackage = await Classifier.load(readFileSync(file));
    assert.equal((await inPackage.predict(drawPixels("leaf", 5))).label, "leaf");
    inPackage.dispose();

    const opener = await place.anew();
    await open(opener, place);
    await opener.chooseFor("Open a file…", file);
    for (const label of ["mug", "leaf"]) await picturesShown(opener, label, 2);
    assert.equal(await ask(opener, place.drawn("leaf", 5, 6)), "leaf");

    const merger = await place.anew();
    await open(merger, place);
    await teach(merger, place, { bread: 2 });
    await merger.chooseFor("Add a file to this set…", file);
    for (const label of ["mug", "leaf", "bread"]) await picturesShown(merger, label, 2);
    await merger.press("button", "Undo");
    await merger.gone("article", "mug");
    await merger.find("article", "bread");
  },

  "exports weights and ONNX": async (person, place) => {
    await open(person, place);
    await teach(person, place, { mug: 2, leaf: 2 });
    await ask(person, place.drawn("leaf", 5, 6));
    await person.run(() => TestingLibraryDom.getByText(document.body, "Use it elsewhere").click());
    const onnx = await person.download(() => person.press("button", "Save as ONNX"));
    const weights = await person.download(() => person.press("button", "Save weights (safetensors)"));
    const session = await ort.InferenceSession.create(new Uint8Array(readFileSync(onnx)));
    assert.deepEqual(session.inputNames, ["clip", "aux"]);
    const bytes = readFileSync(weights);
    const header = JSON.parse(bytes.subarray(8, 8 + Number(bytes.readBigUInt64LE())).toString());
    assert.equal(header.weights.shape[0], 2);
  },

  "says what a larger encoder costs before anything is downloaded": async (person, place) => {
    await open(person, place);
    await teach(person, place, { mug: 2, leaf: 2 });
    await ask(person, place.drawn("leaf", 5, 6));
    const offer = await chooseEncoder(person, "DINOv2 small");
    await person.read(/MB to download from the model hub, once/, offer);
    await person.press("button", "Not now");
    await person.gone("region", "DINOv2 small");
  },

  "starts a set of a larger encoder": async (person, place) => {
    if (!existsSync(join(ROOT, "www/dist/larger/handful-lite2.onnx"))) {
      console.log("skipped: a larger encoder: `npm run encoder -- lite2` has not built it");
      return;
    }
    await open(person, place);
    await teach(person, place, { mug: 2, leaf: 2 });
    await ask(person, place.drawn("leaf", 5, 6));
    const offer = await chooseEncoder(person, LARGER);
    await person.read(/MB to download from this page, once/, offer);
    await person.press("button", "Download", offer);
    await person.gone("article", "mug");
    await teach(person, place, { tomato: 2, bread: 2 });
    assert.equal(await ask(person, place.drawn("bread", 5, 6)), "bread");
  },

  "teaches a photo of 108 megapixels and answers one": async (person, place) => {
    await open(person, place);
    await teach(person, place, { leaf: 2 });
    await addClass(person, "mug");
    await person.choose("Add photos to mug", [place.large("mug", 1)]);
    await picturesShown(person, "mug", 1);
    const [photo] = await person.all(...photosOf("mug"));
    const levels = await person.run((photo) => {
      const picture = photo.querySelector("img");
      const [width, height] = [picture.naturalWidth, picture.naturalHeight];
      const context = Object.assign(document.createElement("canvas"), { width, height }).getContext("2d");
      context.drawImage(picture, 0, 0);
      return [...context.getImageData(0, 0, width, height).data];
    }, photo);
    assert.ok(new Set(levels).size > 50, "the picture shows nothing");
    assert.equal(await ask(person, [place.large("mug", 3)]), "mug");
  },

  "says in one sentence that the camera is not to be had": async (person, place) => {
    await open(person, place);
    await addClass(person, "mug");
    await person.press("button", "Camera for mug");
    const camera = await person.find("region", "Camera");
    await person.read(/The camera is blocked for this page|No camera was found/, camera);
  },

  "says that the camera is blocked, and nothing else, when it is denied": async (person, place) => {
    await open(person, place);
    await addClass(person, "mug");
    await person.run(() => {
      const denied = () => Promise.reject(new DOMException("denied", "NotAllowedError"));
      MediaDevices.prototype.getUserMedia = denied;
    });
    const answer = await person.find("region", "Answer");
    for (const [name, within] of [["Camera for mug"], ["Live camera", answer]]) {
      await person.press("button", name, within);
      const camera = await person.find("region", "Camera");
      await person.read("The camera is blocked for this page", camera);
      assert.deepEqual((await person.textOf(camera)).match(ON_CAMERAS), ["The camera is blocked"]);
      await person.press("button", "Close camera", camera);
    }
  },

  "writes everything again when the browser has thrown the database away": async (person, place) => {
    await open(person, place);
    await teach(person, place, { mug: 2 });
    await saved(person);
    await person.run(() => void indexedDB.deleteDatabase("handful"));
    await teach(person, place, { leaf: 2 });
    await saved(person);
    await reload(person);
    await person.read("Ready to teach");
    for (const label of ["mug", "leaf"]) await picturesShown(person, label, 2);
  },

  "takes two spellings of a name for one": async (person, place) => {
    await open(person, place);
    await addClass(person, "Äpfel");
    await person.press("textbox", "Name of a new class");
    await person.keys("A\u0308pfel", Key.ENTER);
    await person.read("There is a class of that name already");
    await person.count(1, "article", /pfel/);
  },

  "speaks German": async (person, place) => {
    await open(person, place);
    await person.select("Language", "Deutsch");
    await person.fill("Name einer neuen Klasse", "Apfel");
    await person.read("0 Fotos", await person.find("article", "Apfel"));
    await saved(person, "Gespeichert");
    await reload(person);
    await person.find("article", "Apfel");
    await person.find("button", "Rückgängig");
  },

  "teaches, moves and asks by keyboard alone": async (person, place) => {
    await open(person, place);
    await person.tabTo("textbox", "Name of a new class");
    for (const label of ["tomato", "leaf"]) {
      await person.keys(label, Key.ENTER);
      await person.find("article", label);
    }
    for (const label of ["leaf", "tomato"]) {
      await person.tabTo("button", `Add photos to ${label}`, { back: true });
      await person.choose(`Add photos to ${label}`, place.drawn(label, 0, 3));
      await person.count(3, ...photosOf(label));
    }
    // The photos of a class are one stop; keys go along them.
    await person.tabTo("button", "Photo 1 of tomato", { back: true });
    await person.keys(Key.END, Key.SPACE);
    await person.tabTo("button", "Remove");
    await person.keys(Key.ENTER);
    await person.count(2, ...photosOf("tomato"));
    await person.chord(COMMAND, "z");
    await person.count(3, ...photosOf("tomato"));
    assert.equal(await ask(person, place.drawn("tomato", 5, 6)), "tomato");
  },
};
