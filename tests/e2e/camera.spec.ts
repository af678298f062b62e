/** The camera: Chromium's own test picture, a video file, and cameras that are not there. */
import { readFileSync } from "node:fs";
import { expect, type Locator, type Page, test } from "@playwright/test";
import { Classifier } from "handful";
import { drawnPhotos, type Upload } from "./files.js";
import { answer, camera, choose, liveShare, open, photosOf, predict, saved, teach } from "./person.js";
import { inEachWindow } from "./windows.js";

/** The button of the open camera that takes a photo for a class. */
function take(page: Page, label: string): Locator {
  return camera(page).getByRole("button", { name: `Take photo for ${label}`, exact: true });
}

function recording(page: Page, label: string): Locator {
  return camera(page).getByRole("button", { name: `Keep taking photos for ${label}`, exact: true });
}

/** Words that tell what was done. */
function told(page: Page, words: RegExp): Locator {
  return page.getByRole("status").filter({ hasText: words });
}

test("takes photos into a class by single presses, and is let go when it is closed", async ({ page }) => {
  await open(page);
  await teach(page, { screen: [] });
  await page.getByRole("button", { name: "Camera for screen" }).click();
  await expect(take(page, "screen")).toBeFocused();
  await take(page, "screen").click();
  await expect(photosOf(page, "screen")).toHaveCount(1);
  await page.keyboard.press("Enter");
  await expect(photosOf(page, "screen")).toHaveCount(2);
  await camera(page).getByRole("button", { name: "Undo" }).click();
  await expect(photosOf(page, "screen")).toHaveCount(1);
  await camera(page).getByRole("button", { name: "Close camera" }).click();
  await expect(camera(page)).toHaveCount(0);
  await expect(page.locator("video")).toHaveCount(0);
});

test("says all the time what it sees, in the order of the classes, while it is taught", async ({ page }) => {
  await open(page);
  await teach(page, { screen: [], tomato: drawnPhotos("tomato", 0, 3) });
  const live = answer(page).getByRole("button", { name: "Live camera" });
  await live.click();
  await expect(live).toHaveAttribute("aria-pressed", "true");
  for (const count of [1, 2, 3]) {
    await take(page, "screen").click();
    await expect(photosOf(page, "screen")).toHaveCount(count);
  }
  await expect(camera(page).locator(".stage-words")).toContainText("screen");
  expect(Number(await liveShare(page, "screen"))).toBeGreaterThan(50);
  const order = camera(page).getByRole("list", { name: "Teach what the camera sees" }).locator("bdi");
  await expect(order).toHaveText(["screen", "tomato", "None of these"]);
  // Photos that are asked about have the Answer for themselves.
  await predict(page, drawnPhotos("tomato", 5, 6));
  await expect(camera(page)).toHaveCount(0);
  await expect(live).toHaveAttribute("aria-pressed", "false");
});

test("shows how likely each class is in a bar as long as its name may be", async ({ page }) => {
  await open(page);
  await teach(page, { screen: [], tomato: drawnPhotos("tomato", 0, 3) });
  await page.getByRole("button", { name: "Camera for screen" }).click();
  for (const width of [390, 1280]) {
    await page.setViewportSize({ width, height: 844 });
    const chip = camera(page).getByRole("listitem").filter({ hasText: "screen" });
    const [all, bar] = await Promise.all([chip.boundingBox(), chip.locator(".bar-track").boundingBox()]);
    expect(bar?.width).toBeGreaterThan(0.8 * (all?.width ?? Number.NaN));
  }
});

test("teaches a first class that is named there", async ({ page }) => {
  await open(page);
  await answer(page).getByRole("button", { name: "Live camera" }).click();
  await camera(page).getByRole("textbox", { name: "Something else" }).fill("screen");
  await page.keyboard.press("Enter");
  await take(page, "screen").click();
  await expect(photosOf(page, "screen")).toHaveCount(1);
});

test("takes photos while a press lasts, undone in one step", async ({ page }) => {
  await open(page);
  await teach(page, { screen: [] });
  await page.getByRole("button", { name: "Camera for screen" }).click();
  await expect(page.getByLabel("Live picture")).toBeVisible();
  await take(page, "screen").hover();
  await page.mouse.down();
  await expect(recording(page, "screen")).toHaveAttribute("aria-pressed", "true");
  await expect(take(page, "screen")).toContainText(/[3-9] photos/);
  // It is let go where the finger has slid to.
  await page.mouse.move(5, 5);
  await page.mouse.up();
  await expect(recording(page, "screen")).toHaveAttribute("aria-pressed", "false");
  await expect(told(page, /^added \d+ photos to screen/i)).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "screen")).toHaveCount(0);
});

