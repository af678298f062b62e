import { ADDRESS, check, checkOptions, oneOf, RECORD, TEXT } from "./check.js";
import type { EncoderSource } from "./types.js";

/**
 * Every name that {@link preset} takes.
 *
 * @example
 * ```ts
 * const sizes = await Promise.all(PRESET_NAMES.map((name) => Encoder.downloadSize(preset(name))));
 * ```
 */
export const PRESET_NAMES = [
  "handful-lite2",
  "clip-vit-b-32",
  "clip-vit-b-16",
  "mobileclip-s1",
  "siglip-b-16",
  "tinyclip-8m-16",
  "dinov2-small",
] as const;

/**
 * Name of a larger encoder; see {@link preset}.
 *
 * @example
 * ```ts
 * import type { PresetName } from "handful";
 *
 * const name: PresetName = matchMedia("(pointer: coarse)").matches ? "handful-lite2" : "mobileclip-s1";
 * const encoder = await Encoder.load(preset(name));
 * ```
 */
export type PresetName = (typeof PRESET_NAMES)[number];

// Bundlers emit a file only for these very expressions.
const MANIFESTS: Readonly<Record<PresetName, () => URL>> = {
  "handful-lite2": () => new URL("./models/handful-lite2.json", import.meta.url),
  "clip-vit-b-32": () => new URL("./models/presets/clip-vit-b-32.json", import.meta.url),
  "clip-vit-b-16": () => new URL("./models/presets/clip-vit-b-16.json", import.meta.url),
  "mobileclip-s1": () => new URL("./models/presets/mobileclip-s1.json", import.meta.url),
  "siglip-b-16": () => new URL("./models/presets/siglip-b-16.json", import.meta.url),
  "tinyclip-8m-16": () => new URL("./models/presets/tinyclip-8m-16.json", import.meta.url),
  "dinov2-small": () => new URL("./models/presets/dinov2-small.json", import.meta.url),
};

/** The file that reads names for the encoders that are ours. */
export function shippedWords(): URL {
  return new URL("./models/handful-words.safetensors", import.meta.url);
}

/**
 * A larger encoder, for {@link Encoder.load} and `Classifier.create`. Those that others have trained come from the model
 * hub, or from wherever you put copies of their files. `handful-lite2` is ours: `npm run encoder -- lite2` in the project's
 * repository builds its file, which you put on your server. All are kept, and a broken download goes on.
 *
 * | name | download: images, text | features |
 * | --- | --- | --- |
 * | `handful-lite2` | 6.7 MB with the words | `clip`, 512, and `aux`, 512 |
 * | `clip-vit-b-32` | 176 MB, 127 MB | `clip`, 512 |
 * | `clip-vit-b-16` | 173 MB, 127 MB | `clip`, 512 |
 * | `mobileclip-s1` | 43 MB, 127 MB | `clip`, 512 |
 * | `siglip-b-16` | 186 MB, 221 MB | `clip`, 768 |
 * | `tinyclip-8m-16` | 94 MB for both | `clip`, 512 |
 * | `dinov2-small` | 44 MB, no text | `aux`, 384 |
 *
 * @param options.base - Address of the folder with the files, named as in the preset's manifest.
 * @throws {@link HandfulError} with code `parameter` for a name that is not in the table.
 *
 * @example
 * ```ts
 * const encoder = await Encoder.load(preset("mobileclip-s1", { base: "/models/mobileclip-s1/" }), { onProgress });
 * const { features } = await encoder.encodeText("a ripe tomato");
 * ```
 */
export function preset(name: PresetName, options: { readonly base?: URL | string } = {}): EncoderSource {
  check("name", name, oneOf(PRESET_NAMES));
  checkOptions("options", options, { base: ADDRESS });
  const words = name === "handful-lite2" ? shippedWords() : undefined;
  return { manifest: MANIFESTS[name](), words, base: options.base, keep: true };
}

/**
 * Which preset made a set, as the id of its encoder says; `undefined` where none did. Whether the files of the preset are still those is
 * found out by loading them: `encoder.fits(set)`.
 *
 * @example
 * ```ts
 * const name = presetOf(inspect(bytes));
 * const encoder = await Encoder.load(name && preset(name, { base: `/models/${name}/` }));
 * ```
 */
export function presetOf(set: { readonly encoderId?: string | undefined }): PresetName | undefined {
  check("set", set, RECORD);
  const { encoderId = "" } = set;
  check("set.encoderId", encoderId, TEXT);
  return PRESET_NAMES.find((name) => encoderId.startsWith(`${name}@`));
}
