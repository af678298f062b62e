// Importing the package, as a server does that draws a page, starts nothing, asks for nothing and leaves nothing.
const refuse = (): never => {
  throw new Error("importing the package asked for something");
};
const { fetch } = globalThis;
const { compile, instantiate } = WebAssembly;
Object.assign(globalThis, { fetch: refuse });
Object.assign(WebAssembly, { compile: refuse, instantiate: refuse });
const before = Object.getOwnPropertyNames(globalThis).join();

const { FeatureClassifier } = await import("handful/core");
await import("handful");
await import("handful/camera");
await import("handful/store");

const after = Object.getOwnPropertyNames(globalThis).join();
if (after !== before) throw new Error(`globals: ${before} became ${after}`);

// What was refused is what a classifier needs.
Object.assign(globalThis, { fetch });
await FeatureClassifier.create({ streams: [{ name: "aux", dim: 3 }] }).then(refuse, () => {});
Object.assign(WebAssembly, { compile, instantiate });
(await FeatureClassifier.create({ streams: [{ name: "aux", dim: 3 }] })).dispose();
