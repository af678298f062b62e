// A program of a runtime whose name and version are its arguments: the core, and the encoder, of the package from its tarball.
import process from "node:process";
import { Classifier } from "handful";
import { tryFeatures } from "./features.mjs";

const [name, version] = process.argv.slice(2);
if (!process.versions[name]?.startsWith(version))
  throw new Error(`this is no ${name} ${version}: ${JSON.stringify(process.versions)}`);
await tryFeatures();

/** @param {number[]} colour */
const plain = (...colour) => ({
  data: Uint8Array.from({ length: 4 * 64 }, (_, i) => colour[i % 4] ?? 255),
  width: 8,
  height: 8,
});
const classifier = await Classifier.create();
await classifier.addExample(plain(200, 20, 20), "red");
await classifier.addExample(plain(20, 20, 200), "blue");
const { label } = await classifier.predict(plain(200, 20, 20));
classifier.dispose();
if (label !== "red") throw new Error(`red is taken for ${label}`);
