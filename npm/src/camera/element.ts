import { check, checkOptions, type Kind, TEXT } from "../check.js";
import { Classifier } from "../classifier.js";
import { HandfulError, toHandfulError } from "../errors.js";
import { watch } from "../watch.js";
import { closeCamera, type Facing, lost, off, openCamera } from "./device.js";
import { type CameraTexts, ENGLISH, TEXTS } from "./texts.js";
import { View } from "./view.js";

const CLASSIFIER: Kind = {
  wanted: "a Classifier, null or undefined",
  holds: (value) => value === null || value === undefined || value instanceof Classifier,
};

/** A server that draws pages may import the element, but has none. */
const Base: typeof HTMLElement = globalThis.HTMLElement ?? class {};

/** What a page may have set before the element was known. */
const PROPERTIES = ["classifier", "texts", "fps", "facing", "mirrored"] as const;

/**
 * `<handful-camera>`: a live camera, a bar for each class of a {@link Classifier}, and buttons that teach what the camera shows. The import of
 * `handful/camera` registers it. Under another name, register a class of yours that extends this one.
 *
 * - **Attributes**, and properties of the same names: `fps`, answers a second at most, above 0, up to 60 (10); `facing`, `environment` or `user`
 *   (`environment`); `mirrored`, whether the picture is shown as in a mirror. What is taught is never mirrored.
 * - **Events**: `answer`, whose `detail` is an `Answer`; `problem`, whose `detail` is a {@link HandfulError}. The sentence of a problem
 *   is shown in the element, unless the event's `preventDefault()` is called. Until two classes can be told apart, there is no answer.
 * - **Parts**: `video`, `button`, `teach` (buttons too), `bars`, `row`, `bar`, `fill`, `value`, `answer`, `problem`. **Custom properties**:
 *   `--handful-camera-bar`, `--handful-camera-track`, `--handful-camera-gap`, `--handful-camera-radius`.
 *
 * The camera is turned on by {@link start} or the button, and off when the element leaves the page.
 *
 * @example
 * ```ts
 * import { Classifier } from "handful";
 * import "handful/camera";
 *
 * const camera = document.createElement("handful-camera");
 * camera.classifier = await Classifier.create();
 * camera.classifier.addClass("mug");
 * camera.classifier.addClass("empty table");
 * camera.addEventListener("answer", (event) => console.log((event as CustomEvent).detail.label));
 * document.body.append(camera);
 * ```
 */
export class HandfulCamera extends Base {
  static readonly observedAttributes: readonly string[] = ["fps", "facing"];

  readonly #view: View;
  #classifier: Classifier | undefined;
  #texts: CameraTexts = ENGLISH;
  #unsubscribe: () => void = () => {};
  /** There from `start` to `stop`. */
  #starting: Promise<void> | undefined;
  #on = new AbortController();
  #watching = new AbortController();

