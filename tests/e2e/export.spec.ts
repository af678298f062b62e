/** What was learnt leaves the page as files, and the program that the page shows runs one of them. */
import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { FeatureClassifier } from "handful";
import * as ort from "onnxruntime-web";
import { drawnPhotos } from "./files.js";
import { answer, open, ready, teach } from "./person.js";

async function download(page: Page, press: () => Promise<void>): Promise<Uint8Array> {
  const started = page.waitForEvent("download");
  await press();
  return new Uint8Array(readFileSync(await (await started).path()));
}

test("exports weights and a graph, and the program beside them gives the answers of the set", async ({
  page,
}) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 4), leaf: drawnPhotos("leaf", 0, 4) });
  await answer(page).getByText("Use it elsewhere").click();
  await expect(answer(page)).toContainText("the file of weights holds: Naive Bayes, full covariance.");
  const save = (name: string) => download(page, () => answer(page).getByRole("button", { name }).click());
  const onnx = await save("Save as ONNX");
  const weights = await save("Save weights (safetensors)");
  const length = Number(new DataView(weights.buffer, weights.byteOffset).getBigUint64(0, true));
  const header = JSON.parse(new TextDecoder().decode(weights.subarray(8, 8 + length)));
  expect(header.weights.shape[0]).toBe(2);

  await page.getByRole("button", { name: "Sets", exact: true }).click();
  const set = await download(page, () => page.getByRole("button", { name: "Save without pictures" }).click());
  using classifier = await FeatureClassifier.load(set);
  const width = classifier.streams.reduce((sum, { dim }) => sum + dim, 0);
  const features = Float32Array.from({ length: width }, (_, i) => Math.sin(i));
  const expected = classifier.predictFeatures(features).scores;

  // The program as it stands, with these features in place of a photo's and the file that was downloaded.
  const program = await answer(page).getByRole("region", { name: "A program that runs it" }).innerText();
  const printed = new Map<string, number>();
  const run = Object.getPrototypeOf(async () => {}).constructor(
    "Encoder",
    "ort",
    "photo",
    "console",
    program.replaceAll(/^import .*$/gm, ""),
  );
  await run(
    { load: async () => ({ streams: classifier.streams, encode: async () => ({ features }) }) },
    { ...ort, InferenceSession: { create: () => ort.InferenceSession.create(onnx) } },
    null,
    { log: (label: string, value: number) => printed.set(label, value) },
  );
  expect([...printed.keys()]).toEqual(["mug", "leaf"]);
  for (const { label, probability } of expected) expect(printed.get(label)).toBeCloseTo(probability, 4);
});

/** The files of a ZIP file whose files are stored as they are. */
function unzip(zip: Uint8Array): Map<string, Buffer> {
  const bytes = Buffer.from(zip);
  const files = new Map<string, Buffer>();
  for (let at = 0; bytes.readUInt32LE(at) === 0x04034b50; ) {
    const start = at + 30 + bytes.readUInt16LE(at + 26);
    const end = start + bytes.readUInt32LE(at + 18);
    files.set(bytes.toString("utf8", at + 30, start), bytes.subarray(start, end));
    at = end;
  }
  return files;
}

test("the ZIP file answers photos by itself", async ({ page, context }) => {
  await open(page);
  await teach(page, { mug: drawnPhotos("mug", 0, 4), leaf: drawnPhotos("leaf", 0, 4) });
  await answer(page).getByText("Use it elsewhere").click();
  const files = unzip(
    await download(page, () => answer(page).getByRole("button", { name: "Save all of it (ZIP)" }).click()),
  );
  expect(JSON.parse(String(files.get("labels.json")))).toEqual(["mug", "leaf"]);
  // Its model was fetched anew, and the page has been ready all the time.
  await ready(page);

  // Its page, on a server of its own, with onnxruntime-web from the disk in place of its network.
  const elsewhere = await context.newPage();
  await elsewhere.route("http://elsewhere.test/*", (route) => {
    const name = new URL(route.request().url()).pathname.slice(1);
    const contentType = name.endsWith(".html") ? "text/html" : "application/octet-stream";
    const body = files.get(name);
    return body ? route.fulfill({ body, contentType }) : route.fulfill({ status: 404 });
  });
  await elsewhere.route("https://cdn.jsdelivr.net/*", (route) => route.abort());
  await elsewhere.goto("http://elsewhere.test/index.html");
  await expect(elsewhere.getByRole("status")).toContainText("The model cannot be loaded:");
  await expect(elsewhere.getByLabel("Photos")).toBeDisabled();
  await elsewhere.route("https://cdn.jsdelivr.net/npm/onnxruntime-web@*/dist/*", (route) => {
    const name = new URL(route.request().url()).pathname.split("/").at(-1) as string;
    const contentType = name.endsWith(".wasm") ? "application/wasm" : "text/javascript";
    const path = new URL(`../../node_modules/onnxruntime-web/dist/${name}`, import.meta.url);
    const headers = { "access-control-allow-origin": "*" };
    return route.fulfill({ body: readFileSync(path), contentType, headers });
  });
  await elsewhere.goto("http://elsewhere.test/index.html");
  await expect(elsewhere.getByLabel("Photos")).toBeEnabled({ timeout: 60_000 });
  await elsewhere.getByLabel("Photos").setInputFiles(drawnPhotos("leaf", 9, 10));
  await expect(elsewhere.getByText(/^ ?(none of these; )?leaf [01]\.\d+, mug/)).toBeVisible();
  // What a canvas leaves empty is not answered as if it were white.
  const clear = await elsewhere.evaluate(async () => {
    const canvas = new OffscreenCanvas(40, 30);
    canvas.getContext("2d");
    return [...new Uint8Array(await (await canvas.convertToBlob()).arrayBuffer())];
  });
  await elsewhere
    .getByLabel("Photos")
    .setInputFiles({ name: "clear.png", mimeType: "image/png", buffer: Buffer.from(clear) });
  await expect(
    elsewhere.getByText("clear.png: nothing of its 40 x 30 pixels can be seen here"),
  ).toBeVisible();
});
