// An encoder of your own: whatever turns an image into numbers, the same way each time. This one is a model in onnxruntime-web.
import model from "handful/models/handful-lite0.onnx?url";
import * as ort from "onnxruntime-web/wasm";

ort.env.wasm.numThreads = 1;
const session = await ort.InferenceSession.create(model);

/** @type {import("handful").ImageEncoder} */
export const encoder = {
  id: "my-encoder-1", // sets are saved with it
  streams: [{ name: "aux", dim: 512 }], // `clip` would be a stream that shares its space with texts
  async encode(image) {
    const square = await createImageBitmap(image, {
      resizeWidth: 224,
      resizeHeight: 224,
      resizeQuality: "high",
    });
    const pixels = await ort.Tensor.fromImage(square, { norm: { mean: 128, bias: -127 } });
    const { aux } = await session.run({ pixels }, ["aux"]);
    return { features: aux.data };
  },
};
