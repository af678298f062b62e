// `<handful-camera>` and `handful/react` in Chromium, under a strict policy with Trusted Types, with a camera that shows a film: a
// tomato and a leaf by turns. Closes with `N passed, N failed`.
import assert from "node:assert/strict";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout } from "node:timers/promises";
import { AxeBuilder } from "@axe-core/playwright";
import { createElement } from "react";
import { renderToString } from "react-dom/server";
import { build } from "vite";
import { launch, POLICY, serve } from "../../npm/packaging/browser.mjs";
import { filmed, LABELS, shows } from "../../npm/packaging/person.mjs";
import { close, test as report } from "../../npm/packaging/report.mjs";
import { main, ROOT } from "../../scripts/shell.mjs";

let page;

/** Milliseconds that a test may take; it takes a few seconds where nothing else is running. */
const PATIENCE = 90_000;

async function tooLong() {
  await setTimeout(PATIENCE, null, { ref: false });
  throw new Error(`It has not ended after ${PATIENCE / 1000} s.`);
}

/** A page of its own for each test. What it logs as an error is one. */
function tester(browser, address) {
  return (name, body) =>
    report(name, async () => {
      const context = await browser.newContext();
      const complaints = [];
      try {
        page = await context.newPage();
        page.setDefaultTimeout(PATIENCE);
        page.on("pageerror", (error) => complaints.push(error.stack));
        page.on("console", (message) => {
          if (message.type() === "error" && !message.location().url.endsWith("/favicon.ico"))
            complaints.push(message.text());
        });
        await page.goto(address);
        await page.waitForFunction(() => window.lent);
        await Promise.race([body(), tooLong()]);
      } finally {
        await context.close();
      }
      assert.deepEqual(complaints, []);
    });
}

const button = (name) => page.locator("handful-camera").getByRole("button", { name });
const meter = (name) => page.locator("handful-camera").getByRole("meter", { name, exact: true });

async function openClassifier() {
  await page.evaluate(async (labels) => {
    const classifier = await lent.Classifier.create({ text: false });
    for (const label of labels) classifier.addClass(label);
    lent.camera.classifier = classifier;
  }, LABELS);
}

async function teach(times) {
  for (let time = 1; time <= times; time += 1) {
    for (const label of LABELS) {
      await shows(page, label);
      await button(`This is: ${label}`).click();
      await page.waitForFunction(
        ([label, time]) => lent.camera.classifier.classes.find((one) => one.label === label).count === time,
        [label, time],
      );
    }
  }
}

/** Waits for an answer with a label. */
const answers = (label) => page.waitForFunction((label) => lent.told.answers.at(-1)?.label === label, label);

/** A server that draws pages, which has no window. */
async function serverTests() {
  await report("a server draws a component, and imports the camera", async () => {
    const { useClassifier, useWatch } = await import("handful/react");
    const { HandfulCamera } = await import("handful/camera");
    const Component = () => {
      const { classifier, status } = useClassifier();
      const { answer } = useWatch(null, classifier);
      return `${status} ${answer}`;
    };
    assert.equal(renderToString(createElement(Component)), "loading undefined");
    assert.equal(typeof HandfulCamera, "function");
  });
}

