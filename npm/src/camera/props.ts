import type { Classifier } from "../classifier.js";
import type { HandfulError } from "../errors.js";
import type { Answer } from "../types.js";
import type { Facing } from "./device.js";
import type { CameraTexts } from "./texts.js";

/**
 * What `<handful-camera>` takes in JSX. With `handful/react`, React knows the tag; elsewhere the README says how a program declares it.
 * React 18 makes attributes of everything: there give `classifier` and `texts` to the element of a `ref`, which hears the events too.
 *
 * @example
 * ```tsx
 * import type { CameraProps } from "handful/camera";
 *
 * const props: CameraProps = { fps: 5, facing: "user", mirrored: true };
 * const Live = () => <handful-camera {...props} onanswer={({ detail }) => console.log(detail.label)} />;
 * ```
 */
export interface CameraProps {
  classifier?: Classifier | null | undefined;
  texts?: Partial<CameraTexts>;
  fps?: number;
  facing?: Facing;
  mirrored?: boolean;
  /** Hears each answer. */
  onanswer?: ((event: CustomEvent<Answer>) => void) | undefined;
  /** Hears what goes wrong; its `preventDefault()` keeps the sentence from being shown. */
  onproblem?: ((event: CustomEvent<HandfulError>) => void) | undefined;
}
