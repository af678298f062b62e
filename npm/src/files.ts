import { download } from "./download.js";
import { HandfulError } from "./errors.js";
import { forget, type KeepOptions, keep } from "./keep.js";

/** A file as the manifest names it. */
export interface NamedFile {
  readonly file: string;
  readonly sha256?: string | undefined;
}

/** Where the files of an encoder are; all addresses are absolute. */
export interface Place {
  readonly manifest: string;
  readonly model: string | undefined;
  readonly base: string | undefined;
  readonly keep: boolean;
}

/** The files of an encoder: its manifest, and whatever that names. */
export class EncoderFiles {
  /** The manifest's text. Rust reads and checks all of it. */
  readonly manifest: string;
  /** The model of the image side. */
  readonly image: NamedFile;
  readonly #base: string;
  readonly #keep: boolean;

  private constructor(manifest: string, image: NamedFile, base: string, keep: boolean) {
    this.manifest = manifest;
    this.image = image;
    this.#base = base;
    this.#keep = keep;
  }

  static async open({ manifest, model, base, keep }: Place): Promise<EncoderFiles> {
    const text = new TextDecoder().decode(await download(manifest));
    const named = fieldsOf(text);
    const image = { file: model ?? named.file, sha256: named.sha256 };
    // The manifest's own base may be relative too: a folder beside it.
    const own = named.base === undefined ? manifest : new URL(named.base, manifest).href;
    return new EncoderFiles(text, image, base ?? own, keep);
  }

  fetch(file: NamedFile, options: KeepOptions): Promise<Uint8Array> {
    const url = this.#url(file);
    return this.#keep ? keep(url, { ...options, sha256: file.sha256 }) : download(url, options);
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
    return new URL(file, this.#base).href;
  }
}

function fieldsOf(manifest: string): { file: string; sha256?: string; base?: string } {
  try {
    const { file, sha256, base } = JSON.parse(manifest) as Record<string, unknown>;
    if (typeof file === "string")
      return {
        file,
        ...(typeof sha256 === "string" && { sha256 }),
        ...(typeof base === "string" && { base }),
      };
  } catch {
    // Not JSON: the sentence below says so too.
  }
  throw new HandfulError(
    "manifest",
    "The encoder manifest cannot be used: it is not JSON with a field `file`.",
  );
}
