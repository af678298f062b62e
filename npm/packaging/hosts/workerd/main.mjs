import { Miniflare } from "miniflare";

const runtime = new Miniflare({
  modules: true,
  scriptPath: "dist/worker.js",
  modulesRules: [{ type: "CompiledWasm", include: ["**/*.wasm"] }],
});
try {
  const text = await (await runtime.dispatchFetch("http://localhost")).text();
  if (text !== "no-encoder") throw new Error(text);
} finally {
  await runtime.dispose();
}
