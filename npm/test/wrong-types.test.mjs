// The package in Node with every wrong type. What there is to call is found in the package itself, so that nothing new is
// forgotten: a function or an option without an entry in `wrong-types.mjs` fails.
import assert from "node:assert/strict";
import { readdirSync, readFileSync } from "node:fs";
import { after, test } from "node:test";
import * as ort from "onnxruntime-web/wasm";
import * as main from "../dist/node.js";
import * as onnxruntime from "../dist/node-onnxruntime.js";
import { openThread } from "../dist/node-worker.js";
import * as store from "../dist/store/node.js";
import * as transformers from "../dist/transformers.js";
import { CALLS, lend, taught, taughtByImages, tryCall, tryGiven } from "./wrong-types.mjs";

/** The package with its further entries. */
const handful = { ...main, ...store, ...onnxruntime, ...transformers };
const { Encoder, HandfulError, OrtEncoder } = handful;
ort.env.wasm.numThreads = 1;
const manifest = new URL("../dist/models/handful-lite0.json", import.meta.url);
const encoder = await Encoder.load();
const ortEncoder = await OrtEncoder.load({ ort, executionProviders: ["wasm"] });
after(() => {
  encoder.dispose();
  ortEncoder.dispose();
});
await lend({ handful, encoder, ortEncoder, ort, openThread, manifest });

/** What can be called: functions, static and other methods, what can be set. `@internal` ones are protected. */
function* callables() {
  for (const [name, value] of Object.entries(handful)) {
    if (typeof value !== "function" || value === HandfulError) continue;
    if (!/^class\b/.test(String(value))) {
      yield name;
      continue;
    }
    for (const own of Object.getOwnPropertyNames(value))
      if (typeof value[own] === "function" && own !== "prototype") yield `${name}.${own}`;
    for (const [own, { value: method, set }] of Object.entries(
      Object.getOwnPropertyDescriptors(value.prototype),
    )) {
      if (set) yield `${name}#${own}=`;
      else if (typeof method === "function" && own !== "constructor" && !PROTECTED.has(own))
        yield `${name}#${own}`;
    }
  }
}

const dist = new URL("../dist/", import.meta.url);
const declarations = readdirSync(dist)
  .filter((name) => name.endsWith(".d.ts"))
  .map((name) => readFileSync(new URL(name, dist), "utf8"))
  .join("\n");
const PROTECTED = new Set(
  [...declarations.matchAll(/^ {4}protected (?:get )?(\w+)/gm)].map((match) => match[1]),
);

test("each function and each option of the package has an entry here", () => {
  assert.deepEqual(Object.keys(CALLS).sort(), [...callables()].sort());
  const tried = new Set(
    Object.values(CALLS).flatMap((args) => args.flatMap(({ fields }) => Object.keys(fields ?? {}))),
  );
  const interfaces = [
    ...declarations.matchAll(/^export interface (\w+Options|EncoderSource|ImageEncoder)\b[^{]*\{(.*?)^\}/gms),
  ];
  assert.ok(interfaces.length > 5);
  for (const [, name, body] of interfaces) {
    if (/^(Download|Keep)Options$/.test(name)) continue; // of modules that are not exported
    for (const [, option] of body.matchAll(/^ {4}readonly (\w+)\??:/gm))
      assert.ok(tried.has(option), `${name}.${option}`);
  }
});

test("nothing can be set but what has a setter", async () => {
  for (const object of [encoder, ortEncoder, await taughtByImages(), await taught()])
    assert.deepEqual(Object.keys(object), [], "own fields");
});

for (const call of Object.keys(CALLS)) {
  if (CALLS[call].length > 0) test(`${call} takes nothing but what it should`, () => tryCall(call));
}

test("whatever an encoder of one's own gives, nothing is taken but what it should give", () => tryGiven());
