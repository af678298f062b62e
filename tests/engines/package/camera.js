// `<handful-camera>`, to which a film is lent in place of a camera.
import { film } from "./film.js";
import { HandfulCamera } from "./package/dist/camera/index.js";
import { Classifier } from "./package/dist/index.js";
import { photo } from "./photo.js";
import { check, expect, finish } from "./report.js";

const LABELS = ["tomato", "leaf"];

const pictures = new Map();
for (const label of LABELS) pictures.set(label, await createImageBitmap(await photo(label, 1)));

/** What the film shows. */
let shown = LABELS[0];
/** The films that were lent. */
let lent = [];
const lend = (stand) => {
  MediaDevices.prototype.getUserMedia = stand;
};
const lendFilm = () =>
  lend(async () => {
    const made = film((context) => context.drawImage(pictures.get(shown), 0, 0, 200, 150));
    lent.push(made);
    return made.stream;
  });
const states = () => lent.map(({ track }) => track.readyState).join();

const classifier = await Classifier.create();
for (const label of LABELS) classifier.addClass(label);

/** The element in the page, as one that was just made. */
function open() {
  for (const { end } of lent) end();
  lent = [];
  lendFilm();
  const camera = document.createElement("handful-camera");
  camera.classifier = classifier;
  document.body.replaceChildren(camera);
  return camera;
}

const part = (camera, selector) => camera.shadowRoot.querySelector(selector);
const parts = (camera, selector) => [...camera.shadowRoot.querySelectorAll(selector)];

/** What is heard and seen of a bar. */
const bars = (camera) =>
  parts(camera, "[role=meter]").map((bar) => ({
    label: bar.getAttribute("aria-label"),
    share: Number(bar.getAttribute("aria-valuenow")),
    width: bar.firstElementChild.getBoundingClientRect().width / bar.getBoundingClientRect().width,
  }));

/** Resolves with the detail of the next event of a name for which something holds. */
const told = (camera, name, holds = () => true) =>
  new Promise((done) => {
    camera.addEventListener(name, function hear({ detail }) {
      if (!holds(detail)) return;
      camera.removeEventListener(name, hear);
      done(detail);
    });
  });

/** Resolves once the video shows a thing: a tomato is redder than it is green. */
async function shows(camera, label) {
  shown = label;
  const context = new OffscreenCanvas(20, 15).getContext("2d", { willReadFrequently: true });
  for (let seen = ""; seen !== label; ) {
    await new Promise(requestAnimationFrame);
    context.drawImage(part(camera, "video"), 0, 0, 20, 15);
    const { data } = context.getImageData(0, 0, 20, 15);
    let redder = 0;
    for (let at = 0; at < data.length; at += 4) redder += data[at] - data[at + 1];
    seen = redder > 0 ? "tomato" : "leaf";
  }
}

await check("a browser that gives no camera is understood", async () => {
  const camera = document.createElement("handful-camera");
  document.body.append(camera);
  const { code, message } = await camera.start().catch((error) => error);
  expect(code === "camera" && /^(The camera is blocked|No camera was found)/.test(message), message);
  expect(part(camera, "[role=alert]").textContent === message, "a sentence that is shown");
});

