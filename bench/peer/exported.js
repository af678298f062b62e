// What a model that Teachable Machine exported (model.json with its weights) makes of photos, before the layers that it learned.
const { tf } = globalThis;

/** Rows of many photos, one after the other. Cut, shrunk and normalised as its library does: x / 127 - 1. */
export async function rows(modelAddress, photoAddresses) {
  const model = await tf.loadLayersModel(modelAddress);
  const [base] = model.layers;
  const [, height, width] = model.inputs[0].shape;
  if (!base?.predict || base.outputs[0].shape.length !== 2)
    throw new Error("the model does not begin with a network that gives one row a photo");
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext("2d", { willReadFrequently: true });
  context.imageSmoothingQuality = "high";
  const all = [];
  for (const address of photoAddresses) {
    const bitmap = await createImageBitmap(await (await fetch(address)).blob());
    const side = Math.min(bitmap.width, bitmap.height);
    const [left, top] = [(bitmap.width - side) / 2, (bitmap.height - side) / 2];
    context.drawImage(bitmap, left, top, side, side, 0, 0, width, height);
    bitmap.close();
    const pixels = context.getImageData(0, 0, width, height);
    const row = tf.tidy(() =>
      base.predict(tf.expandDims(tf.sub(tf.div(tf.browser.fromPixels(pixels), 127), 1))),
    );
    all.push(Array.from(await row.data()));
    row.dispose();
  }
  model.dispose();
  return all;
}
