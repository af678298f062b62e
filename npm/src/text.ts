import type { Tokenizer } from "@huggingface/tokenizers";
import { HandfulError } from "./errors.js";
import type { EncoderFiles } from "./files.js";
import { clearRegisters } from "./registers.js";
import { OnnxTextEncoder } from "./wasm/encoder/encoder.js";

/** What is read here of a manifest's field `text`; Rust reads and checks the rest. */
interface TextManifest {
  readonly file: string;
  readonly sha256?: string;
  readonly tokenizer: { readonly file: string; readonly sha256?: string };
  /** A sentence with `{}` in the place of the name. */
  readonly template: string;
}

type OnBytes = (done: number, total: number) => void;

interface Loaded {
  readonly tokenizer: Tokenizer;
  readonly model: OnnxTextEncoder;
}

/**
 * The text side of an encoder. Its files, and the program that reads its vocabulary, are fetched when the first text is
 * to be encoded: who wants images alone never downloads them.
 */
export class TextSide {
  readonly #files: EncoderFiles;
  readonly #script: string;
  #loaded: Loaded | undefined;
  /** Whoever waits for a text is told how the download goes, whichever text began it. */
  readonly #waiting = new Set<OnBytes>();
  /** Settles when the last text that was asked for is done; never rejects. */
  #turn: Promise<unknown> = Promise.resolve();

  /** @param script - Address of the tokenizer's program, a module with the class `Tokenizer`. */
  constructor(files: EncoderFiles, script: string) {
    this.#files = files;
    this.#script = script;
  }

  /** Whether the manifest describes one. */
  get exists(): boolean {
    return Boolean(fieldOf(this.#files.manifest));
  }

  /**
   * Features of the name of a thing, in the space of the stream `clip`.
   *
   * @throws {@link HandfulError} with code `no-text`, `manifest`, `model`, `model-mismatch` or `network`.
   */
  encode(name: string, signal: AbortSignal, onBytes: OnBytes): Promise<Float32Array<ArrayBuffer>> {
    this.#waiting.add(onBytes);
    // One after the other, so that many names at once download the files once.
    const work = this.#turn
      .then(() => this.#encode(name, signal))
      .finally(() => this.#waiting.delete(onBytes));
    this.#turn = work.catch(() => {});
    return work;
  }

  async #encode(name: string, signal: AbortSignal): Promise<Float32Array<ArrayBuffer>> {
    signal.throwIfAborted();
    const text = textOf(this.#files.manifest);
    this.#loaded ??= await this.#load(text, signal);
    const { tokenizer, model } = this.#loaded;
    const { ids } = tokenizer.encode(text.template.replaceAll("{}", () => name));
    clearRegisters();
    return model.run(Uint32Array.from(ids)) as Float32Array<ArrayBuffer>;
  }

  async #load(text: TextManifest, signal: AbortSignal): Promise<Loaded> {
    const onBytes: OnBytes = (done, total) => {
      for (const tell of this.#waiting) tell(done, total);
    };
    const [tokenizer, model] = await Promise.all([
      this.#tokenizer(text, signal),
      this.#files.fetch(text, { signal, onBytes }),
    ]);
    return {
      tokenizer,
      model: await this.#files.use(text, () => new OnnxTextEncoder(this.#files.manifest, model)),
    };
  }

  async #tokenizer(text: TextManifest, signal: AbortSignal): Promise<Tokenizer> {
    const [bytes, program] = await Promise.all([
      this.#files.fetch(text.tokenizer, { signal }),
      // The comment keeps bundlers away: the address is known only here, and is that of a file of its own.
      import(/* @vite-ignore */ /* webpackIgnore: true */ this.#script).catch((cause: unknown) => {
        throw new HandfulError(
          "network",
          `The tokenizer ${this.#script} cannot be loaded: ${String(cause)}`,
          {
            cause,
          },
        );
      }),
    ]);
    return this.#files.use(text.tokenizer, () => {
      try {
        const { Tokenizer } = program as typeof import("@huggingface/tokenizers");
        return new Tokenizer(JSON.parse(new TextDecoder().decode(bytes)), {});
      } catch (cause) {
        throw new HandfulError("model", `${text.tokenizer.file} is no tokenizer: ${String(cause)}`, {
          cause,
        });
      }
    });
  }
}

function fieldOf(manifest: string): Partial<TextManifest> | null | undefined {
  return (JSON.parse(manifest) as { text?: Partial<TextManifest> | null }).text;
}

function textOf(manifest: string): TextManifest {
  const text = fieldOf(manifest);
  if (!text) throw new HandfulError("no-text", "This encoder has no text side.");
  if (typeof text.template !== "string" || !text.template.includes("{}"))
    throw new HandfulError("manifest", "The encoder manifest cannot be used: text.template lacks `{}`.");
  if (typeof text.file !== "string" || typeof text.tokenizer?.file !== "string")
    throw new HandfulError("manifest", "The encoder manifest cannot be used: `text` names no files.");
  return text as TextManifest;
}
