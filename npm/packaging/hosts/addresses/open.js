// The recipe of npm/README.md: all addresses handed over.
import { Classifier } from "handful";
import manifest from "handful/models/handful-tiny.json?url";
import model from "handful/models/handful-tiny.onnx?url";
import words from "handful/models/handful-words.safetensors?url";
import core from "handful/wasm/core?url";
import encoderWasm from "handful/wasm/encoder?url";

const worker = () => new Worker(new URL("./worker.js", import.meta.url), { type: "module" });
export const open = () =>
  Classifier.create({ core, encoderWasm, worker, encoder: { manifest, model, words } });
