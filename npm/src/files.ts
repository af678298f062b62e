import { download } from "./download.js";
import { HandfulError } from "./errors.js";
import { forget, type KeepOptions, keep, keptOf } from "./keep.js";

/** A file as the manifest names it. */
export interface NamedFile {
  readonly file: string;
  readonly sha256?: string | undefined;
  /** Its length, for people: nothing is checked against it. */
  readonly bytes?: number | undefined;
}

/** Where the files of an encoder are; all addresses are absolute. */
export interface Place {
  readonly manifest: string;
  readonly model: string | undefined;
  readonly words: string | undefined;
  readonly base: string | undefined;
  readonly keep: boolean;
}

/** The files of an encoder: its manifest, and whatever that names. */
export class EncoderFiles {
  /** The manifest's text. Rust reads and checks all of it. */
  readonly manifest: string;
  /** The model of the image side. */
  readonly image: NamedFile;
  /** What knows words, where the manifest names such a file. */
  readonly words: NamedFile | undefined;
  readonly #name: string;
  /** The folder of the files, where somebody has said which it is. */
  readonly #base: string | undefined;
  readonly #place: Place;

  private constructor(manifest: string, { name, image, words, base }: Fields, place: Place) {
    this.manifest = manifest;
    this.image = { ...image, file: place.model ?? image.file };
    this.words = words && { ...words, file: place.words ?? words.file };
    this.#name = name;
    // The manifest's own base may be relative: a folder beside it.
    this.#base = place.base ?? (base === undefined ? undefined : addressOf(base, place.manifest));
    this.#place = place;
  }

  static async open(place: Place, signal?: AbortSignal): Promise<EncoderFiles> {
    const text = new TextDecoder().decode(await download(place.manifest, { signal }));
    return new EncoderFiles(text, fieldsOf(text), place);
  }

  async fetch(file: NamedFile, options: KeepOptions): Promise<Uint8Array> {
    const url = this.#url(file);
    try {
      return await (this.#place.keep
        ? keep(url, { ...options, sha256: file.sha256 })
        : download(url, options));
    } catch (cause) {
      const beside = this.#base === undefined && file.file !== url;
      if (!(beside && cause instanceof HandfulError && cause.code === "network")) throw cause;
      const message =
        `The encoder “${this.#name}” cannot be loaded: its files were looked for beside its manifest, since no other place was said. ` +
        `Hand over their folder as \`base\`, for a preset by \`preset(name, { base })\`. ${cause.message}`;
      throw new HandfulError("network", message, { cause });
    }
  }

  /** How many bytes the files take that images need, and how many of them are kept. */
  async size(): Promise<{ total: number; kept: number }> {
    const size = { total: 0, kept: 0 };
    for (const file of [this.image, this.words]) {
      if (!file) continue;
      const { done, total } = this.#place.keep ? await keptOf(this.#url(file)) : { done: 0, total: 0 };
      size.total += total || (file.bytes ?? 0);
      size.kept += done;
    }
    return size;
  }

  /** Makes something of a file's bytes. One of which nothing can be made is not kept, unless its sha256 was right. */
  async use<T>(file: NamedFile, make: () => T): Promise<T> {
    try {
      return make();
    } catch (error) {
      if (this.#place.keep && !file.sha256) await forget(this.#url(file));
      throw error;
    }
  }

  #url({ file }: NamedFile): string {
    return addressOf(file, this.#base ?? this.#place.manifest);
  }
}

/** A data URL has no place beside it. */
function addressOf(path: string, base: string): string {
  try {
    return new URL(path, base).href;
  } catch (cause) {
    throw new HandfulError(
      "manifest",
      `The encoder manifest cannot be used: nobody knows where its “${path}” lies; hand over a \`base\`.`,
      { cause },
    );
  }
}

/** What is read of a manifest here. */
interface Fields {
  readonly name: string;
  readonly image: NamedFile;
  readonly words: NamedFile | undefined;
  readonly base: string | undefined;
}

function fieldsOf(manifest: string): Fields {
  try {
    const fields = JSON.parse(manifest) as { name?: unknown; words?: unknown; base?: unknown } | null;
    const image = fileOf(fields);
    // Words or a name of another form are for Rust to refuse.
    if (image) {
      const base = typeof fields?.base === "string" ? fields.base : undefined;
      return { name: String(fields?.name), image, words: fileOf(fields?.words), base };
    }
  } catch {
    // Not JSON: the sentence below says so too.
  }
  throw new HandfulError(
    "manifest",
    "The encoder manifest cannot be used: it is not JSON with a field `file`.",
  );
}

function fileOf(named: unknown): NamedFile | undefined {
  const { file, sha256, bytes } = (named ?? {}) as { file?: unknown; sha256?: unknown; bytes?: unknown };
  if (typeof file !== "string") return undefined;
  return {
    file,
    sha256: typeof sha256 === "string" ? sha256 : undefined,
    bytes: typeof bytes === "number" && bytes > 0 ? bytes : undefined,
  };
}
