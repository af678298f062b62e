// Engines that lack what newer ones have; the photos' tests do the same in a page.
import assert from "node:assert/strict";
import { execFile } from "node:child_process";
import { readdirSync, readFileSync } from "node:fs";
import { test } from "node:test";
import { promisify } from "node:util";
import { Classifier, Encoder, FeatureClassifier } from "../dist/node.js";

const exec = promisify(execFile);
const old = new URL("./old-engine.js", import.meta.url);
const dist = new URL("../dist/", import.meta.url);

test("an engine as old as Safari 16.4 teaches, asks, saves, loads and disposes", async () => {
  const program = `
    import assert from "node:assert/strict";
    import { Classifier, FeatureClassifier } from ${JSON.stringify(new URL("node.js", dist).href)};
    assert.equal(Symbol.dispose, undefined);
    assert.equal(Promise.withResolvers, undefined);
    const pixels = (level) => ({ data: new Uint8Array(400).fill(level), width: 10, height: 10 });
    const classifier = await Classifier.create();
    for (const [label, level] of [["light", 200], ["dark", 40]])
      await classifier.addExamples([pixels(level), pixels(level + 9)], label);
    const { label } = await classifier.predict(pixels(198));
    const copy = await FeatureClassifier.load(classifier.save());
    for (const set of [classifier, copy]) {
      assert.ok(!("undefined" in set), "a method called undefined");
      set.dispose();
      assert.throws(() => set.classes, { code: "disposed" });
    }
    await assert.rejects(classifier.encoder.encode(pixels(1)), { code: "disposed" });
    console.log(label);
  `;
  const env = { ...process.env, NODE_OPTIONS: `--import ${old.href}` };
  const { stdout } = await exec("node", ["--input-type=module", "--eval", program], { env });
  assert.equal(stdout.trim(), "light");
});

test("`using` ends what dispose() ends, where the engine has it", { skip: !Symbol.dispose }, async () => {
  const set = await FeatureClassifier.create({ streams: [{ name: "aux", dim: 2 }] });
  set[Symbol.dispose]();
  assert.throws(() => set.classes, { code: "disposed" });
  // One method for all that derive from it, so that their own dispose() is called.
  assert.equal(Classifier.prototype[Symbol.dispose], FeatureClassifier.prototype[Symbol.dispose]);
  assert.equal(typeof Encoder.prototype[Symbol.dispose], "function");
});

test("no file of the package needs Symbol.dispose to be there", () => {
  const files = readdirSync(dist, { recursive: true }).filter((name) => /^(?!tokenizer).*\.js$/.test(name));
  assert.ok(files.length > 20);
  for (const name of files) {
    const text = readFileSync(new URL(name, dist), "utf8");
    assert.doesNotMatch(text, /^\s*(static )?(async )?\[Symbol\.(asyncD|d)ispose\]/m, name);
    assert.doesNotMatch(text, /^\s*(await )?using \w+ =/m, name);
  }
});
