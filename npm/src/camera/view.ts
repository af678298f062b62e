import type { Answer, ClassSummary } from "../types.js";
import { STYLE } from "./style.js";
import type { CameraTexts } from "./texts.js";

/** Milliseconds that a label must have been the answer before it is said: a screen reader cannot follow a camera. */
const STEADY = 1000;

/** The row of a class: what teaches it, and how probable it is. */
interface Bar {
  readonly row: HTMLElement;
  readonly teach: HTMLButtonElement;
  readonly meter: HTMLElement;
  readonly fill: HTMLElement;
  readonly value: HTMLElement;
}

/** What the camera does. */
export type Power = "off" | "starting" | "on";

/** What its buttons do. */
export interface Presses {
  toggle(): void;
  teach(label: string): void;
}

/** What is seen of the element. */
export class View {
  readonly video: HTMLVideoElement;
  readonly #presses: Presses;
  readonly #toggle: HTMLButtonElement;
  readonly #list: HTMLElement;
  readonly #answer: HTMLElement;
  readonly #problem: HTMLElement;
  readonly #bars = new Map<string, Bar>();
  #texts: CameraTexts;
  #power: Power = "off";
  #steady = { label: "", since: 0 };

  constructor(root: ShadowRoot, texts: CameraTexts, presses: Presses) {
    this.#presses = presses;
    this.#texts = texts;
    // A style sheet that is made here needs nothing of a page's content security policy.
    // jsdom, in which apps test their components, has none.
    if ("adoptedStyleSheets" in root) {
      const sheet = new CSSStyleSheet();
      sheet.replaceSync(STYLE);
      root.adoptedStyleSheets = [sheet];
    }
    this.video = make("video", "video");
    this.video.muted = true;
    this.video.playsInline = true;
    this.video.autoplay = true; // So that it goes on by itself when a hidden page is shown again.
    this.#toggle = make("button", "button");
    this.#toggle.type = "button";
    this.#toggle.onclick = () => presses.toggle();
    this.#list = make("ul", "bars");
    this.#list.role = "list"; // Safari takes it away with the bullets.
    this.#answer = make("output", "answer");
    this.#problem = make("p", "problem");
    this.#problem.role = "alert";
    root.append(this.video, this.#toggle, this.#list, this.#answer, this.#problem);
    this.say(texts);
  }

  say(texts: CameraTexts): void {
    this.#texts = texts;
    this.video.ariaLabel = texts.picture;
    this.#list.ariaLabel = texts.bars;
    for (const [label, { teach }] of this.#bars) teach.textContent = this.#teach(label);
    this.#draw();
  }

  /** What the camera does; only while it is on, its picture can be taught. */
  turn(power: Power): void {
    this.#power = power;
    this.#draw();
    if (power === "off") this.clear();
  }

  /** A bar for each class, in the order of the set. */
  list(classes: readonly ClassSummary[]): void {
    const labels = classes.map(({ label }) => label);
    for (const [label, { row }] of this.#bars) {
      if (labels.includes(label)) continue;
      row.remove();
      this.#bars.delete(label);
    }
    for (const [place, label] of labels.entries()) {
      const bar = this.#bars.get(label) ?? this.#makeBar(label);
      this.#bars.set(label, bar);
      if (this.#list.children[place] !== bar.row)
        this.#list.insertBefore(bar.row, this.#list.children[place] ?? null);
    }
    this.#draw();
  }

  show({ scores, label, foreign }: Answer, now: number): void {
    for (const [label, bar] of this.#bars)
      fill(bar, scores.find((score) => score.label === label)?.probability ?? 0);
    const said = foreign ? this.#texts.none : label;
    if (said !== this.#steady.label) this.#steady = { label: said, since: now };
    const longEnough = now - this.#steady.since >= STEADY;
    if (longEnough && this.#answer.textContent !== said) this.#answer.textContent = said;
  }

  /** Nothing is known of the picture. */
  clear(): void {
    for (const bar of this.#bars.values()) fill(bar, 0);
    this.#answer.textContent = "";
    this.#steady = { label: "", since: 0 };
  }

  complain(sentence: string): void {
    this.#problem.textContent = sentence;
  }

  #draw(): void {
    this.#toggle.textContent = this.#power === "off" ? this.#texts.start : this.#texts.stop;
    for (const { teach } of this.#bars.values()) teach.disabled = this.#power !== "on";
  }

  #teach(label: string): string {
    return this.#texts.teach.replaceAll("{label}", () => label);
  }

  #makeBar(label: string): Bar {
    const bar: Bar = {
      row: make("li", "row"),
      teach: make("button", "button teach"),
      meter: make("div", "bar"),
      fill: make("div", "fill"),
      value: make("span", "value"),
    };
    const { row, teach, meter, value } = bar;
    teach.type = "button";
    teach.textContent = this.#teach(label);
    teach.onclick = () => this.#presses.teach(label);
    meter.role = "meter";
    meter.ariaLabel = label;
    [meter.ariaValueMin, meter.ariaValueMax] = ["0", "1"];
    meter.append(bar.fill);
    value.ariaHidden = "true"; // The bar says it.
    fill(bar, 0);
    row.append(teach, meter, value);
    return bar;
  }
}

function fill({ meter, fill, value }: Bar, probability: number): void {
  const percent = `${Math.round(100 * probability)} %`;
  meter.ariaValueNow = String(probability);
  meter.ariaValueText = percent;
  fill.style.setProperty("--share", String(probability));
  value.textContent = percent;
}

function make<Name extends keyof HTMLElementTagNameMap>(
  name: Name,
  part: string,
): HTMLElementTagNameMap[Name] {
  const element = document.createElement(name);
  element.setAttribute("part", part);
  return element;
}