test("takes photos from one press to another, by keyboard too, undone in one step", async ({ page }) => {
  await open(page);
  await teach(page, { screen: [] });
  await page.getByRole("button", { name: "Camera for screen" }).click();
  await recording(page, "screen").click();
  await expect(recording(page, "screen")).toHaveAttribute("aria-pressed", "true");
  await expect(photosOf(page, "screen").nth(2)).toBeAttached();
  await recording(page, "screen").press("Enter");
  await expect(recording(page, "screen")).toHaveAttribute("aria-pressed", "false");
  await expect(told(page, /^added \d+ photos to screen/i)).toBeVisible();
  await page.keyboard.press("Control+z");
  await expect(photosOf(page, "screen")).toHaveCount(0);
});

test("stops taking photos when its class goes, or the camera is another one", async ({ page }) => {
  await open(page);
  await teach(page, { screen: [], mug: [] });
  await page.getByRole("button", { name: "Camera for screen" }).click();
  await recording(page, "screen").click();
  await expect(photosOf(page, "screen").nth(1)).toBeAttached();
  // It goes on with another class in its place.
  await recording(page, "mug").click();
  await expect(recording(page, "screen")).toHaveAttribute("aria-pressed", "false");
  await expect(told(page, /^added \d+ photos to screen/i)).toBeVisible();
  await expect(photosOf(page, "mug").nth(1)).toBeAttached();
  const count = await photosOf(page, "screen").count();
  await camera(page).getByRole("combobox", { name: "Which camera" }).selectOption({ index: 1 });
  await expect(recording(page, "mug")).toHaveAttribute("aria-pressed", "false");
  await expect(told(page, /^added \d+ photos to mug/i)).toBeVisible();
  await expect(photosOf(page, "screen")).toHaveCount(count);
  await recording(page, "mug").click();
  await page.getByRole("button", { name: "More for mug" }).click();
  await page.getByRole("button", { name: "Remove class" }).click();
  await expect(recording(page, "mug")).toHaveCount(0);
  // What it shows is answered again.
  await recording(page, "screen").click();
  await expect(photosOf(page, "screen").nth(count)).toBeAttached();
});

/** Half a second of a square that grows, as a file. */
async function video(page: Page): Promise<Upload> {
  const bytes = await page.evaluate(async () => {
    const canvas = document.createElement("canvas");
    const context = canvas.getContext("2d");
    if (!context) throw new Error("no canvas");
    const recorder = new MediaRecorder(canvas.captureStream(30), { mimeType: "video/webm" });
    const parts: Blob[] = [];
    recorder.ondataavailable = ({ data }) => parts.push(data);
    const stopped = new Promise((done) => {
      recorder.onstop = done;
    });
    recorder.start();
    for (let side = 40; side < 140; side += 5) {
      context.fillStyle = "navy";
      context.fillRect(0, 0, 300, 150);
      context.fillStyle = "orange";
      context.fillRect(20, 5, side, side);
      await new Promise((done) => setTimeout(done, 25));
    }
    recorder.stop();
    await stopped;
    return Array.from(new Uint8Array(await new Blob(parts).arrayBuffer()));
  });
  return { name: "square.webm", mimeType: "video/webm", buffer: Buffer.from(bytes) };
}

test("takes photos from a video file in place of a camera, and goes back to one", async ({ page }) => {
  await open(page);
  await teach(page, { square: [], mug: drawnPhotos("mug", 0, 2) });
  await answer(page).getByRole("button", { name: "Live camera" }).click();
  const file = camera(page).getByRole("button", { name: "Video file" });
  await choose(page, () => file.click(), [await video(page)]);
  const which = camera(page).getByRole("combobox", { name: "Which camera" });
  await expect(which.getByRole("option", { selected: true })).toHaveText("square.webm");
  await take(page, "square").click();
  await expect(photosOf(page, "square")).toHaveCount(1);
  await expect(camera(page).locator(".stage-words")).toContainText("square");
  await which.selectOption({ index: 1 });
  await expect(which.getByRole("option")).toHaveCount(2);
  const isLive = (video: HTMLVideoElement) => video.srcObject instanceof MediaStream;
  await expect.poll(() => page.getByLabel("Live picture").evaluate(isLive)).toBe(true);
  await choose(page, () => file.click(), [
    { name: "notes.webm", mimeType: "video/webm", buffer: Buffer.from("no video") },
  ]);
  await expect(camera(page)).toContainText("This browser cannot play that file as a video.");
});