await check("the camera shows its picture, is taught by its buttons, and answers", async () => {
  const camera = open();
  expect(camera instanceof HandfulCamera, "an element that is registered");
  const [toggle] = parts(camera, "button");
  const teach = () => parts(camera, "[part~=teach]");
  expect(
    teach().every(({ disabled }) => disabled),
    "nothing to teach before there is a picture",
  );
  toggle.click();
  while (toggle.textContent !== "Stop the camera" || teach().some(({ disabled }) => disabled))
    await new Promise(requestAnimationFrame);
  const { videoWidth, videoHeight, paused, clientWidth } = part(camera, "video");
  expect(`${videoWidth} ${videoHeight} ${paused}` === "200 150 false", "a video that plays");
  expect(clientWidth > 100, `a video that is seen, not ${clientWidth} pixels wide`);
  for (const [at, label] of LABELS.entries()) {
    await shows(camera, label);
    const learned = new Promise((done) => classifier.subscribe(done));
    expect(teach()[at].textContent === `This is: ${label}`, "a button of the class");
    teach()[at].click();
    await learned;
  }
  for (const label of LABELS) {
    await shows(camera, label);
    const { scores, foreign } = await told(camera, "answer", (answer) => answer.label === label);
    expect(scores.length === 2 && typeof foreign === "boolean", "an answer");
  }
  // In the order of the set, whichever is likelier.
  const found = bars(camera);
  expect(found.map(({ label }) => label).join() === LABELS.join(), "a bar for each class");
  expect(found[1].share > 0.5 && Math.abs(found[0].share + found[1].share - 1) < 0.01, JSON.stringify(found));
  toggle.click();
  expect(states() === "ended" && part(camera, "video").srcObject === null, "a camera that is off");
  expect(
    bars(camera).every(({ share }) => share === 0),
    "bars of nothing",
  );
});

await check("a bar is as long as its class is probable, from the side where reading begins", async () => {
  for (const direction of ["ltr", "rtl"]) {
    const camera = open();
    camera.dir = direction;
    await camera.start();
    part(camera, "[part=fill]").style.transition = "none";
    await told(camera, "answer");
    const [{ share, width }] = bars(camera);
    expect(Math.abs(share - width) < 0.01, `${share}, not ${width}`);
    const fill = part(camera, "[part=fill]").getBoundingClientRect();
    const track = part(camera, "[role=meter]").getBoundingClientRect();
    const gap = direction === "ltr" ? fill.left - track.left : track.right - fill.right;
    expect(Math.abs(gap) < 1, `${direction}: no gap of ${gap} pixels before the bar`);
  }
});

await check("the picture is mirrored where it should be", async () => {
  const camera = open();
  const transform = () => getComputedStyle(part(camera, "video")).transform;
  expect(transform() === "none", transform());
  camera.mirrored = true;
  expect(transform() === "matrix(-1, 0, 0, 1, 0, 0)", transform());
});

await check("the camera goes off with the element, also while it is being asked for", async () => {
  const camera = open();
  await camera.start();
  expect(states() === "live", states());
  camera.remove();
  expect(states() === "ended", states());
  document.body.append(camera);
  const starting = camera.start();
  camera.remove();
  await starting;
  expect(states() === "ended,ended", states());
});

await check("a camera that goes away is told, and can be started again", async () => {
  const camera = open();
  await camera.start();
  const problem = told(camera, "problem");
  lent[0].track.stop();
  lent[0].track.dispatchEvent(new Event("ended")); // as the browser does where the device is gone
  const { code, message } = await problem;
  expect(code === "camera" && message.startsWith("The camera was disconnected"), message);
  await camera.start();
  expect(states() === "ended,live", states());
});

for (const [name, sentence] of [
  ["NotAllowedError", "The camera is blocked for this page: allow it in the browser and try again."],
  ["NotFoundError", "No camera was found: connect one and try again."],
  ["NotReadableError", "The camera is busy, perhaps in another program: close that and try again."],
])
  await check(
    `a camera that is refused with ${name} is told in one sentence, by its button too`,
    async () => {
      const camera = open();
      lend(() => Promise.reject(new DOMException("refused", name)));
      const [toggle] = parts(camera, "button");
      const problem = told(camera, "problem");
      toggle.click();
      const { code, cause } = await problem;
      expect(code === "camera" && cause.name === name, `the code camera, not ${code}`);
      const said = parts(camera, "[role=alert]").map(({ textContent }) => textContent);
      expect(said.join() === sentence, said.join());
      expect(toggle.textContent === "Start the camera", "a button to try again");
      const error = await camera.start().catch((error) => error);
      expect(error.code === "camera" && error.message === sentence, `${error}`);
      lendFilm();
      await camera.start();
      expect(part(camera, "[role=alert]").textContent === "", "nothing more to be said");
    },
  );

document.body.replaceChildren();
for (const { end } of lent) end();
classifier.dispose();
finish();