async function cameraTests(test) {
  await test("the camera is taught two classes by its buttons, shows bars, and tells answers", async () => {
    await openClassifier();
    assert.equal(await button("This is: leaf").isDisabled(), true);
    await button("On").click();
    await button("Stop the camera").waitFor();
    assert.deepEqual(await page.evaluate(() => lent.told.answers.length), 0);
    await teach(3);
    for (const label of LABELS) await answers(label);
    await page.waitForFunction(([first, second]) => {
      const share = (label) =>
        Number(lent.camera.shadowRoot.querySelector(`[aria-label=${label}]`).ariaValueNow);
      return share(first) + share(second) > 0.99 && share(second) > 0.6;
    }, LABELS);
    // In the order of the set, whichever is likelier.
    const bars = await page.locator("handful-camera").getByRole("meter").all();
    assert.deepEqual(await Promise.all(bars.map((bar) => bar.getAttribute("aria-label"))), LABELS);
    assert.deepEqual(await page.evaluate(() => lent.told.problems.map(String)), []);
    const { foreign, scores, label } = await page.evaluate(() => lent.told.answers.at(-1));
    assert.ok(typeof foreign === "boolean" && scores.length === 2 && LABELS.includes(label));
    const { violations } = await new AxeBuilder({ page }).include("handful-camera").analyze();
    assert.deepEqual(
      violations.map(({ id, nodes }) => `${id}: ${nodes[0].html}`),
      [],
    );
    await button("Stop the camera").click();
    const off = () => {
      const { srcObject } = lent.camera.shadowRoot.querySelector("video");
      return srcObject === null;
    };
    assert.equal(await page.evaluate(off), true);
    assert.equal(await meter("leaf").getAttribute("aria-valuenow"), "0");
  });

  await test("a label is said once it has been the answer for a second, not with each picture", async () => {
    await openClassifier();
    await page.evaluate(() => lent.camera.start());
    await teach(1); // of more, some pictures of the film may look like none of them
    const said = await page.evaluate(async () => {
      const output = lent.camera.shadowRoot.querySelector("output");
      const said = [];
      const note = () => said.push({ text: output.textContent, at: performance.now() });
      new MutationObserver(note).observe(output, { childList: true });
      while (said.length < 3) await lent.next("answer");
      return said;
    });
    for (const { text } of said) assert.ok([...LABELS, "None of these"].includes(text), text);
    for (const [i, { at }] of said.slice(1).entries()) assert.ok(at - said[i].at > 900, JSON.stringify(said));
  });

  await test("the camera is mirrored, drawn without motion, and speaks another language where it should", async () => {
    await openClassifier();
    const style = (selector, name) =>
      page.evaluate(
        ([selector, name]) => getComputedStyle(lent.camera.shadowRoot.querySelector(selector))[name],
        [selector, name],
      );
    assert.equal(await style("video", "transform"), "matrix(-1, 0, 0, 1, 0, 0)");
    await page.evaluate(() => (lent.camera.mirrored = false));
    assert.equal(await style("video", "transform"), "none");
    assert.notEqual(await style("[part=fill]", "transitionDuration"), "0s");
    await page.emulateMedia({ reducedMotion: "reduce" });
    assert.equal(await style("[part=fill]", "transitionDuration"), "0s");
    await page.evaluate(() => (lent.camera.texts = { start: "An", teach: "Das ist {label}" }));
    await button("Das ist leaf").waitFor();
    await button("An").waitFor();
  });

  await test("the camera's light goes off with the element, and while it is being asked for", async () => {
    await openClassifier();
    const left = await page.evaluate(async () => {
      const { camera } = lent;
      const tracks = [];
      const ask = navigator.mediaDevices.getUserMedia.bind(navigator.mediaDevices);
      navigator.mediaDevices.getUserMedia = async (wanted) => {
        const stream = await ask(wanted);
        tracks.push(...stream.getTracks());
        return stream;
      };
      await camera.start();
      const parent = camera.parentElement;
      camera.remove();
      parent.append(camera);
      const starting = camera.start();
      camera.stop();
      await starting;
      await Promise.all([camera.start(), camera.start()]);
      camera.facing = "environment"; // another camera, at once
      await camera.start();
      camera.stop();
      return tracks.map(({ readyState }) => readyState);
    });
    assert.deepEqual(left, ["ended", "ended", "ended", "ended"]);
  });

  await test("a camera that goes away is told, and can be started again", async () => {
    const told = await page.evaluate(async () => {
      await lent.camera.start();
      const problem = lent.next("problem");
      const [track] = lent.camera.shadowRoot.querySelector("video").srcObject.getTracks();
      track.stop();
      track.dispatchEvent(new Event("ended")); // as the browser does where the device is gone
      const { detail } = await problem;
      await lent.camera.start();
      return [detail.code, detail.message];
    });
    assert.deepEqual(told, ["camera", "The camera was disconnected: connect it and start it again."]);
  });

  await test("what fails is told once, and shown unless the page prevents that", async () => {
    const told = await page.evaluate(async () => {
      const { camera } = lent;
      const codes = [await camera.teach("leaf").catch(({ code }) => code)];
      camera.classifier = await lent.Classifier.create({
        encoder: null,
        streams: [{ name: "aux", dim: 2 }],
      });
      codes.push(await camera.teach("leaf").catch(({ code }) => code));
      const problem = lent.next("problem");
      camera.addEventListener("problem", (event) => event.preventDefault(), { once: true });
      await camera.start();
      await problem;
      const shown = camera.shadowRoot.querySelector("[role=alert]").textContent;
      return { codes, shown, problems: lent.told.problems.map(({ code }) => code) };
    });
    assert.deepEqual(told.codes, ["parameter", "camera"]);
    assert.deepEqual(told.problems, ["parameter", "camera", "no-encoder"]);
    assert.equal(told.shown, "");
  });

  await test("the camera takes nothing but what it should", async () => {
    const found = await page.evaluate(async () => {
      const { camera } = lent;
      const refused = [];
      const values = [5, "text", true, {}, [], () => 5, Symbol("x"), 5n, Number.NaN, new Date(0)];
      const attempt = async (what, act, fine = []) => {
        for (const value of values) {
          if (fine.includes(typeof value)) continue;
          const error = await (async () => act(value))().then(
            () => undefined,
            (error) => error,
          );
          if (!(error instanceof lent.HandfulError && error.code === "parameter"))
            refused.push(`${what} = ${String(value)}: ${error}`);
        }
      };
      await attempt("classifier", (value) => (camera.classifier = value));
      await attempt("texts.start", (value) => (camera.texts = { start: value }), ["string"]);
      await attempt("texts", (value) => {
        if (typeof value !== "object" || Array.isArray(value) || value instanceof Date) camera.texts = value;
        else camera.texts = 5;
      });
      await attempt("teach", (value) => camera.teach(value));
      for (const facing of ["sideways", ""]) {
        camera.facing = facing;
        await attempt("facing", () => camera.start());
      }
      camera.facing = "user";
      camera.classifier = await lent.Classifier.create({
        encoder: null,
        streams: [{ name: "aux", dim: 2 }],
      });
      for (const fps of ["many", 0, -1, 61]) {
        camera.fps = fps;
        const problem = lent.next("problem");
        await camera.start();
        const { code } = (await problem).detail;
        camera.stop();
        if (code !== "parameter") refused.push(`fps = ${fps}: ${code}`);
      }
      return refused;
    });
    assert.deepEqual(found, []);
  });
}