  constructor() {
    super();
    this.#view = new View(this.attachShadow({ mode: "open" }), this.#texts, {
      // What goes wrong is told by the event.
      toggle: () => (this.#starting ? this.stop() : void this.start().catch(() => {})),
      teach: (label) => void this.teach(label).catch(() => {}),
    });
  }

  /**
   * What answers, and is taught; undefined at first. It stays yours: dispose of it yourself.
   * @throws {@link HandfulError} with code `parameter`, or `disposed`.
   *
   * @example
   * ```ts
   * camera.classifier = await Classifier.load(bytes);
   * console.log(camera.classifier?.classes.length);
   * ```
   */
  get classifier(): Classifier | undefined {
    return this.#classifier;
  }

  set classifier(classifier: Classifier | null | undefined) {
    check("classifier", classifier, CLASSIFIER);
    const classes = classifier?.classes ?? [];
    this.#unsubscribe();
    this.#classifier = classifier ?? undefined;
    this.#view.list(classes);
    if (!this.isConnected) return;
    this.#follow();
    void this.#watch();
  }

  /**
   * What the element says; English at first. Texts that are left out stay as they are.
   * @throws {@link HandfulError} with code `parameter`.
   *
   * @example
   * ```ts
   * camera.texts = { start: "Kamera an", stop: "Kamera aus", teach: "Das ist: {label}" };
   * heading.textContent = camera.texts.start; // Kamera an
   * ```
   */
  get texts(): CameraTexts {
    return this.#texts;
  }

  set texts(texts: Partial<CameraTexts>) {
    checkOptions("texts", texts, TEXTS);
    this.#texts = { ...this.#texts, ...texts };
    this.#view.say(this.#texts);
  }

  /**
   * How many answers a second are given, at most.
   *
   * @example
   * ```ts
   * camera.fps = 5; // as <handful-camera fps="5">
   * ```
   */
  get fps(): number {
    return Number(this.getAttribute("fps") ?? 10);
  }

  set fps(fps: number) {
    this.setAttribute("fps", String(fps));
  }

  /**
   * Which way the camera looks.
   *
   * @example
   * ```ts
   * camera.facing = "user"; // as <handful-camera facing="user">
   * ```
   */
  get facing(): Facing {
    return (this.getAttribute("facing") ?? "environment") as Facing;
  }

  set facing(facing: Facing) {
    this.setAttribute("facing", facing);
  }

  /**
   * Whether the picture is shown as in a mirror.
   *
   * @example
   * ```ts
   * camera.mirrored = camera.facing === "user"; // as <handful-camera mirrored>
   * ```
   */
  get mirrored(): boolean {
    return this.hasAttribute("mirrored");
  }

  set mirrored(mirrored: boolean) {
    this.toggleAttribute("mirrored", mirrored);
  }

  /**
   * Turns the camera on, and gives answers from then on. Resolves once there is a picture, or the camera was turned off meanwhile.
   * @throws {@link HandfulError} with code `camera`, or `parameter` for a `facing` that there is not; the event `problem` tells the same.
   *
   * @example
   * ```ts
   * try {
   *   await camera.start();
   * } catch (error) {
   *   if (error instanceof HandfulError && error.code === "camera") heading.textContent = error.message;
   * }
   * ```
   */
  start(): Promise<void> {
    this.#starting ??= this.#start();
    return this.#starting;
  }

  /**
   * Turns the camera off. Doing it twice is fine.
   *
   * @example
   * ```ts
   * document.addEventListener("visibilitychange", () => {
   *   if (document.hidden) camera.stop();
   * });
   * ```
   */
  stop(): void {
    this.#watching.abort();
    // Before its camera goes: WebKit on Linux may stand still where a picture loses its stream.
    this.#view.video.srcObject = null;
    this.#on.abort();
    this.#starting = undefined;
    this.#view.turn("off");
  }

  /**
   * Teaches what the camera shows now as an example of a class, which is added where it is new.
   * @returns The id of the example.
   * @throws {@link HandfulError} with one of the codes of `Classifier.addExample`, `camera` where it is off, or `parameter` where there is no
   * classifier; the event `problem` tells the same.
   *
   * @example
   * ```ts
   * await camera.start();
   * const id = await camera.teach("mug");
   * console.log(`The mug is example ${id}.`);
   * ```
   */
  async teach(label: string): Promise<number> {
    try {
      check("label", label, TEXT);
      if (!this.#classifier)
        throw new HandfulError("parameter", "The camera has no classifier: set its property `classifier`.");
      const { video } = this.#view;
      if (video.readyState < HTMLMediaElement.HAVE_CURRENT_DATA) throw off();
      const id = await this.#classifier.addExample(video, label);
      this.#view.complain("");
      return id;
    } catch (error) {
      throw this.#tell(error);
    }
  }

  /** @internal */
  connectedCallback(): void {
    for (const name of PROPERTIES) {
      if (!Object.hasOwn(this, name)) continue;
      const early = this[name];
      delete (this as Record<string, unknown>)[name];
      Object.assign(this, { [name]: early });
    }
    this.#follow();
  }

  /** @internal */
  disconnectedCallback(): void {
    this.#unsubscribe();
    this.stop();
  }

  /** @internal */
  attributeChangedCallback(name: string): void {
    if (!this.#starting) return;
    if (name === "fps") return void this.#watch();
    this.stop();
    this.start().catch(() => {});
  }

  async #start(): Promise<void> {
    const on = new AbortController();
    this.#on = on;
    this.#view.complain("");
    this.#view.turn("starting");
    try {
      const stream = await openCamera(this.facing);
      if (on.signal.aborted) return closeCamera(stream);
      on.signal.addEventListener("abort", () => closeCamera(stream));
      for (const track of stream.getTracks()) track.onended = () => this.#lose();
      this.#view.video.srcObject = stream;
      await this.#view.video.play();
    } catch (error) {
      if (on.signal.aborted) return;
      this.stop();
      throw this.#tell(error);
    }
    if (on.signal.aborted) return;
    this.#view.turn("on");
    void this.#watch();
  }

  #lose(): void {
    this.stop();
    this.#tell(lost());
  }

  /** The bars follow the set. */
  #follow(): void {
    this.#unsubscribe();
    const classifier = this.#classifier;
    if (!classifier) return;
    this.#unsubscribe = classifier.subscribe(() => this.#view.list(classifier.classes));
    this.#view.list(classifier.classes);
  }

  async #watch(): Promise<void> {
    this.#watching.abort();
    const { video } = this.#view;
    if (!this.#classifier || !video.srcObject) return;
    this.#watching = new AbortController();
    const { signal } = this.#watching;
    let trouble: string | undefined;
    try {
      for await (const { answer, error } of watch(video, this.#classifier, { fps: this.fps, signal })) {
        if (answer) {
          this.#view.show(answer, performance.now());
          this.dispatchEvent(new CustomEvent("answer", { detail: answer }));
        } else {
          this.#view.clear();
          // Told once, not with each picture. Before there are two classes nothing is wrong.
          if (error.code !== trouble && error.code !== "not-enough-examples") this.#tell(error);
        }
        trouble = error?.code;
      }
    } catch (error) {
      if (!signal.aborted) this.#tell(error);
    }
  }

  #tell(error: unknown): HandfulError {
    const problem = toHandfulError(error);
    const event = new CustomEvent("problem", { detail: problem, cancelable: true });
    if (this.dispatchEvent(event)) this.#view.complain(problem.message);
    return problem;
  }
}
