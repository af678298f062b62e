/** Small pictures of photos, ready to be drawn: made when they come into sight, a few at a time. */
/** Pixels of a side. */
const SIDE = 112;
/** Made at once. */
const LANES = 4;
/** So many are kept; then those go first that were made first. */
const KEPT = 1500;

interface Photo {
  id: number;
  /** The address of its picture, where there is one. */
  picture: () => string | undefined;
}

export class Bitmaps {
  /** By the ids of photos; null for one that is being made, or cannot be shown. */
  readonly #made = new Map<number, ImageBitmap | null>();
  readonly #onMade: () => void;
  #wanted: Photo[] = [];
  #lanes = 0;

  constructor(onMade: () => void) {
    this.#onMade = onMade;
  }

  get(id: number): ImageBitmap | null {
    return this.#made.get(id) ?? null;
  }

  /** Makes those that are not there; what was wanted before is not any more. */
  want(photos: readonly Photo[]): void {
    this.#wanted = photos.filter(({ id }) => !this.#made.has(id));
    while (this.#lanes < LANES && this.#wanted.length > this.#lanes) void this.#make();
  }

  async #make(): Promise<void> {
    this.#lanes += 1;
    for (let next = this.#wanted.shift(); next; next = this.#wanted.shift()) {
      const { id, picture } = next;
      this.#made.set(id, null);
      const image = new Image();
      image.src = picture() ?? "";
      try {
        await image.decode();
        const size = { resizeWidth: SIDE, resizeHeight: SIDE, resizeQuality: "high" } as const;
        this.#made.set(id, await createImageBitmap(image, size));
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
