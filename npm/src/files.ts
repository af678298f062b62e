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
  readonly #base: string;
  readonly #keep: boolean;

  private constructor(
    manifest: string,
    image: NamedFile,
    words: NamedFile | undefined,
    base: string,
    keep: boolean,
  ) {
    this.manifest = manifest;
    this.image = image;
    this.words = words;
    this.#base = base;
    this.#keep = keep;
  }

  static async open(
    { manifest, model, words, base, keep }: Place,
    signal?: AbortSignal,
  ): Promise<EncoderFiles> {
    const text = new TextDecoder().decode(await download(manifest, { signal }));
    const named = fieldsOf(text);
    const image = { ...named.image, file: model ?? named.image.file };
    const known = named.words && { ...named.words, file: words ?? named.words.file };
    // The manifest's own base may be relative too: a folder beside it.
    const folder = base ?? (named.base === undefined ? manifest : addressOf(named.base, manifest));
    return new EncoderFiles(text, image, known, folder, keep);
  }

  fetch(file: NamedFile, options: KeepOptions): Promise<Uint8Array> {
    const url = this.#url(file);
    return this.#keep ? keep(url, { ...options, sha256: file.sha256 }) : download(url, options);
  }

  /** How many bytes the files take that images need, and how many of them are kept. */
  async size(): Promise<{ total: number; kept: number }> {
    const size = { total: 0, kept: 0 };
    for (const file of [this.image, this.words]) {
      if (!file) continue;
      const { done, total } = this.#keep ? await keptOf(this.#url(file)) : { done: 0, total: 0 };
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
      if (this.#keep && !file.sha256) await forget(this.#url(file));
      throw error;
    }
  }

  #url({ file }: NamedFile): string {
    return addressOf(file, this.#base);
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

function fieldsOf(manifest: string): {
  image: NamedFile;
  words: NamedFile | undefined;
  base: string | undefined;
} {
  try {
    const fields = JSON.parse(manifest) as { words?: unknown; base?: unknown } | null;
    const image = fileOf(fields);
    // Words of another form are for Rust to refuse.
    if (image) {
      const base = typeof fields?.base === "string" ? fields.base : undefined;
      return { image, words: fileOf(fields?.words), base };
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