test("goes over to another camera, and mirrors only one that looks at the person", async ({ page }) => {
  await page.addInitScript(() => {
    // The test pictures of Chromium look nowhere: the second is made a rear camera by its settings.
    const settings = MediaStreamTrack.prototype.getSettings;
    MediaStreamTrack.prototype.getSettings = function () {
      return this.label.includes("1")
        ? { ...settings.call(this), facingMode: "environment" }
        : settings.call(this);
    };
  });
  await open(page);
  await answer(page).getByRole("button", { name: "Live camera" }).click();
  const which = camera(page).getByRole("combobox", { name: "Which camera" });
  const picture = page.getByLabel("Live picture");
  await expect(which.getByRole("option")).toHaveCount(2);
  const names = await which.getByRole("option").allInnerTexts();
  const front = names.findIndex((name) => !name.includes("1"));
  await which.selectOption({ index: front });
  await expect(picture).toHaveCSS("scale", "-1 1");
  await which.selectOption({ index: 1 - front });
  await expect(picture).toHaveCSS("scale", "none");
  const label = () =>
    picture.evaluate(
      (video: HTMLVideoElement) => (video.srcObject as MediaStream | null)?.getVideoTracks()[0]?.label,
    );
  await expect.poll(label).toBe(names[1 - front]);
});

test("asks first for the camera that looks away from the person", async ({ page }) => {
  await page.addInitScript(() => {
    const asked: unknown[] = [];
    Object.assign(window, { asked });
    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = function (constraints) {
      asked.push(constraints?.video);
      return getUserMedia.call(this, constraints);
    };
  });
  await open(page);
  await answer(page).getByRole("button", { name: "Live camera" }).click();
  await expect(page.getByLabel("Live picture")).toBeVisible();
  const asked = await page.evaluate(() => (window as unknown as { asked: unknown[] }).asked);
  expect(asked[0]).toMatchObject({ facingMode: { ideal: "environment" } });
});

test("goes on answering live in another set, and from another camera", async ({ page }) => {
  await open(page);
  await teach(page, { tomato: drawnPhotos("tomato", 0, 3), screen: [] });
  await page.getByRole("button", { name: "Camera for screen" }).click();
  for (const count of [1, 2]) {
    await take(page, "screen").click();
    await expect(photosOf(page, "screen")).toHaveCount(count);
  }
  await saved(page);
  const words = camera(page).locator(".stage-words");
  await expect(words).toContainText("screen");

  const sets = async (item: string) => {
    await page.getByRole("button", { name: "Sets", exact: true }).click();
    await page.getByRole("button", { name: item, exact: true }).click();
  };
  await sets("New set");
  await expect(words).toContainText("Not enough examples yet");
  await sets("Open My set");
  await expect(words).toContainText("screen");

  // No two pictures of the camera are quite alike.
  const changes = async () => {
    const before = await liveShare(page, "screen");
    await expect.poll(() => liveShare(page, "screen")).not.toBe(before);
  };
  await changes();
  await camera(page).getByRole("combobox", { name: "Which camera" }).selectOption({ index: 1 });
  await changes();
});

/** A browser whose camera fails in a certain way. */
async function failingCamera(page: Page, name: string): Promise<void> {
  await page.addInitScript((error) => {
    MediaDevices.prototype.getUserMedia = () => Promise.reject(new DOMException("no", error));
  }, name);
}

inEachWindow(() => {
  for (const [error, sentence] of [
    ["NotAllowedError", "The camera is blocked for this page."],
    ["NotFoundError", "No camera was found."],
    ["NotReadableError", "The camera is busy, perhaps in another program."],
  ] as const) {
    test(`says in its own words: ${sentence}`, async ({ page }) => {
      await failingCamera(page, error);
      await open(page);
      await teach(page, { mug: [] });
      const live = answer(page).getByRole("button", { name: "Live camera" });
      for (const button of [page.getByRole("button", { name: "Camera for mug" }), live]) {
        await button.click();
        await expect(camera(page).getByText(sentence)).toBeInViewport({ ratio: 1 });
        // One sentence, and nothing that it contradicts.
        await expect(page.getByText("Looking…")).toHaveCount(0);
        await expect(page.getByText("Waiting for the camera")).toHaveCount(0);
        await camera(page).getByRole("button", { name: "Close camera" }).click();
      }
    });
  }
});

