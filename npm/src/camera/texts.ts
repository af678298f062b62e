import type { Kinds } from "../check.js";
import { TEXT } from "../check.js";

/**
 * What the element says. In `teach`, `{label}` stands for the label of the class.
 *
 * @example
 * ```ts
 * import type { CameraTexts } from "handful/camera";
 *
 * const german: Partial<CameraTexts> = { start: "Kamera an", stop: "Kamera aus", none: "Nichts davon" };
 * camera.texts = german;
 * ```
 */
export interface CameraTexts {
  /** The button that turns the camera on. */
  readonly start: string;
  /** The button that turns it off. */
  readonly stop: string;
  /** The button that teaches what the camera shows now. */
  readonly teach: string;
  /** Name of the picture, for those who do not see it. */
  readonly picture: string;
  /** Name of the bars, for those who do not see them. */
  readonly bars: string;
  /** The answer for what is none of the classes. */
  readonly none: string;
}

export const ENGLISH: CameraTexts = {
  start: "Start the camera",
  stop: "Stop the camera",
  teach: "This is: {label}",
  picture: "What the camera shows",
  bars: "How probable each class is",
  none: "None of these",
};

export const TEXTS: Kinds<CameraTexts> = {
  start: TEXT,
  stop: TEXT,
  teach: TEXT,
  picture: TEXT,
  bars: TEXT,
  none: TEXT,
};