async function deniedTests(test) {
  await test("a camera that is denied is told in a sentence, and by its button too", async () => {
    const refused = await page.evaluate(() =>
      lent.camera.start().catch(({ code, cause }) => [code, cause.name]),
    );
    assert.deepEqual(refused, ["camera", "NotAllowedError"]);
    await button("On").click();
    await page.waitForFunction(() => lent.told.problems.length === 2);
    const sentence = "The camera is blocked for this page: allow it in the browser and try again.";
    await page.getByRole("alert").filter({ hasText: sentence }).waitFor();
    await button("On").waitFor();
  });
}

async function reactTests(test) {
  await test("a component in strict mode has one classifier, which ends with it", async () => {
    const found = await page.evaluate(async () => {
      const { classifier } = await lent.show(
        () => lent.useClassifier({ text: false }),
        ({ status }) => status === "ready",
      );
      const statuses = [...new Set(lent.drawings().map(({ status }) => status))];
      const stages = new Set(lent.drawings().flatMap(({ progress }) => progress?.stage ?? []));
      classifier.addClass("mug");
      const redrawn = await new Promise((done) => setTimeout(() => done(lent.drawings().at(-1))));
      const seen = redrawn.classifier.classes.map(({ label }) => label);
      await lent.hide();
      let after = "";
      try {
        classifier.addClass("cup");
      } catch ({ code }) {
        after = code;
      }
      return { statuses, stages: [...stages], seen, after };
    });
    assert.deepEqual(found.statuses, ["loading", "ready"]);
    assert.ok(found.stages.includes("compile"), found.stages.join());
    assert.deepEqual(found.seen, ["mug"]);
    assert.equal(found.after, "disposed");
    await Promise.all(page.workers().map((worker) => worker.waitForEvent("close")));
  });

  await test("a component opens a set of the store, and says when another tab has taken it", async () => {
    const found = await page.evaluate(async () => {
      const streams = [{ name: "aux", dim: 2 }];
      const store = new lent.Store();
      const open = (options) =>
        store.openOrCreate("Fruit", lent.FeatureClassifier, { streams, signal: options.signal });
      const { classifier } = await lent.show(
        () => lent.useClassifier(open),
        ({ status }) => status === "ready",
      );
      classifier.addClass("apple");
      await lent.hide(); // what was changed at last is saved
      const again = await lent.show(
        () => lent.useClassifier(open),
        ({ status }) => status === "ready",
      );
      const labels = again.classifier.classes.map(({ label }) => label);
      const lost = lent.drawings;
      // As another tab does.
      const other = new lent.Store();
      const taking = other.openOrCreate("Fruit", lent.FeatureClassifier, {
        streams,
        onWait: (waiting) => waiting.takeOver?.(),
      });
      const taken = await taking;
      await new Promise((done) => setTimeout(done));
      const last = lost().at(-1);
      taken.dispose();
      return {
        labels,
        status: last.status,
        code: last.error?.code,
        classifier: last.classifier === undefined,
      };
    });
    assert.deepEqual(found, { labels: ["apple"], status: "failed", code: "set-in-use", classifier: true });
  });

  await test("a component says why there is no classifier", async () => {
    const found = await page.evaluate(async () => {
      const failed = ({ status }) => status === "failed";
      const shown = async (opening) => (await lent.show(() => lent.useClassifier(opening), failed)).error;
      const missing = await shown({ encoder: { manifest: "/no-such-manifest.json" } });
      const own = await shown(() => Promise.reject(new RangeError("mine")));
      const nothing = await shown(async () => ({}));
      // What is wrong is refused before React is asked for anything, so that no component is needed.
      const { useClassifier: use, useWatch: look } = lent;
      const calls = [
        ...[5, "text", null, [], Symbol("x")].map((value) => () => use(value)),
        ...[5, { fps: 0 }, { fps: "5" }, null].map((value) => () => look(undefined, undefined, value)),
      ];
      const wrong = calls.map((call) => {
        try {
          return call();
        } catch ({ code }) {
          return code;
        }
      });
      return [missing.code, `${own}`, nothing.code, ...new Set(wrong)];
    });
    assert.deepEqual(found, ["network", "RangeError: mine", "parameter", "parameter"]);
  });

  await test("a component watches a video, from the moment that there is one", async () => {
    const found = await page.evaluate(async () => {
      const stream = await navigator.mediaDevices.getUserMedia({ video: true });
      const video = Object.assign(document.createElement("video"), { muted: true, srcObject: stream });
      await video.play();
      const classifier = await lent.Classifier.create({ text: false });
      for (const [label, light] of [
        ["dark", 0],
        ["bright", 255],
      ])
        await classifier.addExample({ data: new Uint8Array(400).fill(light), width: 10, height: 10 }, label);
      const watching = (source) =>
        lent.show(
          () => {
            const ref = lent.useRef(null);
            if (source === "ref") ref.current = video;
            return lent.useWatch(source === "ref" ? ref : source, classifier);
          },
          ({ answer, error }) => answer || error,
        );
      const labels = [];
      for (const source of ["ref", video, stream]) labels.push((await watching(source)).answer.label);
      const wrong = (await watching(5)).error.code;
      classifier.dispose();
      const ended = (await watching(video)).error.code;
      await lent.hide();
      return { labels: labels.every((label) => ["dark", "bright"].includes(label)), wrong, ended };
    });
    assert.deepEqual(found, { labels: true, wrong: "parameter", ended: "disposed" });
  });
}

await main(async () => {
  const folder = await mkdtemp(join(tmpdir(), "handful-bindings-"));
  try {
    const outDir = join(folder, "dist");
    await build({
      root: join(ROOT, "tests/bindings"),
      configFile: false,
      logLevel: "error",
      mode: "development",
      build: { outDir, minify: false },
    });
    const policy = `${POLICY}; require-trusted-types-for 'script'; trusted-types default`;
    const server = await serve(outDir, policy);
    const camera = await launch(await filmed(folder));
    const denied = await launch(["--disable-gpu", "--use-fake-ui-for-media-stream=deny"]);
    try {
      const test = tester(camera, server.address);
      await serverTests();
      await cameraTests(test);
      await reactTests(test);
      await deniedTests(tester(denied, server.address));
    } finally {
      await camera.close();
      await denied.close();
      server.close();
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
  close();
});
