/** Small pictures of photos, ready to be drawn: made when they come into sight, a few at a time. */

/** Pixels of a side. */
const SIDE = 112;
/** Made at once. */
const LANES = 4;
/** So many are kept; then those go first that were made first. */
const KEPT = 1500;

export class Bitmaps {
  /** By the addresses of photos; null for one that is being made, or cannot be shown. */
  readonly #made = new Map<string, ImageBitmap | null>();
  readonly #onMade: () => void;
  #wanted: string[] = [];
  #lanes = 0;

  constructor(onMade: () => void) {
    this.#onMade = onMade;
  }

  get(url: string): ImageBitmap | null {
    return this.#made.get(url) ?? null;
  }

  /** Makes those that are not there; what was wanted before is not any more. */
  want(urls: readonly string[]): void {
    this.#wanted = urls.filter((url) => !this.#made.has(url));
    while (this.#lanes < LANES && this.#wanted.length > this.#lanes) void this.#make();
  }

  async #make(): Promise<void> {
    this.#lanes += 1;
    for (let url = this.#wanted.shift(); url !== undefined; url = this.#wanted.shift()) {
      this.#made.set(url, null);
      const image = new Image();
      image.src = url;
      try {
        await image.decode();
        const size = { resizeWidth: SIDE, resizeHeight: SIDE, resizeQuality: "high" } as const;
        this.#made.set(url, await createImageBitmap(image, size));
        this.#onMade();
      } catch {
        // Without a picture it is a point of its class's colour.
      }
      const [oldest] = this.#made.keys();
      if (this.#made.size > KEPT && oldest !== undefined) this.#made.delete(oldest);
    }
    this.#lanes -= 1;
  }
}
