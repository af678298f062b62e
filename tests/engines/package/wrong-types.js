// Every public function with every wrong type, and with what only browsers have.
import { film, play } from "./film.js";
import * as ort from "./ort/ort.wasm.min.mjs";
import * as main from "./package/dist/index.js";
import * as onnxruntime from "./package/dist/onnxruntime.js";
import * as store from "./package/dist/store/index.js";
import * as transformers from "./package/dist/transformers.js";
import { check, finish, step } from "./report.js";
import { CALLS, lend, tryCall, tryGiven } from "./wrong-types.mjs";

ort.env.wasm.numThreads = 1;
const handful = { ...main, ...store, ...onnxruntime, ...transformers };
const ortEncoder = await handful.OrtEncoder.load({ ort, executionProviders: ["wasm"] });
const encoder = await handful.Encoder.load();
const { stream, end } = film((context) => context.fillRect(50, 50, 9, 9));
const video = await play(stream);
const bitmap = await createImageBitmap(video);
await lend({
  handful,
  encoder,
  ortEncoder,
  ort,
  openThread: () => new Worker(new URL("./package/dist/worker.js", import.meta.url), { type: "module" }),
  manifest: new URL("./package/dist/models/handful-lite0.json", import.meta.url),
  values: {
    ImageBitmap: () => bitmap,
    ImageData: () => new ImageData(10, 10),
    video: () => video,
    MediaStream: () => stream,
    "empty MediaStream": () => new MediaStream(),
    "img without a picture": () => new Image(),
  },
  live: video,
});
for (const call of Object.keys(CALLS)) {
  const onTry = (what) => step(`${call}, ${what}`);
  if (CALLS[call].length > 0)
    await check(`${call} takes nothing but what it should`, () => tryCall(call, onTry));
}
await check("whatever an encoder of one's own gives, nothing is taken but what it should give", () =>
  tryGiven(step),
);
end();
encoder.dispose();
ortEncoder.dispose();
finish();
