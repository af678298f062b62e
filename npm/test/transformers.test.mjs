// What becomes of pictures and tensors on their way through a pipeline; `tests/transformers` tries the library itself.
import assert from "node:assert/strict";
import { test } from "node:test";
import { encodeMany } from "../dist/node.js";
import { fromTransformers } from "../dist/transformers.js";

class Picture {
  constructor(data, width, height, channels) {
    Object.assign(this, { data, width, height, channels });
  }
  static async fromBlob(file) {
    if (file.size !== 12) throw new Error("no picture");
    return new Picture(new Uint8Array(await file.arrayBuffer()), 2, 2, 3);
  }
}

const wrap = (extract, dim = 3, more = {}) =>
  fromTransformers(extract, { RawImage: Picture, id: "mine", streams: [{ name: "aux", dim }], ...more });
/** A row for each pixel: its colours. */
const pixelsOf = async ({ data, width, height }) => ({
  dims: [1, width * height, 3],
  data: Float32Array.from(data),
});
const first = async (encoder, image) => (await encodeMany(encoder, [image]).next()).value;
const two = (...data) => ({ data: Uint8Array.from(data), width: 2, height: 1 });

test("pixels become a picture on white, and the first row or the mean of all a feature row", async () => {
  const image = two(10, 20, 30, 255, 50, 60, 70, 255);
  assert.deepEqual([...(await first(wrap(pixelsOf), image)).features], [10, 20, 30]);
  assert.deepEqual([...(await first(wrap(pixelsOf, 3, { pool: "mean" }), image)).features], [30, 40, 50]);
  const clear = two(10, 20, 30, 0, 0, 0, 0, 51);
  assert.deepEqual([...(await first(wrap(pixelsOf), clear)).features], [255, 255, 255]);
  assert.deepEqual(
    [...(await first(wrap(pixelsOf, 3, { pool: "mean" }), clear)).features],
    [229.5, 229.5, 229.5],
  );
  const row = async ({ data }) => ({ dims: [1, 6], data: Float32Array.from(data) });
  const { features, timings } = await first(wrap(row, 6), image);
  assert.deepEqual([...features], [10, 20, 30, 50, 60, 70]);
  assert.ok(timings.decode >= 0 && timings.encode >= 0);
});

test("files are read by the library, and what it cannot read is no image", async () => {
  const encoder = wrap(pixelsOf);
  const file = new Blob([Uint8Array.of(1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12)]);
  assert.deepEqual([...(await first(encoder, file)).features], [1, 2, 3]);
  assert.equal((await first(encoder, new Blob(["no picture"]))).error.code, "not-an-image");
});

test("tensors that are no row are refused", async () => {
  const image = two(1, 2, 3, 255, 4, 5, 6, 255);
  for (const [code, tensor] of [
    ["model", { dims: [2, 3], data: new Float32Array(6) }],
    ["model", { dims: [1, 3, 7, 7], data: new Float32Array(147) }],
    ["model", { dims: [3], data: new Float32Array(3) }],
    ["model", { dims: [1, 3], data: new Float32Array(4) }],
    ["model", { dims: [1, 3], data: new Uint16Array(3) }],
    ["model", undefined],
    ["shape", { dims: [1, 4], data: new Float32Array(4) }],
    ["not-finite", { dims: [1, 3], data: Float32Array.of(1, Number.NaN, 1) }],
  ])
    assert.equal(
      (
        await first(
          wrap(async () => tensor),
          image,
        )
      ).error.code,
      code,
      JSON.stringify(tensor),
    );
});
