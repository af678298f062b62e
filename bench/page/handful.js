// The product as a page uses it, and the module of this folder, which leaves the bindings out.
import { FeatureClassifier, init } from "../../npm/dist/core.js";
import coreUrl from "../../npm/dist/wasm/core/core_bg.wasm?url";
import loadModule, { heads, Workload } from "../dist/module/bench.js";
import moduleUrl from "../dist/module/bench_bg.wasm?url";

export async function load() {
  await init(new URL(coreUrl, location.href));
  await loadModule({ module_or_path: new URL(moduleUrl, location.href) });
}

export { heads, Workload };

/** A classifier that was taught these photos. */
export async function taught({ rows, labels, width }, head) {
  const classifier = await FeatureClassifier.create({ streams: [{ name: "aux", dim: width }] });
  for (const [i, row] of rows.entries()) classifier.addFeatures(row, String(labels[i]));
  classifier.head = head;
  return classifier;
}

/** A classifier of two streams of 512, with nothing taught. */
export const inTwoStreams = () =>
  FeatureClassifier.create({
    streams: [
      { name: "clip", dim: 512 },
      { name: "aux", dim: 512 },
    ],
  });

export const reopened = (bytes) => FeatureClassifier.load(bytes);
