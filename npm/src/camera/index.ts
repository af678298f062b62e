// Entry `handful/camera`: the element `<handful-camera>`, which is registered here.
import { HandfulCamera } from "./element.js";

export { HandfulError } from "../errors.js";
export type { Facing } from "./device.js";
export { HandfulCamera } from "./element.js";
export type { CameraProps } from "./props.js";
export type { CameraTexts } from "./texts.js";

const TAG = "handful-camera";

declare global {
  interface HTMLElementTagNameMap {
    "handful-camera": HandfulCamera;
  }
}

// A server that draws pages has no elements, and a page may have two copies of the package.
if (globalThis.customElements && !customElements.get(TAG)) customElements.define(TAG, HandfulCamera);
