// How often the default answer is right on real photos, and how sure it is of that.
import assert from "node:assert/strict";
import { existsSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { FeatureClassifier } from "../dist/node.js";
import { FEATURES, pool } from "./features.mjs";

/** Sets with the pool that is taught from. */
const SETS = { dtd: "val", caltech101: "shot16", ucf101: "shot16" };
const CLASSES = 20;
/** Photos taught of each class. */
const TAUGHT = 4;

/** Per cent of the test rows that a head recognises, how sure it is of its answers, and how often the class is among the candidates. */
async function measure(head, taught, asked) {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "clip", dim: 512 }] });
  classifier.head = head;
  for (const { features, label } of taught) classifier.addFeatures(features, label);
  const sum = { right: 0, sure: 0, held: 0 };
  for (const { features, label } of asked) {
    const answer = classifier.predictFeatures(features);
    sum.right += (answer.label === label ? 100 : 0) / asked.length;
    sum.sure += (100 * answer.probability) / asked.length;
    sum.held += (answer.candidates.includes(label) ? 100 : 0) / asked.length;
  }
  classifier.dispose();
  return sum;
}

test("on real photos the default answer is right more often than nearest photos, and as sure as it is right", async () => {
  if (!existsSync(FEATURES)) {
    console.log(
      "skipped: on real photos the default answer is right more often than nearest photos: no ../shared/data/features",
    );
    return;
  }
  for (const [set, name] of Object.entries(SETS)) {
    const file = readFileSync(new URL(`${set}.safetensors`, FEATURES));
    const labels = Array.from({ length: CLASSES }, (_, i) => `class ${2 * i}`);
    const all = pool(file, name);
    const taught = labels.flatMap((label) => all.filter((row) => row.label === label).slice(0, TAUGHT));
    const asked = pool(file, "test").filter(({ label }) => labels.includes(label));
    const [own, nearest] = [await measure("auto", taught, asked), await measure("knn", taught, asked)];
    const say = ({ right, sure, held }) =>
      `${right.toFixed(1)} % right, ${sure.toFixed(1)} % sure, ${held.toFixed(1)} % among the candidates`;
    console.log(`${set}: by default ${say(own)}; knn ${say(nearest)}`);
    assert.ok(own.right > nearest.right, set);
    assert.ok(Math.abs(own.right - own.sure) < 10, set);
    assert.ok(own.held >= 85, set);
  }
});
