// Entry `handful/transformers`: a model of transformers.js as an encoder.
import { capture } from "./capture.js";
import { check, checkOptions, describe, FUNCTION, type Kinds, LAYOUT, NAME, oneOf } from "./check.js";
import { HandfulError } from "./errors.js";
import type { ImageEncoder } from "./image-encoder.js";
import type { Payload } from "./protocol.js";
import type { ImageSource, Streams } from "./types.js";

/**
 * Pixels as transformers.js holds them: its `RawImage`, as far as it is used.
 *
 * @example
 * ```ts
 * import { RawImage } from "@huggingface/transformers";
 * import type { RawPicture } from "handful/transformers";
 *
 * const picture: RawPicture = await RawImage.fromBlob(photo);
 * console.log(picture.width, picture.height, picture.channels);
 * ```
 */
export interface RawPicture {
  readonly data: Uint8ClampedArray | Uint8Array;
  readonly width: number;
  readonly height: number;
  readonly channels: number;
}

/**
 * The class `RawImage` of transformers.js, as far as it is used.
 *
 * @example
 * ```ts
 * import { RawImage } from "@huggingface/transformers";
 * import type { RawPictures } from "handful/transformers";
 *
 * const type: RawPictures<RawImage> = RawImage;
 * const picture = await type.fromBlob(photo);
 * ```
 */
export interface RawPictures<Picture extends RawPicture> {
  new (data: Uint8ClampedArray, width: number, height: number, channels: 3 | 4): Picture;
  /** Decodes a file. */
  fromBlob(file: Blob): Promise<Picture>;
}

/**
 * A tensor of transformers.js, as far as it is looked at.
 *
 * @example
 * ```ts
 * import { pipeline, RawImage } from "@huggingface/transformers";
 * import type { FeatureTensor } from "handful/transformers";
 *
 * const model = "onnx-community/dinov2-small";
 * const extract = await pipeline("image-feature-extraction", model, { device: "wasm", dtype: "q8" });
 * const tensor: FeatureTensor = await extract(await RawImage.fromBlob(photo));
 * ```
 */
export interface FeatureTensor {
  readonly dims: readonly number[];
  readonly data: unknown;
}

/**
 * Options of {@link fromTransformers}.
 *
 * @example
 * ```ts
 * import { pipeline, RawImage } from "@huggingface/transformers";
 * import type { TransformersOptions } from "handful/transformers";
 *
 * const streams = [{ name: "aux", dim: 384 }];
 * const options: TransformersOptions<RawImage> = { RawImage, id: "dinov2-small@q8", streams, pool: "mean" };
 * const model = "onnx-community/dinov2-small";
 * const extract = await pipeline("image-feature-extraction", model, { device: "wasm", dtype: "q8" });
 * const encoder = fromTransformers(extract, options);
 * ```
 */
export interface TransformersOptions<Picture extends RawPicture> {
  /** The class of that name: `import { RawImage } from "@huggingface/transformers"`. */
  readonly RawImage: RawPictures<Picture>;
  /** Identifies the model: its name and its data type, which changes the numbers. See `ImageEncoder.id`. */
  readonly id: string;
  /** The parts of a row, such as `[{ name: "clip", dim: 512 }]`. See `ImageEncoder.streams`. */
  readonly streams: Streams;
  /**
   * What becomes of a tensor with a row for each part of the image: the `first` row, which stands for the whole image where there
   * is a class token, or the `mean` of all. Default: `first`.
   */
  readonly pool?: "first" | "mean" | undefined;
}

const OPTIONS: Kinds<TransformersOptions<RawPicture>> = {
  RawImage: FUNCTION,
  id: NAME,
  streams: LAYOUT,
  pool: oneOf(["first", "mean"]),
};