test("tries the camera again when what kept it from working is over", async ({ page }) => {
  await page.addInitScript(() => {
    const { getUserMedia } = MediaDevices.prototype;
    MediaDevices.prototype.getUserMedia = function (...asked) {
      return document.documentElement.dataset.camera === "allowed"
        ? getUserMedia.apply(this, asked)
        : Promise.reject(new DOMException("no", "NotAllowedError"));
    };
  });
  await open(page);
  await teach(page, { mug: [] });
  await page.getByRole("button", { name: "Camera for mug" }).click();
  const again = camera(page).getByRole("button", { name: "Try again" });
  await expect(camera(page)).toContainText("Allow it in the address bar and try again");
  await page.evaluate(() => {
    document.documentElement.dataset.camera = "allowed";
  });
  await again.click();
  await take(page, "mug").click();
  await expect(photosOf(page, "mug")).toHaveCount(1);
  await expect(again).toHaveCount(0);
});

test("says that the camera needs a secure page", async ({ page }) => {
  await page.addInitScript(() => {
    Object.defineProperty(window, "isSecureContext", { value: false });
  });
  await open(page);
  await answer(page).getByRole("button", { name: "Live camera" }).click();
  await expect(camera(page)).toContainText("Browsers allow the camera only on secure pages.");
});

test("tells a maker how a page of one's own hears what the camera sees", async ({ page }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 2), leaf: drawnPhotos("leaf", 0, 2) });
  const download = page.waitForEvent("download");
  await page.getByRole("button", { name: "Save as a file" }).click();
  const file = readFileSync(await (await download).path());
  await page.getByRole("button", { name: "Camera for mug" }).click();
  await camera(page).getByText("When it sees something").click();
  const program = await camera(page)
    .getByRole("region", { name: /your own page/ })
    .innerText();

  // The program as it stands, with an element that nothing looks through.
  const element = Object.assign(new EventTarget(), { classifier: undefined as Classifier | undefined });
  const heard: string[] = [];
  const body = program.replaceAll(/^import .*$/gm, "");
  const run = Object.getPrototypeOf(async () => {}).constructor(
    "Classifier",
    "document",
    "fetch",
    "console",
    body,
  );
  const asked = (name: string) => name === "My set.handful" && new Response(file);
  await run(Classifier, { querySelector: () => element }, asked, {
    log: (label: string) => heard.push(label),
  });
  expect(element.classifier?.classes.map(({ label }) => label)).toEqual(["mug", "leaf"]);
  element.classifier?.dispose();
  element.dispatchEvent(new CustomEvent("answer", { detail: { label: "leaf" } }));
  expect(heard).toEqual(["leaf"]);
});

for (const [which, heard] of [
  ["any class", ["isPrototypeOf", "a tone"]],
  ["tomato", []],
] as const) {
  test(`says and sounds that it sees ${which}, once until it sees something else, counts all, and fills the screen`, async ({
    page,
  }) => {
    await page.addInitScript(() => {
      const said: string[] = [];
      Object.assign(window, { said });
      const { speak } = SpeechSynthesis.prototype;
      SpeechSynthesis.prototype.speak = function (utterance) {
        said.push(utterance.text);
        speak.call(this, utterance);
      };
      const { start } = AudioScheduledSourceNode.prototype;
      AudioScheduledSourceNode.prototype.start = function (...when) {
        said.push("a tone");
        start.apply(this, when);
      };
    });
    await open(page);
    // A name that everything has in JavaScript, and that means nothing to the encoder: nothing is seen before it is taught.
    await teach(page, { isPrototypeOf: [], tomato: drawnPhotos("tomato", 0, 3) });
    await page.getByRole("button", { name: "Camera for isPrototypeOf" }).click();
    await camera(page).getByText("When it sees something").click();
    for (const name of ["Say its name", "Play a sound"])
      await camera(page).getByRole("checkbox", { name }).check();
    await camera(page).getByRole("combobox", { name: "Which", exact: true }).selectOption(which);
    for (const count of [1, 2, 3]) {
      await take(page, "isPrototypeOf").click();
      await expect(photosOf(page, "isPrototypeOf")).toHaveCount(count);
    }
    const counts = camera(page).getByRole("list", { name: "How often each was seen" }).getByRole("listitem");
    await expect(counts).toHaveText(["isPrototypeOf × 1"]);
    const said = () => page.evaluate(() => (window as unknown as { said: string[] }).said);
    expect(await said()).toEqual(heard);

    await camera(page).getByRole("button", { name: "Full screen" }).click();
    const large = page.locator(":fullscreen");
    await expect(large.getByLabel("Live picture")).toBeVisible();
    await expect(large).toContainText("isPrototypeOf");
  });
}
