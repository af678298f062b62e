// An encoder of your own: whatever turns an image into numbers, the same way each time.
import model from "handful/models/handful-lite0.onnx?url";
import * as ort from "onnxruntime-web/wasm";

// What this model wants and gives; yours will differ. `clip` would be a stream that shares its space with texts.
const SIDE = 224;
const [MEAN, STD] = [127 / 255, 128 / 255];
export const STREAMS = [{ name: "aux", dim: 512 }];

// For the graphics card: import "onnxruntime-web/webgpu", and "webgpu" before "wasm" in the list.
ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(model, { executionProviders: ["wasm"] });

/**
 * @param {Blob} file
 * @returns {Promise<Float32Array>}
 */
export async function embed(file) {
  const { aux } = await session.run({ pixels: tensorOf(await centreOf(file)) }, ["aux"]);
  return aux.data;
}

/** The centred square, in RGBA. */
async function centreOf(file) {
  const bitmap = await createImageBitmap(file);
  const side = Math.min(bitmap.width, bitmap.height);
  const canvas = new OffscreenCanvas(SIDE, SIDE);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
  context.drawImage(bitmap, left, top, side, side, 0, 0, SIDE, SIDE);
  bitmap.close();
  return context.getImageData(0, 0, SIDE, SIDE).data;
}

/** Red, green and blue one after the other, normalised. */
function tensorOf(rgba) {
  const values = new Float32Array(3 * SIDE * SIDE);
  for (let i = 0; i < SIDE * SIDE; i += 1)
    for (let c = 0; c < 3; c += 1) values[c * SIDE * SIDE + i] = (rgba[4 * i + c] / 255 - MEAN) / STD;
  return new ort.Tensor("float32", values, [1, 3, SIDE, SIDE]);
}