/**
 * An encoder made of a pipeline `image-feature-extraction` of transformers.js, or of another function from a `RawImage` to a tensor,
 * such as a model behind its processor. What is transparent is white. The pipeline stays yours.
 *
 * Its text side, where it has one, is a method more: `{ ...fromTransformers(…), encodeText }`.
 *
 * @example
 * ```ts
 * import { pipeline, RawImage } from "@huggingface/transformers";
 * import { Classifier } from "handful";
 * import { fromTransformers } from "handful/transformers";
 *
 * const model = "onnx-community/dinov2-small";
 * const extract = await pipeline("image-feature-extraction", model, { device: "webgpu", dtype: "fp16" });
 * const streams = [{ name: "aux", dim: 384 }];
 * const encoder = fromTransformers(extract, { RawImage, id: `${model}@fp16`, streams });
 * const classifier = await Classifier.create({ encoder });
 * ```
 *
 * @example The space that CLIP shares with texts
 * ```ts
 * import { AutoProcessor, CLIPVisionModelWithProjection, RawImage } from "@huggingface/transformers";
 *
 * const processor = await AutoProcessor.from_pretrained("Xenova/clip-vit-base-patch32");
 * const model = await CLIPVisionModelWithProjection.from_pretrained("Xenova/clip-vit-base-patch32");
 * const embed = async (image: RawImage) => (await model(await processor(image))).image_embeds;
 * const encoder = fromTransformers(embed, { RawImage, id: "clip", streams: [{ name: "clip", dim: 512 }] });
 * ```
 *
 * @param extract - Gives a tensor `[1, D]`, or `[1, T, D]` of which `pool` makes a row.
 * @throws `HandfulError` with code `parameter`.
 */
export function fromTransformers<Picture extends RawPicture>(
  extract: (image: Picture) => Promise<FeatureTensor>,
  options: TransformersOptions<Picture>,
): ImageEncoder {
  check("extract", extract, FUNCTION);
  checkOptions("options", options, OPTIONS as Kinds<TransformersOptions<Picture>>);
  const { RawImage, id, streams, pool = "first" } = options;
  check("options.RawImage", RawImage, FUNCTION);
  check("options.id", id, NAME);
  check("options.streams", streams, LAYOUT);
  return {
    id,
    streams,
    async encode(image, { signal } = {}) {
      const start = performance.now();
      const picture = await pictureOf(image, RawImage);
      signal?.throwIfAborted();
      const decoded = performance.now();
      const features = rowOf(await extract(picture), pool);
      const timings = { decode: decoded - start, preprocess: 0, encode: performance.now() - decoded };
      return { features, timings };
    },
  };
}

/** The pixels of an image on white. */
async function pictureOf<Picture extends RawPicture>(
  source: ImageSource,
  RawImage: RawPictures<Picture>,
): Promise<Picture> {
  const { image } = await capture(source);
  const picture = await read(image, RawImage);
  const { data, width, height, channels } = picture;
  if (channels !== 4) return picture;
  const opaque = new Uint8ClampedArray(3 * width * height);
  for (let i = 0; i < width * height; i += 1) {
    const alpha = (data[4 * i + 3] as number) / 255;
    for (let c = 0; c < 3; c += 1) opaque[3 * i + c] = 255 + alpha * ((data[4 * i + c] as number) - 255);
  }
  return new RawImage(opaque, width, height, 3);
}

async function read<Picture extends RawPicture>(
  image: Payload,
  RawImage: RawPictures<Picture>,
): Promise<Picture> {
  if ("data" in image) return new RawImage(new Uint8ClampedArray(image.data), image.width, image.height, 4);
  try {
    if (image instanceof Blob) return await RawImage.fromBlob(image);
    const { width, height } = image;
    const context = new OffscreenCanvas(width, height).getContext("2d") as OffscreenCanvasRenderingContext2D;
    context.drawImage(image, 0, 0);
    image.close();
    return new RawImage(context.getImageData(0, 0, width, height).data, width, height, 4);
  } catch (cause) {
    throw new HandfulError("not-an-image", "The pixels of this image cannot be read.", { cause });
  }
}

function rowOf({ dims, data }: FeatureTensor, pool: "first" | "mean"): Float32Array {
  const [images, rows, dim] = dims.length === 2 ? [dims[0], 1, dims[1]] : dims;
  if (images !== 1 || rows === undefined || dim === undefined || dims.length > 3)
    throw new HandfulError(
      "model",
      `A tensor of one image should have the shape [1, D] or [1, T, D], not [${dims.join(", ")}].`,
    );
  if (!(data instanceof Float32Array) || data.length !== rows * dim)
    throw new HandfulError(
      "model",
      `A tensor [${dims.join(", ")}] should hold as many floats of 32 bits, not ${describe(data)}.`,
    );
  if (pool === "first") return data.slice(0, dim);
  const mean = new Float32Array(dim);
  for (const [i, number] of data.entries()) mean[i % dim] = (mean[i % dim] as number) + number / rows;
  return mean;
}
