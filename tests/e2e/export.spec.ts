/** What was learnt leaves the page as files, and the program that the page shows runs one of them. */
import { readFileSync } from "node:fs";
import { expect, type Page, test } from "@playwright/test";
import { FeatureClassifier } from "handful";
import * as ort from "onnxruntime-web";
import { drawnPhotos } from "./files.js";
import { answer, open, teach } from "./person.js";

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
  const whole = await save("Save all of it (ZIP)");
  for (const name of ["model.onnx", "labels.json", "predict.py", "index.html", "README.md"])
    expect(Buffer.from(whole).includes(name)).toBe(true);
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
